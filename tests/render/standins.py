"""Values of charts whose component is not written yet: sizes of the sizing table, names as the README tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lakehouse import versions
from lakehouse.versions import Chart


@dataclass(frozen=True)
class StandIn:
    chart: Chart
    release: str
    namespace: str
    computed: Mapping[str, Any]


def of(profile: str) -> list[StandIn]:
    """What a profile installs."""
    return [*_PRODUCTION] if profile == "production" else []


def _size(millicores: int, mib: int) -> dict[str, Any]:
    return {"requests": {"cpu": f"{millicores}m", "memory": f"{mib}Mi"}, "limits": {"memory": f"{mib}Mi"}}


def _superset() -> dict[str, Any]:
    return {
        "image": {"repository": "registry.example.internal/odoo-lakehouse/superset", "tag": "0.1.0"},
        "envFromSecret": "superset-hosts",
        "envFromSecrets": ["superset-database", "superset-keys"],
        "extraVolumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "2Gi"}}],
        "supersetNode": {"replicas": {"replicaCount": 1}, "resources": _size(700, 1408)},
        "supersetWorker": {"replicas": {"replicaCount": 1}, "resources": _size(500, 1024)},
        "supersetCeleryBeat": {"resources": _size(100, 256)},
        "init": {"resources": _size(500, 1024)},
    }


_PRODUCTION = (StandIn(versions.SUPERSET, "superset", "lake-superset", _superset()),)


def _secret(namespace: str, name: str, *keys: str) -> dict[str, Any]:
    return {
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "data": dict.fromkeys(keys, "bm90IHJlYWQ="),
    }


def _service(namespace: str, name: str, port: int) -> dict[str, Any]:
    return {
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"ports": [{"port": port}]},
    }


# What the program is to create beside the releases.
OBJECTS: tuple[dict[str, Any], ...] = (
    _secret("lake-superset", "superset-hosts", "DB_HOST", "DB_PORT", "REDIS_HOST", "REDIS_PORT"),
    _secret("lake-superset", "superset-database", "DB_USER", "DB_PASS"),
    _secret("lake-superset", "superset-keys", "SUPERSET_SECRET_KEY", "ADMIN_USERNAME", "ADMIN_PASSWORD"),
    _service("lake-postgres", "lake-rw", 5432),
    _service("lake-minio", "minio", 9000),
)
