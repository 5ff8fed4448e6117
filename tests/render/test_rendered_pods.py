"""Rendered charts obey the platform's rules, fit the API server's schema and refer to nothing that is not there."""

from __future__ import annotations

import functools

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

import rules
from exemptions import CHART_EXEMPTIONS, OWN_OBJECTS_ONLY
from tests.program.conftest import stack_of
from tests.render.archives import Archive, find
from tests.render.conftest import rendered
from tests.render.manifests import Object, Rendered, operated
from tests.render.references import Reference, addresses, missing_mounts, provided, references, services
from tests.render.releases import PROFILES, SHAPE, Release, own_objects, releases

KUBERNETES = "1.36"
# Written at run time, by whom.
MADE_LATER = {
    # Airbyte's bootloader, before any other pod.
    ("lake-airbyte", "airbyte-auth-secrets"): (
        "instance-admin-password",
        "instance-admin-client-id",
        "instance-admin-client-secret",
        "jwt-signature-secret",
        "dataplane-client-id",
        "dataplane-client-secret",
    ),
}
# In every namespace, by the controller manager.
ROOT_CERTIFICATES = ("ConfigMap", "kube-root-ca.crt")
# Hosts that a chart names in any case, and why nobody asks them.
UNUSED_HOSTS = {
    "datahub-datahub-mae-consumer": "the consumers run inside GMS",
}
# Secrets that charts render themselves, and why what they hold is harmless.
HARMLESS_SECRETS = {
    "airbyte-airbyte-secrets": "chart defaults; pods read a dummy and empty keys from it",
    "superset-config": "configuration in Python; it reads every secret from the environment",
}


def test_objects_obey_the_rules(profile: str, release: Release, objects: Rendered) -> None:
    problems = [
        f"{rule.__name__}: {item['kind']}/{item['metadata']['name']}: {problem}"
        for rule in rules.RULES
        if rule.__name__ not in OWN_OBJECTS_ONLY
        for item in objects.objects
        for problem in rules.problems(rule, item, stack_of(SHAPE[profile]))
        if not any(e.covers(rule.__name__, release.chart.name, item["metadata"]["name"]) for e in CHART_EXEMPTIONS)
    ]
    assert not problems, "\n".join(problems)


def test_every_exemption_is_needed() -> None:
    if missing := [release.name for release in releases("production") if not isinstance(find(release.chart), Archive)]:
        pytest.skip(f"not rendered: {', '.join(missing)}")
    unused = [
        exemption
        for exemption in CHART_EXEMPTIONS
        if not any(
            problem
            for rule in rules.RULES
            if rule.__name__ == exemption.rule
            for item in rendered(exemption.chart, "production").objects
            if not exemption.names or item["metadata"]["name"] in exemption.names
            for problem in rules.problems(rule, item, stack_of(SHAPE["production"]))
        )
    ]
    assert unused == []


def test_objects_fit_the_schema(objects: Rendered) -> None:
    problems = []
    for item in objects.objects:
        # Definitions are long, and the API server of the cluster tier reads them.
        if item["kind"] == "CustomResourceDefinition":
            continue
        try:
            kubernetes_validate.validate(item, KUBERNETES, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            assert "." in item["apiVersion"], f"{item['kind']} of {item['apiVersion']} has no schema"
        except kubernetes_validate.ValidationError as error:
            problems.append(f"{item['kind']}/{item['metadata']['name']}: {error.message}")
    assert not problems, "\n".join(problems)


def test_mounts_have_their_volumes(objects: Rendered) -> None:
    assert [problem for pod in objects.pods for problem in missing_mounts(pod)] == []


@functools.cache
def existing(profile: str) -> tuple[frozenset[Reference], dict[tuple[str, str], set[int]]]:
    """Every name that pods may refer to, and every service with its ports."""
    names = set(provided(own_objects(profile), "default"))
    hosts = services(own_objects(profile), "default")
    for release in releases(profile):
        if isinstance(find(release.chart), Archive):
            made = rendered(release.chart.name, profile)
            names |= provided(made.objects, release.namespace)
            hosts |= services(made.objects, release.namespace)
    for (namespace, name), keys in MADE_LATER.items():
        names |= {Reference("Secret", namespace, name), *(Reference("Secret", namespace, name, key) for key in keys)}
    return frozenset(names), hosts


def test_names_in_pods_exist(profile: str, objects: Rendered) -> None:
    names, _ = existing(profile)
    unknown = [
        f"{pod}: {reference}"
        for pod in objects.pods
        for reference in sorted(references(pod), key=str)
        if reference not in names
        and (reference.kind, reference.name) not in {("ServiceAccount", "default"), ROOT_CERTIFICATES}
    ]
    assert not unknown, "\n".join(unknown)


def test_hosts_in_pods_are_services(profile: str, objects: Rendered) -> None:
    if missing := [release.name for release in releases(profile) if not isinstance(find(release.chart), Archive)]:
        pytest.skip(f"the services of {', '.join(missing)} are not known: no archive")
    _, hosts = existing(profile)
    config_maps: dict[str, Object] = {item["metadata"]["name"]: item for item in objects.of("ConfigMap")}
    unknown = [
        f"{pod}: {address}"
        for pod in objects.pods
        for address in sorted(addresses(pod, config_maps), key=str)
        if address.service not in UNUSED_HOSTS
        and not _is_served(hosts.get((address.namespace, address.service)), address.port)
    ]
    assert not unknown, "\n".join(unknown)


def _is_served(ports: set[int] | None, port: int | None) -> bool:
    return ports is not None and (port is None or not ports or port in ports)


def test_operators_make_restricted_pods_of_a_size(objects: Rendered) -> None:
    """Custom resources say for their pods what a pod template would."""
    for item in operated(objects):
        spec, name = item["spec"], f"{item['kind']}/{item['metadata']['name']}"
        resources, security = spec.get("resources") or {}, spec.get("securityContext") or {}
        assert resources.get("requests", {}).get("cpu"), name
        assert resources["requests"]["memory"] == resources.get("limits", {}).get("memory"), name
        assert security.get("runAsNonRoot") is True, name
        assert (security.get("seccompProfile") or {}).get("type") == "RuntimeDefault", name


def test_charts_render_no_secret_of_their_own(objects: Rendered) -> None:
    with_data = [
        item["metadata"]["name"]
        for item in objects.of("Secret")
        if any((item.get(part) or {}) for part in ("data", "stringData"))
    ]
    assert [name for name in with_data if name not in HARMLESS_SECRETS] == []


def test_no_pod_reads_a_default_of_airbytes_own_secret() -> None:
    """The chart always writes its default passwords there; what pods do read of it must be empty."""
    for profile in PROFILES:
        made = rendered("airbyte", profile)
        [secret] = [item for item in made.of("Secret") if item["metadata"]["name"] == "airbyte-airbyte-secrets"]
        read = {ref.key for pod in made.pods for ref in references(pod) if ref.name == "airbyte-airbyte-secrets"}
        assert {key: secret["stringData"][key] for key in read if key and secret["stringData"][key]} == {
            "AIRBYTE_DUMMY_SECRET": "dummy"
        }
