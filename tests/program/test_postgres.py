"""PostgreSQL: a login and its databases per installed product, memory that adds up, backups, and nothing shared."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.program.conftest import config_of, shape
from tests.program.recorder import Program, run_program, stack_config

OWNERS = {
    "dev": {
        "lake_ops": {"lake_ops"},
        "airbyte": {"airbyte", "temporal", "temporal_visibility"},
        "metabase": {"metabase"},
        "publisher": {"gold"},
    },
    "prod": {
        "lake_ops": {"lake_ops"},
        "airbyte": {"airbyte", "temporal", "temporal_visibility"},
        "superset": {"superset"},
        "dagster": {"dagster"},
        "datahub": {"datahub"},
        "metastore": {"metastore"},
    },
}


def cluster(program: Program) -> dict[str, Any]:
    spec: dict[str, Any] = program.named("Cluster", "postgres").manifest["spec"]
    return spec


@pytest.mark.parametrize("name", OWNERS)
def test_every_product_owns_its_databases(name: str) -> None:
    program = shape(name)
    first = cluster(program)["bootstrap"]["initdb"]
    found: dict[str, set[str]] = {first["owner"]: {first["database"]}}
    for database in program.of("Database"):
        spec = database.manifest["spec"]
        found.setdefault(spec["owner"], set()).add(spec["name"])
        assert spec["databaseReclaimPolicy"] == "retain", "the way back to the other profile finds it again"
    assert found == OWNERS[name]


def test_a_password_is_read_where_its_product_runs() -> None:
    where: dict[str, set[str]] = {}
    for secret in shape("prod").of("Secret"):
        if secret.metadata["name"].startswith("postgres-"):
            where.setdefault(secret.metadata["name"], set()).add(secret.metadata["namespace"])
            assert secret.manifest["type"] == "kubernetes.io/basic-auth"
            assert set(secret.manifest["stringData"]) == {"username", "password"}
            assert secret.metadata["labels"]["cnpg.io/reload"] == "true"
    assert all("lake-postgres" in spaces for spaces in where.values())
    assert {name: spaces - {"lake-postgres"} for name, spaces in where.items()} == {
        "postgres-lake-ops": {"lake-dagster"},
        "postgres-airbyte": {"lake-airbyte"},
        "postgres-superset": {"lake-superset"},
        "postgres-dagster": {"lake-dagster"},
        "postgres-datahub": {"lake-datahub"},
        "postgres-metastore": {"lake-metastore"},
        "postgres-metrics": {"lake-monitoring"},
        "postgres-query-log": {"lake-monitoring"},
    }


def test_every_login_has_a_secret_and_a_limit(program: Program) -> None:
    secrets = {r.metadata["name"] for r in program.of("Secret") if r.metadata["namespace"] == "lake-postgres"}
    roles = cluster(program)["managed"]["roles"]
    assert all(role["passwordSecret"]["name"] in secrets for role in roles)
    assert all(role["connectionLimit"] > 0 for role in roles)
    limit = int(cluster(program)["postgresql"]["parameters"]["max_connections"])
    assert sum(role["connectionLimit"] for role in roles) < limit
    superusers = [role["name"] for role in roles if role.get("superuser") or role.get("createdb")]
    assert superusers == []


def test_instances_follow_the_profile_and_one_alone_has_no_budget() -> None:
    assert (cluster(shape("dev"))["instances"], cluster(shape("dev"))["enablePDB"]) == (1, False)
    assert (cluster(shape("prod"))["instances"], cluster(shape("prod"))["enablePDB"]) == (2, True)


def test_switching_the_profile_changes_the_cluster_in_place() -> None:
    small, large = cluster(shape("dev")), cluster(shape("dev-as-production"))
    for fixed in ("imageName", "bootstrap"):
        assert small[fixed] == large[fixed]
    assert small["storage"]["storageClass"] == large["storage"]["storageClass"]


def test_backups_go_to_the_stores_backup_bucket_with_the_backup_identity() -> None:
    for name, endpoint in (
        ("prod", "http://minio.lake-minio.svc.cluster.local:9000"),
        ("staging-external-store", "https://s3.example.internal"),
    ):
        store = shape(name).named("ObjectStore", "postgres").manifest["spec"]
        configuration = store["configuration"]
        assert configuration["destinationPath"] == "s3://odoo-lake-backup/postgres/"
        assert configuration["endpointURL"] == endpoint
        assert configuration["s3Credentials"]["accessKeyId"] == {"name": "minio-backup", "key": "access-key"}
        assert store["retentionPolicy"] == "14d"
        assert cluster(shape(name))["plugins"][0]["isWALArchiver"] is True
    longer = run_program(stack_config("dev", retention={"backupDays": 30}))
    assert longer.named("ObjectStore", "postgres").manifest["spec"]["retentionPolicy"] == "30d"


def test_the_cluster_waits_for_its_operator_and_its_bucket(program: Program) -> None:
    [component] = [r for r in program.resources if r.typ == "lakehouse:index:Postgres"]
    waited = " ".join(component.dependencies)
    assert "Release::cloudnative-pg" in waited
    assert "Release::plugin-barman-cloud" in waited
    assert any(name in waited for name in ("-provision", "-mirror", "ExternalKeys")), waited


def test_consumers_can_wait_until_a_database_is_there(program: Program) -> None:
    for kind, condition in (("Cluster", "condition=Ready"), ("Database", "jsonpath={.status.applied}=true")):
        for resource in program.of(kind):
            assert resource.metadata["annotations"]["pulumi.com/waitFor"] == condition


def test_an_existing_cert_manager_is_looked_up_and_none_is_installed() -> None:
    releases = {r.name for r in shape("dev-existing-cert-manager").releases}
    assert {"cloudnative-pg", "plugin-barman-cloud"} <= releases
    assert "cert-manager" not in releases
    assert "cert-manager" in {r.name for r in shape("dev").releases}


def restored(stack: str = "prod", **postgres: Any) -> dict[str, Any]:
    return cluster(run_program(stack_config(stack, postgres=postgres)))


def servers(spec: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The archives that are read, and those that are written."""
    reads = [one["plugin"]["parameters"]["serverName"] for one in spec.get("externalClusters", ())]
    return reads, [one["parameters"]["serverName"] for one in spec["plugins"] if one["isWALArchiver"]]


def test_a_restore_reads_the_archive_before_it_and_writes_its_own() -> None:
    assert servers(cluster(shape("prod"))) == ([], ["postgres"])
    assert servers(restored(generation=2)) == (["postgres"], ["postgres-2"])
    assert servers(restored(generation=3)) == (["postgres-2"], ["postgres-3"])


def test_a_restore_goes_to_its_moment_in_utc_or_to_the_end_of_the_archive() -> None:
    [at, end] = [
        restored(generation=2, targetTime="2026-11-20T12:30:00+02:00"),
        restored(generation=2),
    ]
    assert at["bootstrap"]["recovery"]["recoveryTarget"] == {"targetTime": "2026-11-20T10:30:00Z"}
    assert "recoveryTarget" not in end["bootstrap"]["recovery"]
    [source] = at["externalClusters"]
    assert at["bootstrap"]["recovery"]["source"] == source["name"]
    assert source["plugin"]["parameters"]["barmanObjectName"] == "postgres"
    assert "initdb" not in at["bootstrap"]


def test_a_restored_cluster_has_the_same_name_owner_and_size() -> None:
    before, after = cluster(shape("prod")), restored(generation=2)
    same = before.keys() - {"bootstrap", "plugins"}
    assert {key: before[key] for key in same} == {key: after[key] for key in same}
    [first] = before["bootstrap"].values()
    assert first.items() <= after["bootstrap"]["recovery"].items()


@pytest.mark.parametrize(
    ("stack", "changes", "said"),
    [
        ("prod", {"postgres": {"targetTime": "2026-11-20T10:30:00Z"}}, "lakehouse:postgres.generation is 1"),
        ("prod", {"postgres": {"generation": 2, "targetTime": "2026-11-20T10:30:00"}}, "postgres.targetTime"),
        ("prod", {"postgres": {"generation": 0}}, "postgres.generation"),
        (
            "staging-external-store",
            {
                "postgres": {"generation": 2},
                "objectStoreCredentials": {"extractor": {"accessKey": "key", "secretKey": "secret"}},
            },
            "neither backup nor default",
        ),
    ],
)
def test_a_restore_that_makes_no_sense_is_refused(stack: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(pulumi.RunError, match=said):
        run_program({**config_of(stack), **{f"lakehouse:{key}": value for key, value in changes.items()}})
