"""Every step of a move of the object store, in both profiles: what exists, who reads what, and what it takes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from lakehouse.quantities import Cpu, Memory
from tests.program.recorder import Program, Recorded, run_program, stack_config

FIRST, SECOND = "minio", "minio-second"
ADDRESS = re.compile(r"http://(minio[a-z-]*)\.lake-minio\.svc\.cluster\.local:9000")
WRITES = {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"}
# CPU in millicores, memory in MiB and storage in GiB of the two sizes, from the user's sizing tables.
SINGLE, DISTRIBUTED = (1000, 2048, 50), (4000, 8192, 500)
# What odoo-lake-bronze may hold: 30 % of what each keeps of its objects, in bytes.
BRONZE_BYTES = {SINGLE: 15 * 1024**3, DISTRIBUTED: 75 * 1024**3}


@dataclass(frozen=True)
class Step:
    """What the settings say and what follows: the servers that exist, the one that serves, and the copying."""

    settings: dict[str, Any]
    stores: tuple[str, ...]
    serves: str
    copies: tuple[str, str] | None = None
    hands_over: bool = False


BACK = {"serveFrom": "first", "mirrorTo": "first"}
STEPS = {
    "before": Step({}, (FIRST,), FIRST),
    "copies": Step({}, (FIRST, SECOND), FIRST, (FIRST, SECOND)),
    "serves": Step({"serveFrom": "second"}, (FIRST, SECOND), SECOND, (FIRST, SECOND), hands_over=True),
    "moved": Step({"serveFrom": "second", "retireOld": True}, (SECOND,), SECOND),
    "copies-back": Step({"serveFrom": "second", "mirrorTo": "first"}, (FIRST, SECOND), SECOND, (SECOND, FIRST)),
    "serves-again": Step(BACK, (FIRST, SECOND), FIRST, (SECOND, FIRST), hands_over=True),
    "moved-back": Step({**BACK, "retireOld": True}, (FIRST,), FIRST),
}
# Stack -> the sizes of its first store and of the second one, and the second's topology.
STACKS = {"dev": (SINGLE, DISTRIBUTED, "distributed"), "prod": (DISTRIBUTED, SINGLE, "single")}
MOVING = [(stack, name) for stack in STACKS for name, step in STEPS.items() if step.copies]
ALL = [(stack, name) for stack in STACKS for name in STEPS]


@cache
def program_at(stack: str, name: str) -> Program:
    settings = dict(STEPS[name].settings)
    if name != "before":
        settings["second"] = {"topology": STACKS[stack][2]}
    return run_program(stack_config(stack, **({"objectStore": settings} if settings else {})), stack=stack)


def sizes(stack: str, name: str) -> list[tuple[int, int, int]]:
    first, second, _ = STACKS[stack]
    return [size for store, size in ((FIRST, first), (SECOND, second)) if store in STEPS[name].stores]


def summed(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*rows, strict=True))


def jobs(program: Program) -> dict[str, Recorded]:
    return {job.name: job for job in program.of("Job") if job.name.startswith("minio")}


def document(program: Program, store: str) -> dict[str, Any]:
    [files] = [r for r in program.of("ConfigMap") if r.name == f"{store}-provision"]
    found: dict[str, Any] = json.loads(files.manifest["data"]["access.json"])
    return found


@pytest.mark.parametrize(("stack", "name"), ALL)
def test_only_the_stores_of_the_step_exist_and_the_products_use_the_one_that_serves(stack: str, name: str) -> None:
    program, step = program_at(stack, name), STEPS[name]
    sets = {r.metadata["name"] for r in program.of("StatefulSet") if r.metadata["namespace"] == "lake-minio"}
    assert sets == set(step.stores)
    outside = [r for r in program.resources if r.metadata.get("namespace") != "lake-minio"]
    used = {found for r in outside for found in ADDRESS.findall(json.dumps(r.manifest))}
    assert used == {step.serves}
    assert ADDRESS.findall(program.outputs["addresses"]["objectStore"]) == [step.serves]


@pytest.mark.parametrize(("stack", "name"), ALL)
def test_the_quota_is_the_sum_of_the_rows_and_what_is_temporary_is_told(stack: str, name: str) -> None:
    program, step = program_at(stack, name), STEPS[name]
    hard = program.named("ResourceQuota", "minio").manifest["spec"]["hard"]
    allowed = (
        Cpu.parse(hard["requests.cpu"]).millicores,
        Memory.parse(hard["limits.memory"]).mib,
        Memory.parse(hard["requests.storage"]).mib // 1024,
    )
    assert allowed == summed(sizes(stack, name))
    passing = [size for store, size in zip(step.stores, sizes(stack, name), strict=True) if store != step.serves]
    told = program.outputs["totals"].get("temporary")
    lines = [line for line in program.outputs["sizes"] if line.startswith("temporary")]
    notes = [note for note in program.outputs["notes"] if "its row is temporary" in note]
    if not passing:
        assert (told, lines, notes) == (None, [], [])
        return
    cpu, memory, storage = passing[0]
    assert told == f"{cpu}m CPU, {memory}Mi, storage {storage}Gi"
    assert lines == [f"temporary, while the object store moves: {told}"]
    assert len(notes) == 1


@pytest.mark.parametrize(("stack", "name"), ALL)
def test_volumes_and_bucket_quotas_are_each_stores_own(stack: str, name: str) -> None:
    program = program_at(stack, name)
    for store, size in zip(STEPS[name].stores, sizes(stack, name), strict=True):
        spec = program.named("StatefulSet", store).manifest["spec"]
        claim = Memory.parse(spec["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"])
        assert (claim * spec["replicas"]).mib == size[2] * 1024
        quotas = {bucket["name"]: bucket["quotaBytes"] for bucket in document(program, store)["buckets"]}
        assert quotas["odoo-lake-bronze"] == BRONZE_BYTES[size]


@pytest.mark.parametrize(("stack", "name"), ALL)
def test_the_mirror_copies_between_the_stores_of_the_step(stack: str, name: str) -> None:
    program, step = program_at(stack, name), STEPS[name]
    mirror = jobs(program).get("minio-mirror")
    if step.copies is None:
        assert mirror is None
        return
    assert mirror is not None
    [container] = mirror.manifest["spec"]["template"]["spec"]["containers"]
    variables = {v["name"]: v for v in container["env"]}
    ends = [ADDRESS.findall(variables[f"{end}_AWS_ENDPOINT_URL"]["value"])[0] for end in ("SOURCE", "TARGET")]
    assert tuple(ends) == step.copies
    for end, store in zip(("SOURCE", "TARGET"), step.copies, strict=True):
        reference = variables[f"{end}_AWS_SECRET_ACCESS_KEY"]["valueFrom"]["secretKeyRef"]
        assert reference == {"name": f"{store}-root", "key": "password"}
    assert container["command"][:2] == ["odoo-lake", "mirror-buckets"]
    assert ("--hand-over" in container["command"]) is step.hands_over
    [component] = [r for r in program.of("ApplyJob") if r.name == "minio-mirror"]
    after = {urn.rpartition("::")[2] for urn in component.dependencies}
    assert {FIRST, SECOND, "minio-provision", "minio-second-provision"} <= after


@pytest.mark.parametrize(("stack", "name"), ALL)
def test_products_wait_for_the_last_copy_and_nobody_writes_to_what_was_copied(stack: str, name: str) -> None:
    program, step = program_at(stack, name), STEPS[name]
    [postgres] = [r for r in program.of("Postgres") if r.name == "postgres"]
    waits = any(urn.endswith("::minio-mirror") for urn in postgres.dependencies)
    assert waits is step.hands_over
    for store in step.stores:
        identities = document(program, store)["identities"]
        assert len(identities) > 4
        actions = {
            action
            for identity in identities
            for statement in identity["policy"]["Statement"]
            for action in statement["Action"]
        }
        read_only = step.hands_over and store != step.serves
        assert actions & WRITES == (set() if read_only else WRITES)
        assert {"s3:GetObject", "s3:ListBucket"} <= actions


@pytest.mark.parametrize(("stack", "name"), ALL)
def test_the_store_that_serves_keeps_its_volumes_and_the_other_may_go(stack: str, name: str) -> None:
    program, step = program_at(stack, name), STEPS[name]
    for store in step.stores:
        servers = program.named("StatefulSet", store)
        kept = stack == "prod" and store == step.serves
        assert servers.protect is kept
        policy = servers.manifest["spec"]["persistentVolumeClaimRetentionPolicy"]
        assert policy == {"whenDeleted": "Retain" if kept else "Delete", "whenScaled": "Retain"}
        alone = (
            "--serves"
            in jobs(program)[f"{store}-provision"].manifest["spec"]["template"]["spec"]["containers"][0]["command"]
        )
        assert alone is (len(step.stores) == 1)


@pytest.mark.parametrize(("stack", "name"), MOVING)
def test_nothing_selects_the_pods_of_both_stores(stack: str, name: str) -> None:
    program = program_at(stack, name)
    pods = {
        store: program.named("StatefulSet", store).manifest["spec"]["template"]["metadata"]["labels"]
        for store in (FIRST, SECOND)
    }
    selectors = [
        (r, r.manifest["spec"]["selector"].get("matchLabels", r.manifest["spec"]["selector"]))
        for kind in ("Service", "StatefulSet", "PodDisruptionBudget")
        for r in program.of(kind)
        if r.metadata["namespace"] == "lake-minio"
    ]
    assert len(selectors) == 8
    for resource, selector in selectors:
        chosen = [store for store, labels in pods.items() if selector.items() <= labels.items()]
        assert chosen == [SECOND if resource.metadata["name"].startswith(SECOND) else FIRST]


@pytest.mark.parametrize(("stack", "name"), MOVING)
def test_the_pods_of_the_move_may_reach_both_stores(stack: str, name: str) -> None:
    program = program_at(stack, name)
    for store in (FIRST, SECOND):
        policy = program.named("NetworkPolicy", f"flows-server-{store}", "lake-minio").manifest["spec"]
        peers = [
            (
                peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
                peer.get("podSelector", {}).get("matchLabels", {}).get("app.kubernetes.io/component"),
            )
            for rule in policy["ingress"]
            for peer in rule["from"]
        ]
        assert {("lake-minio", "mirror"), ("lake-minio", "provision"), ("lake-minio", "server")} <= set(peers)
        assert ("lake-postgres", None) in peers


@pytest.mark.parametrize("stack", STACKS)
def test_an_identity_keeps_its_keys_through_all_steps(stack: str) -> None:
    def keys(name: str) -> dict[str, Any]:
        return {r.urn: r.manifest for r in program_at(stack, name).of("RandomPassword") if not r.name.endswith("-root")}

    before = keys("before")
    assert len(before) > 5
    assert all(keys(name) == before for name in STEPS)


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_that_moved_back_is_what_it_was(stack: str) -> None:
    def everything(name: str) -> dict[str, Any]:
        return {r.urn: (r.manifest, r.protect) for r in program_at(stack, name).resources}

    assert everything("moved-back") == everything("before")


@pytest.mark.parametrize("stack", STACKS)
def test_a_moved_stack_can_switch_its_profile_in_place(stack: str) -> None:
    """The second store is as big in one profile as in the other, so nothing of it is replaced.

    Only in production somebody is told of its requests.
    """
    other = {"dev": "production", "prod": "lightweight"}[stack]
    settings = {**STEPS["moved"].settings, "second": {"topology": STACKS[stack][2]}}
    images = {"pipelines": "registry.example/p:1", "superset": "registry.example/s:1"}
    switched = run_program(stack_config(stack, objectStore=settings, profile=other, images=images), stack=stack)

    def spec(program: Program) -> dict[str, Any]:
        found: dict[str, Any] = copy.deepcopy(program.named("StatefulSet", SECOND).manifest["spec"])
        pod = found["template"]
        [container] = pod["spec"]["containers"]
        container["env"] = [entry for entry in container["env"] if "AUDIT" not in entry["name"]]
        pod["metadata"]["annotations"].pop("lakehouse/secret-generation.object-log-token", None)
        return found

    assert spec(switched) == spec(program_at(stack, "moved"))
