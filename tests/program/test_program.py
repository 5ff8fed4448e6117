"""The whole program builds for every stack, profile and option, and keeps its promises about every resource."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from lakehouse.chart_archives import installed_charts
from lakehouse.quantities import Cpu, Memory
from lakehouse.settings_reader import SECRET_KEYS, load
from tests.program.conftest import SHAPES, config_of, shape
from tests.program.recorder import Program, Recorded, encoded, is_named_by, revealed, run_program, stack_config

ROWS = {"lightweight": (6000, 12288, 80), "production": (22000, 53248, 650)}
SUPPORTING_CAPS = {"lightweight": (2000, 5120, 40), "production": (5000, 12288, 150)}
SUPPORTING = {"lake-postgres", "lake-metastore", "lake-valkey", "lake-system", "lake-monitoring", "lake-node"}


def canaries(value: Any) -> list[str]:
    """Planted secrets that stand in clear text in a recorded value."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return []
        return [found for item in value.values() for found in canaries(item)]
    if isinstance(value, list | tuple):
        return [found for item in value for found in canaries(item)]
    return [value] if isinstance(value, str) and "canary" in value else []


def quota_sum(program: Program, *, supporting: bool) -> tuple[int, int, int]:
    millicores = mebibytes = storage = 0
    for quota in program.of("ResourceQuota"):
        if (quota.metadata["namespace"] in SUPPORTING) is supporting:
            hard = quota.manifest["spec"]["hard"]
            millicores += Cpu.parse(hard.get("requests.cpu", "0")).millicores
            mebibytes += Memory.parse(hard["limits.memory"]).mib if "limits.memory" in hard else 0
            for key in ("requests.storage", "requests.ephemeral-storage"):
                storage += Memory.parse(hard[key]).mib if hard.get(key, "0") != "0" else 0
    return millicores, mebibytes, storage // 1024


@pytest.mark.parametrize("name", ["dev", "staging", "prod", "dev-as-production", "prod-as-lightweight"])
def test_quotas_add_up_to_the_sizing_table(name: str) -> None:
    program = shape(name)
    profile = program.outputs["profile"]
    assert quota_sum(program, supporting=False) == ROWS[profile]
    assert all(
        have <= cap for have, cap in zip(quota_sum(program, supporting=True), SUPPORTING_CAPS[profile], strict=True)
    )


def test_every_pod_lives_in_a_namespace_of_the_platform(program: Program) -> None:
    namespaces = {r.metadata["name"] for r in program.of("Namespace") if r.typ.startswith("kubernetes:")}
    placed = [r for r in program.objects if "namespace" in r.metadata]
    assert {r.metadata["namespace"] for r in placed} <= namespaces
    assert {r.inputs["namespace"] for r in program.releases} <= namespaces
    assert all(name.startswith("lake-") for name in namespaces)


def test_only_the_node_exporters_namespace_is_privileged(program: Program) -> None:
    for namespace in (r for r in program.of("Namespace") if r.typ.startswith("kubernetes:")):
        level = namespace.metadata["labels"]["pod-security.kubernetes.io/enforce"]
        assert level == ("privileged" if namespace.metadata["name"] == "lake-node" else "restricted")


def test_every_namespace_denies_by_default(program: Program) -> None:
    for namespace in (r for r in program.of("Namespace") if r.typ.startswith("kubernetes:")):
        policy = program.named("NetworkPolicy", "default-deny", namespace.metadata["name"]).manifest["spec"]
        assert policy["podSelector"] == {"matchLabels": {}}
        assert sorted(policy["policyTypes"]) == ["Egress", "Ingress"]
        assert not policy["ingress"]
        assert not policy["egress"]


def test_objects_are_named_once(program: Program) -> None:
    names = Counter(
        (r.typ, r.metadata.get("namespace"), r.metadata["name"]) for r in program.objects if "name" in r.metadata
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_everything_belongs_to_a_component(program: Program) -> None:
    stray = [r.urn for r in program.resources if r.typ.startswith(("kubernetes:", "random:")) and not r.parent]
    assert stray == []
    assert not [r.urn for r in program.objects if "lakehouse:index:" not in r.parent.split("::")[2]]


def test_no_secret_is_in_clear_text(program: Program) -> None:
    """Neither the planted nor the generated ones, in any input, Helm value or output."""
    for resource in program.resources:
        assert canaries(dict(resource.inputs)) == [], resource.urn
    assert canaries(dict(program.outputs)) == []


def test_components_wait_for_their_namespace(program: Program) -> None:
    """A pod that starts before its quota and policies would escape them."""
    namespaces = {r.name for r in program.resources if r.typ == "lakehouse:index:Namespace"}
    for component in components_with_pods(program):
        quotas = [d for d in component.dependencies if "ResourceQuota" in d]
        assert quotas, f"{component.urn} depends on no namespace of {sorted(namespaces)}"


def components_with_pods(program: Program) -> list[Recorded]:
    parents = {r.parent for r in program.resources if r.kind in {"StatefulSet", "Deployment", "CronJob", "Release"}}
    return [r for r in program.resources if r.urn in parents]


def test_data_is_protected_where_the_stack_says_so() -> None:
    kept = {r.urn.split("::", 2)[2] for r in shape("prod").resources if r.protect}
    assert any("StatefulSet::minio" in urn for urn in kept)
    assert any("Namespace::lake-minio" in urn for urn in kept)
    assert not [r for r in shape("dev").resources if r.protect]
    assert not [r.urn for r in shape("prod").of("RandomPassword") if r.protect], "a protected password cannot rotate"


def empty_metadata(value: Any) -> list[str]:
    """Names of annotations, labels and sources of a volume that are there without an entry."""
    if isinstance(value, list):
        return [name for part in value for name in empty_metadata(part)]
    if not isinstance(value, dict):
        return []
    found = [name for name in ("annotations", "labels", "sources") if value.get(name) in ({}, [])]
    return found + [name for part in value.values() for name in empty_metadata(part)]


def test_nothing_is_empty_that_the_api_server_leaves_out(program: Program) -> None:
    """The API server drops an empty map, and a second `up` would propose it again."""
    typed = [one for one in program.resources if one.typ.startswith("kubernetes:") and one.kind != "Release"]
    assert typed
    assert [(one.name, found) for one in typed if (found := empty_metadata(one.inputs))] == []


def test_no_namespace_is_retained() -> None:
    """The next `up` would fail on it."""
    assert not [r.urn for name in SHAPES for r in shape(name).of("Namespace") if r.retain_on_delete]


def test_a_password_survives_a_changed_rule_for_new_ones(program: Program) -> None:
    for password in program.of("RandomPassword"):
        assert {"length", "special"} <= set(password.ignore_changes)


def test_a_higher_generation_renews_one_secret_and_rolls_its_consumers() -> None:
    before = shape("dev")
    after = run_program(stack_config("dev", secretGeneration={"minio-root": 2}), stack="dev")

    def keepers(program: Program) -> dict[str, Any]:
        return {r.name: r.manifest["keepers"] for r in program.of("RandomPassword")}

    changed = {name for name in keepers(before) if keepers(before)[name] != keepers(after)[name]}
    assert changed == {"minio-root"}

    def annotations(program: Program) -> Any:
        return program.named("StatefulSet", "minio").manifest["spec"]["template"]["metadata"]["annotations"]

    assert annotations(before) != annotations(after)


def test_a_generation_of_no_secret_is_told() -> None:
    given = {"minio-root": 2, "minio-rooot": 2, "trino-dbt": 3}
    notes = run_program(stack_config("dev", secretGeneration=given), stack="dev").outputs["notes"]
    told = [note.split()[0] for note in notes if "secretGeneration" in note]
    assert told == ["lakehouse:secretGeneration.minio-rooot", "lakehouse:secretGeneration.trino-dbt"]


def test_a_mirror_replaces_every_registry() -> None:
    for resource in shape("dev-air-gapped").of("StatefulSet"):
        for container in resource.manifest["spec"]["template"]["spec"]["containers"]:
            assert container["image"].startswith("mirror.example.internal/")


def test_switching_the_profile_keeps_every_workload() -> None:
    """The object store apart: its topology is fixed after the first creation."""
    light, heavy = shape("dev"), shape("dev-as-production")
    shared = {r.urn for r in light.of("StatefulSet")} & {r.urn for r in heavy.of("StatefulSet")}
    by_urn = {r.urn: r for r in heavy.resources}
    for urn in shared:
        small, large = (next(r for r in light.resources if r.urn == urn), by_urn[urn])
        for fixed in ("selector", "serviceName", "podManagementPolicy"):
            assert small.manifest["spec"][fixed] == large.manifest["spec"][fixed]


@pytest.mark.parametrize("name", SHAPES)
def test_the_charts_that_a_folder_must_hold_are_those_that_are_installed(name: str) -> None:
    """The check of `lakehouse:chartDirectory` knows them before the program has run."""
    checked = installed_charts(load(encoded(config_of(name)), SECRET_KEYS))
    installed = [str(revealed(release.inputs)["chart"]) for release in shape(name).releases]
    assert [chart.name for chart in checked if not any(is_named_by(chart, one) for one in installed)] == []
    assert [one for one in installed if not any(is_named_by(chart, one) for chart in checked)] == []
