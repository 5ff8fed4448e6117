"""The sizing files add up to the user's tables, and what cannot work is refused with the arithmetic."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from lakehouse.budget import Amount
from lakehouse.errors import ConfigError
from lakehouse.profile import Profile
from lakehouse.quantities import Cpu, Memory
from lakehouse.rows import TRINO_QUERY_PERCENT_OF_HEAP
from lakehouse.sizing import DIRECTORY, LightweightSizing, ProductionSizing, load, schema, table

# The user's two tables: product -> CPU, memory in GB, storage in GB.
TABLES = {
    Profile.LIGHTWEIGHT: {
        "MinIO": (1, 2, 50),
        "Airbyte": (2, 4, 20),
        "dbt": (1, 2, 5),
        "DuckDB": (1, 2, 0),
        "Metabase": (1, 2, 5),
    },
    Profile.PRODUCTION: {
        "MinIO": (4, 8, 500),
        "Airbyte": (4, 8, 50),
        "dbt": (2, 4, 10),
        "Trino": (4, 16, 20),
        "Superset": (2, 4, 10),
        "DataHub": (4, 8, 50),
        "Dagster": (2, 4, 10),
    },
}
CONCURRENT_RUNS = {
    Profile.LIGHTWEIGHT: {"minio": 1, "airbyte": 1, "dbt": 1},
    Profile.PRODUCTION: {"minio": 1, "airbyte": 2, "datahub": 1, "dbt": 2},
}


@pytest.mark.parametrize("profile", Profile)
def test_rows_are_those_of_the_users_table(profile: Profile) -> None:
    rows = {name: row for _, b in load(profile).budgets() if not b.supporting for name, row in b.rows.items()}
    found = {name: (row.cpu.millicores / 1000, row.memory.gib, row.amount.storage.gib) for name, row in rows.items()}
    assert found == TABLES[profile]


@pytest.mark.parametrize("profile", Profile)
def test_run_time_pods_are_derived_from_the_headroom(profile: Profile) -> None:
    assert {name: b.concurrency for name, b in load(profile).budgets() if b.run} == CONCURRENT_RUNS[profile]


@pytest.mark.parametrize("profile", Profile)
def test_the_schema_is_current(profile: Profile) -> None:
    """Regenerate with `make schemas`."""
    assert json.loads((DIRECTORY / "schema.json").read_text()) == schema()
    assert yaml.safe_load((DIRECTORY / f"{profile}.yaml").read_text())


def test_the_worst_moment_counts_a_surge_with_the_jobs_beside_it() -> None:
    dagster = production().dagster
    assert dagster.transition == Amount(Cpu(300 + 200), Memory(768 + 512), Memory(0), Memory(1024 + 512))


def test_syncs_wait_for_an_upgrade_and_ingestion_does_not() -> None:
    sizing = production()
    airbyte, datahub = sizing.airbyte, sizing.datahub
    assert airbyte.run is not None
    assert airbyte.beside.memory == airbyte.run[1].amount.memory * 2
    assert datahub.run is not None
    assert datahub.beside.memory == datahub.transition.memory + datahub.run[1].amount.memory


def test_a_switch_to_lightweight_has_room_beside_what_goes_last() -> None:
    """Quotas shrink first; production's pods shrink later, and what lightweight lacks goes at the end."""
    small, large = load(Profile.LIGHTWEIGHT), production()
    strimzi = large.system.strimzi.amount
    assert not (small.system.needed + strimzi).excess_over(small.system.limit)
    # Airbyte's bootloader is a hook before the roll-out.
    before = large.airbyte.steady + small.airbyte.jobs["bootloader"].amount
    assert not [problem for problem in before.excess_over(small.airbyte.limit) if "volume" not in problem]


def production(overrides: dict[str, Any] | None = None) -> ProductionSizing:
    sizing = load(Profile.PRODUCTION, overrides)
    assert isinstance(sizing, ProductionSizing)
    return sizing


def test_an_override_changes_one_number() -> None:
    less = production().trino.worker.memory.mib - 64
    sizing = production({"trino": {"worker": {"memory": f"{less}Mi"}}})
    assert sizing.trino.worker.memory == Memory(less)
    assert sizing.trino.worker.replicas == production().trino.worker.replicas


def test_query_memory_leaves_the_heap_its_headroom() -> None:
    trino = production().trino
    for node, heap in ((trino.worker, trino.worker_heap), (trino.coordinator, trino.coordinator_heap)):
        assert trino.query_memory_per_node.mib + 0.3 * heap.mib <= heap.mib < node.memory.mib
    assert TRINO_QUERY_PERCENT_OF_HEAP <= 70


def test_connections_fit_the_server() -> None:
    for profile in Profile:
        postgres = load(profile).postgres
        assert sum(postgres.connections.values()) < postgres.max_connections
        assert postgres.shared_buffers.mib * 3 < postgres.instance.memory.mib


@pytest.mark.parametrize(
    ("profile", "overrides", "words"),
    [
        (Profile.LIGHTWEIGHT, {"minio": {"server": {"memory": "2Gi"}}}, ["minio", "memory 2304Mi > 2048Mi", "row"]),
        (Profile.LIGHTWEIGHT, {"minio": {"server": {"volume": "60Gi"}}}, ["volume 61440Mi > 51200Mi"]),
        (Profile.PRODUCTION, {"trino": {"worker": {"replicas": 9, "cpu": "1"}}}, ["trino", "cpu 9900m > 4000m"]),
        (Profile.PRODUCTION, {"airbyte": {"server": {"memory": "4608Mi"}}}, ["airbyte.sync", "Nothing could ever run"]),
        (Profile.PRODUCTION, {"trino": {"worker": {"memory": "1Gi"}}}, ["trino.worker.memory is 1Gi", "headroom"]),
        (Profile.LIGHTWEIGHT, {"minio": {"servers": {}}}, ["minio.servers", "no such size"]),
        (Profile.LIGHTWEIGHT, {"trino": {}}, ["trino", "the lightweight profile has no such size"]),
        (Profile.LIGHTWEIGHT, {"minio": {"server": {"memory": "2GB"}}}, ["minio.server.memory", "Mi, Gi or Ti"]),
        (Profile.LIGHTWEIGHT, {"minio": {"server": {"replicas": -1}}}, ["minio.server.replicas", "-1"]),
        (Profile.LIGHTWEIGHT, {"postgres": {"connections": {"airbyte": 500}}}, ["postgres.connections", "537 > 108"]),
        (Profile.PRODUCTION, {"postgres": {"instance": {"replicas": 1}}}, ["postgres.backup.replicas", "sidecar"]),
    ],
)
def test_what_cannot_work_is_refused_with_the_arithmetic(
    profile: Profile, overrides: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as error:
        load(profile, overrides)
    assert all(word in str(error.value) for word in [*words, "lakehouse:overrides"]), str(error.value)


def test_the_table_shows_every_quota_and_the_totals() -> None:
    sizing = load(Profile.LIGHTWEIGHT)
    assert isinstance(sizing, LightweightSizing)
    lines = table(dict(sizing.budgets()))
    assert any(line.startswith("airbyte") and "750/2496" in line and "1800/4096" in line for line in lines)
    assert "rows of the sizing table: 6000m CPU, 12288Mi, storage 80Gi" in lines
