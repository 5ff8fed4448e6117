"""Switching a stack from lightweight to production and back, in place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulumi import automation

from tests.cluster.control_plane import ControlPlane
from tests.program.recorder import stack_config
from tests.pulumi.engine import Engine, need_charts, new_engine

pytestmark = pytest.mark.pulumi
IMAGES = {"pipelines": "registry.invalid/pipelines:1", "superset": "registry.invalid/superset:1"}
# One drive never becomes four: the store keeps its topology, and with it one server that takes the whole row.
SINGLE: dict[str, object] = {
    "objectStore": {"topology": "single"},
    "overrides": {"minio": {"server": {"replicas": 1, "cpu": "3800m", "memory": "7680Mi", "volume": "500Gi"}}},
}


@pytest.fixture(scope="module")
def engine(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    config = {"protectData": False, "images": IMAGES}
    need_charts(stack_config("dev", profile="production", **SINGLE, **config))
    made = new_engine(tmp_path_factory.mktemp("switch"), cluster, "dev", config)
    made.up()
    yield made
    made.destroy()


def has_namespace(cluster: ControlPlane, name: str) -> bool:
    return cluster.api.find({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}) is not None


def volumes(cluster: ControlPlane) -> dict[str, str | None]:
    """Claims and their volumes; a claim that no pod has used yet has none."""
    return {
        f"{claim['metadata']['namespace']}/{claim['metadata']['name']}": claim["spec"].get("volumeName")
        for claim in cluster.api.list("v1", "PersistentVolumeClaim")
    }


def test_production_and_back_keeps_every_volume(engine: Engine, cluster: ControlPlane) -> None:
    before = volumes(cluster)
    engine.set("profile", "production")
    for key, value in SINGLE.items():
        engine.set(key, value)
    engine.up()
    engine.up(expect_no_changes=True)
    production = volumes(cluster)
    assert has_namespace(cluster, "lake-trino")
    assert not has_namespace(cluster, "lake-metabase")
    assert {name: production.get(name) for name in before} == before
    engine.set("profile", "lightweight")
    engine.set("overrides", None)
    engine.up()
    engine.up(expect_no_changes=True)
    assert has_namespace(cluster, "lake-metabase")
    assert not has_namespace(cluster, "lake-trino")
    assert {name: volumes(cluster).get(name) for name in before} == before


def test_a_switch_that_needs_another_topology_stops_before_any_change(engine: Engine, cluster: ControlPlane) -> None:
    before = volumes(cluster)
    engine.set("objectStore", {})
    engine.set("profile", "production")
    try:
        with pytest.raises(automation.CommandError, match="change-object-store-topology"):
            engine.preview()
        # The last run of the engine is one message.
        assert "Traceback" not in "".join(engine.said[-200:])
    finally:
        engine.set("profile", "lightweight")
    assert volumes(cluster) == before
