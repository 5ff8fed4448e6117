"""The object store: both topologies, and two provisioners that make the same buckets, identities and policies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lakehouse.components.apply_job import ApplyJobArgs
from tests.agreed_rights import BUCKETS
from tests.program.conftest import shape
from tests.program.recorder import Program, run_program, stack_config


def job(program: Program) -> dict[str, Any]:
    [found] = [r for r in program.of("Job") if r.name == "minio-provision"]
    return found.manifest


def job_document(program: Program) -> dict[str, Any]:
    [files] = [r for r in program.of("ConfigMap") if r.name == "minio-provision"]
    document: dict[str, Any] = json.loads(files.manifest["data"]["access.json"])
    return document


def from_provider(program: Program) -> dict[str, Any]:
    """The provider's resources, in the words of the Job's document."""
    versioned = {r.manifest["bucket"] for r in program.of("S3BucketVersioning")}
    rules = {r.manifest["bucket"]: r.manifest["rules"] for r in program.of("IlmPolicy")}
    attached = {r.manifest["userName"]: r.manifest["policyName"] for r in program.of("IamUserPolicyAttachment")}
    policies = {r.manifest["name"]: json.loads(r.manifest["policy"]) for r in program.of("IamPolicy")}
    return {
        "buckets": [
            {
                "name": bucket.manifest["bucket"],
                "versioned": bucket.manifest["bucket"] in versioned,
                "noncurrentVersionDays": next(
                    (
                        rule["noncurrentVersionExpirationDays"]
                        for rule in rules.get(bucket.manifest["bucket"], [])
                        if rule.get("expiration") == "DeleteMarker"
                    ),
                    None,
                ),
                "expireAfterDays": {
                    rule["filter"]: int(rule["expiration"].removesuffix("d"))
                    for rule in rules.get(bucket.manifest["bucket"], [])
                    if rule.get("filter")
                },
                "quotaBytes": bucket.manifest["quota"],
            }
            for bucket in program.of("S3Bucket")
        ],
        "identities": [
            {
                "name": user.manifest["name"].removeprefix("lake-"),
                "accessKey": user.manifest["name"],
                "policy": policies[attached[user.manifest["name"]]],
            }
            for user in program.of("IamUser")
        ],
        "identityPrefix": "lake-",
    }


def by_name(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {kind: {item["name"]: item for item in document[kind]} for kind in ("buckets", "identities")}


def test_both_provisioners_make_the_same() -> None:
    assert by_name(from_provider(shape("dev-provider"))) == by_name(job_document(shape("dev")))
    assert {bucket["name"] for bucket in job_document(shape("dev"))["buckets"]} == set(BUCKETS)


def test_what_the_provider_made_is_kept_when_it_leaves_the_stack() -> None:
    made = [r for r in shape("dev-provider").resources if r.typ.startswith("minio:")]
    assert made
    assert all(r.retain_on_delete for r in made)
    assert not any(r.manifest.get("forceDestroy") for r in made)
    assert not [r for r in shape("dev-provider").of("Job") if r.name == "minio-provision"]


def test_identities_are_those_of_the_installed_products() -> None:
    light = {identity["name"] for identity in job_document(shape("dev"))["identities"]}
    heavy = {identity["name"] for identity in job_document(shape("prod"))["identities"]}
    direct = {identity["name"] for identity in job_document(shape("dev-direct"))["identities"]}
    assert heavy - light == {"trino", "metastore", "dagster"}
    assert light - direct == {"airbyte-destination", "airbyte-platform"}


def test_an_identitys_keys_are_where_its_product_runs(program: Program) -> None:
    where: dict[str, set[str]] = {}
    for secret in program.of("Secret"):
        where.setdefault(secret.metadata["name"], set()).add(secret.metadata["namespace"])
    roots = {name for name in where if name.startswith("minio") and name.endswith("-root")}
    store = {"lake-minio"} if roots else set()
    assert all(where[name] == store for name in roots)
    assert where.get("minio-backup") == {"lake-postgres"} | store
    assert where.get("minio-analyst", set()) == store
    without_keys = {"lake-superset", "lake-metabase", "lake-datahub"}
    assert not [name for name, spaces in where.items() if name.startswith("minio-") and spaces & without_keys]


def test_every_file_of_the_job_comes_from_a_secret_that_exists(program: Program) -> None:
    present = {(r.metadata["namespace"], r.metadata["name"]): r.manifest for r in program.of("Secret")}
    for found in program.of("Job"):
        pod = found.manifest["spec"]["template"]["spec"]
        space = found.metadata["namespace"]
        for source in (s for v in pod["volumes"] for s in v.get("projected", {}).get("sources", [])):
            if "secret" in source:
                keys = present[space, source["secret"]["name"]]["stringData"]
                assert {item["key"] for item in source["secret"]["items"]} <= set(keys)
        for variable in (v for c in pod["containers"] for v in c["env"] if "valueFrom" in v):
            reference = variable["valueFrom"]["secretKeyRef"]
            assert reference["key"] in present[space, reference["name"]]["stringData"]


def test_the_job_runs_again_only_when_something_changed() -> None:
    name = job(shape("dev"))["metadata"]["name"]
    assert job(run_program(stack_config("dev"), stack="dev"))["metadata"]["name"] == name
    for change in (
        {"retention": {"noncurrentVersionDays": 30}},
        {"secretGeneration": {"minio-analyst": 2}},
        {"images": {"pipelines": "registry.example/p:2"}},
    ):
        assert job(run_program(stack_config("dev", **change), stack="dev"))["metadata"]["name"] != name


def test_a_pool_of_four_finds_its_servers_and_a_single_one_its_folder() -> None:
    def arguments(program: Program) -> list[str]:
        pod = program.named("StatefulSet", "minio").manifest["spec"]["template"]["spec"]
        found: list[str] = pod["containers"][0]["args"]
        return found

    assert arguments(shape("dev"))[-1] == "/data"
    pool = "http://minio-{0...3}.minio-headless.lake-minio.svc.cluster.local:9000/data"
    assert arguments(shape("prod"))[-1] == pool
    assert shape("prod").named("StatefulSet", "minio").manifest["spec"]["serviceName"] == "minio-headless"
    assert shape("prod").named("Service", "minio-headless").manifest["spec"]["clusterIP"] == "None"


def test_an_external_store_leaves_nothing_of_ours() -> None:
    program = shape("staging-external-store")
    assert not [r for r in program.objects if "lake-minio" in {r.metadata.get("namespace"), r.metadata["name"]}]
    keys = [r for r in program.of("Secret") if r.metadata["name"].startswith("minio-")]
    assert keys
    assert all(r.manifest["stringData"]["secret-key"] == "canary-secret" for r in keys)


def test_every_field_of_a_job_is_in_its_hash() -> None:
    """A field that is left out would change the Job in place, which the API server refuses."""
    told = {"site", "product", "component", "namespace"}
    hashed = {"image", "command", "size", "files", "secret_files", "variables", "secret_variables", "deadline_seconds"}
    assert set(ApplyJobArgs.__dataclass_fields__) == told | hashed


def test_the_client_in_a_servers_pod_may_administer_its_store() -> None:
    """Runbooks say `mc ... local/BUCKET`; the kubelet fills in variables that stand before."""
    pod = shape("prod").named("StatefulSet", "minio").manifest["spec"]["template"]["spec"]
    environment = pod["containers"][0]["env"]
    variables = [variable["name"] for variable in environment]
    [host] = [variable["value"] for variable in environment if variable["name"] == "MC_HOST_local"]
    assert host == "http://$(MINIO_ROOT_USER):$(MINIO_ROOT_PASSWORD)@localhost:9000"
    used = {"MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"}
    assert used <= set(variables[: variables.index("MC_HOST_local")])


@pytest.mark.parametrize("name", ["dev-external-store", "staging-external-store"])
def test_the_owner_of_an_external_store_is_told_what_to_make(name: str) -> None:
    notes = "\n".join(shape(name).outputs["notes"])
    assert all(bucket in notes for bucket in BUCKETS)
    assert "keeps versions in odoo-lake-bronze and odoo-lake-backup" in notes
    assert "objects below _exchange/ of odoo-lake-silver expire after 1 days" in notes
    assert "owner makes the buckets" not in "\n".join(shape("dev").outputs["notes"])
