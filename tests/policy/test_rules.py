"""Each rule passes and fails on a sample; then every object of every shape obeys all of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

import rules
from exemptions import EXEMPTIONS
from tests.program.conftest import COMMITTED, SHAPES, shape, stack_of

GOOD: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "db", "namespace": "lake-db", "labels": {"app.kubernetes.io/part-of": "odoo-lakehouse"}},
    "spec": {
        "selector": {"matchLabels": {"app": "db"}},
        "template": {
            "metadata": {"labels": {"app": "db"}},
            "spec": {
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Mi"}}],
                "containers": [
                    {
                        "name": "db",
                        "image": "quay.io/example/db:1.2",
                        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
                        "livenessProbe": {"httpGet": {"port": 1}},
                        "readinessProbe": {"httpGet": {"port": 1}},
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }
                ],
            },
        },
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"storageClassName": "fast"}}],
    },
}
SERVICE = {"kind": "Service", "metadata": {"name": "s"}, "spec": {"type": "ClusterIP"}}
JOB = {"kind": "Job", "metadata": {"name": "j"}, "spec": {"template": {"spec": {"containers": []}}}}


def container(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """Changes keys of the first container; None removes one."""

    def change(manifest: dict[str, Any]) -> None:
        target = manifest["spec"]["template"]["spec"]["containers"][0]
        for key, value in changes.items():
            if value is None:
                del target[key]
            else:
                target[key] = value

    return change


def pod(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["spec"]["template"]["spec"].update(changes)


def spec(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["spec"].update(changes)


def security(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda m: m["spec"]["template"]["spec"]["containers"][0]["securityContext"].update(changes)


def unlabelled(manifest: dict[str, Any]) -> None:
    manifest["metadata"]["labels"] = {}


ONE_GIB = {"cpu": "1", "memory": "1Gi"}
BROKEN: list[tuple[rules.Rule, dict[str, Any], Callable[[dict[str, Any]], None], str]] = [
    (rules.container_asks_for_what_it_needs, GOOD, container(resources=None), "requests no CPU"),
    (
        rules.container_asks_for_what_it_needs,
        GOOD,
        container(resources={"requests": ONE_GIB, "limits": {"memory": "2Gi"}}),
        "same amount",
    ),
    (rules.container_asks_for_what_it_needs, GOOD, container(resources={"requests": ONE_GIB}), "limited to None"),
    (
        rules.container_asks_for_what_it_needs,
        GOOD,
        container(resources={"requests": ONE_GIB, "limits": ONE_GIB}),
        "CPU limit",
    ),
    (rules.pod_is_not_root, GOOD, pod(securityContext={}), "runAsNonRoot"),
    (rules.pod_is_not_root, GOOD, security(runAsUser=0), "user 0"),
    (rules.pod_is_not_root, GOOD, pod(securityContext={"runAsNonRoot": True}), "seccomp"),
    (rules.container_gains_no_privileges, GOOD, security(allowPrivilegeEscalation=True), "gain privileges"),
    (rules.container_gains_no_privileges, GOOD, security(capabilities={}), "drop ALL"),
    (rules.root_file_system_is_read_only, GOOD, security(readOnlyRootFilesystem=False), "write to its root"),
    (rules.pod_stays_inside_its_sandbox, GOOD, pod(hostNetwork=True), "node's Network"),
    (rules.pod_stays_inside_its_sandbox, GOOD, pod(volumes=[{"name": "v", "emptyDir": {}}]), "sizeLimit"),
    (rules.pod_stays_inside_its_sandbox, GOOD, pod(volumes=[{"name": "v", "hostPath": {}}]), "folder of the node"),
    (rules.service_is_probed, GOOD, container(readinessProbe=None), "no readinessProbe"),
    (rules.image_is_pinned, GOOD, container(image="quay.io/example/db:latest"), "fixed tag"),
    (rules.image_is_pinned, GOOD, container(image="registry:5000/db"), "fixed tag"),
    (rules.image_comes_from_a_living_registry, GOOD, container(image="docker.io/bitnami/redis:7"), "dead registry"),
    (rules.image_comes_from_a_living_registry, GOOD, container(image="bitnamilegacy/redis:7"), "dead registry"),
    (rules.image_comes_from_a_living_registry, GOOD, container(image="minio/minio:1"), "dead registry"),
    (rules.image_comes_from_a_living_registry, GOOD, container(image="evil.example/db:1"), "not an allowed registry"),
    (
        rules.volume_names_its_class,
        GOOD,
        spec(volumeClaimTemplates=[{"metadata": {"name": "data"}, "spec": {}}]),
        "storageClassName",
    ),
    (rules.object_is_part_of_the_platform, GOOD, unlabelled, "part-of"),
    (rules.service_is_not_a_load_balancer, SERVICE, spec(type="LoadBalancer"), "Ingress"),
    (rules.service_is_not_a_load_balancer, SERVICE, spec(type="NodePort"), "Ingress"),
    (
        rules.profile_stays_out_of_selectors,
        GOOD,
        spec(selector={"matchLabels": {"lakehouse/profile": "production"}}),
        "selector",
    ),
    (rules.job_is_kept, JOB, spec(ttlSecondsAfterFinished=60), "ttlSecondsAfterFinished"),
]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_good_object_passes(rule: rules.Rule) -> None:
    assert list(rule(GOOD)) == []
    if rule is not rules.object_is_part_of_the_platform:
        assert list(rule(SERVICE)) == []
        assert list(rule(JOB)) == []


@pytest.mark.parametrize(
    ("rule", "sample", "change", "message"), BROKEN, ids=[f"{r.__name__}-{text}" for r, _, _, text in BROKEN]
)
def test_a_broken_object_fails(
    rule: rules.Rule, sample: dict[str, Any], change: Callable[[dict[str, Any]], None], message: str
) -> None:
    manifest = copy.deepcopy(sample)
    change(manifest)
    assert message in " ".join(rule(manifest))


def test_every_rule_has_a_sample_that_fails() -> None:
    assert {rule for rule, _, _, _ in BROKEN} == set(rules.RULES)


def test_init_containers_and_cron_jobs_are_seen() -> None:
    bad = {"name": "x", "image": "bitnami/x:1"}
    init = {"kind": "Deployment", "spec": {"template": {"spec": {"initContainers": [bad], "containers": []}}}}
    cron = {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [bad]}}}}}}
    naked = {"kind": "Pod", "spec": {"containers": [bad]}}
    for manifest in (init, cron, naked):
        assert "dead registry" in " ".join(rules.image_comes_from_a_living_registry(manifest))


def test_a_stateful_set_needs_a_budget_of_its_own_namespace() -> None:
    budget = {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "db", "namespace": "lake-db"},
        "spec": {"selector": {"matchLabels": {"app": "db"}}},
    }
    elsewhere = {**budget, "metadata": {"name": "db", "namespace": "other"}}
    assert list(rules.stateful_sets_have_a_budget([GOOD, budget])) == []
    assert list(rules.stateful_sets_have_a_budget([GOOD]))
    assert list(rules.stateful_sets_have_a_budget([GOOD, elsewhere]))


def test_a_release_without_a_version_fails() -> None:
    assert list(rules.release_pins_its_version({"chart": "trino"}))
    assert not list(rules.release_pins_its_version({"chart": "trino", "version": "1.42.2"}))
    assert not list(rules.release_pins_its_version({"chart": "/charts/trino-1.42.2.tgz"}))


def violations(name: str) -> list[tuple[str, dict[str, Any], str]]:
    return [
        (rule.__name__, resource.manifest, text)
        for resource in shape(name).objects
        for rule in rules.RULES
        for text in rules.problems(rule, resource.manifest, stack_of(name))
    ]


@pytest.mark.parametrize("name", [*SHAPES, *COMMITTED])
def test_every_object_obeys_every_rule(name: str) -> None:
    bad = [
        f"{manifest['kind']} {manifest['metadata']['name']}: {rule}: {text}"
        for rule, manifest, text in violations(name)
        if not any(exemption.covers(rule, manifest) for exemption in EXEMPTIONS)
    ]
    manifests = [r.manifest for r in shape(name).objects]
    assert bad + list(rules.stateful_sets_have_a_budget(manifests)) == []
    assert [problem for r in shape(name).releases for problem in rules.release_pins_its_version(r.inputs)] == []


def test_every_exemption_excuses_something() -> None:
    found = [(rule, manifest) for name in SHAPES for rule, manifest, _ in violations(name)]
    unused = [e for e in EXEMPTIONS if not any(e.covers(rule, manifest) for rule, manifest in found)]
    assert unused == []
