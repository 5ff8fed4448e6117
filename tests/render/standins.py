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


def _dagster() -> dict[str, Any]:
    image = {"repository": "registry.example.internal/odoo-lakehouse/pipelines", "tag": "0.1.0"}
    scratch = [{"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}}]
    return {
        "global": {"postgresqlSecretName": "dagster-database"},
        "postgresql": {
            "postgresqlHost": "lake-rw.lake-postgres.svc",
            "postgresqlUsername": "dagster",
            "postgresqlDatabase": "dagster",
        },
        "busybox": {"image": {"tag": "1.37.0"}},
        "dagsterWebserver": {
            "image": image,
            "resources": _size(300, 768),
            "initContainerResources": _size(20, 32),
            "volumes": scratch,
        },
        "dagsterDaemon": {
            "image": image,
            "resources": _size(400, 1024),
            "initContainerResources": _size(20, 32),
            "volumes": scratch,
            "runCoordinator": {"config": {"queuedRunCoordinator": {"maxConcurrentRuns": 2}}},
        },
        "pipelineRun": {"image": image},
        "dagster-user-deployments": {
            "deployments": [
                {
                    "name": "lakehouse",
                    "image": {**image, "pullPolicy": "IfNotPresent"},
                    "dagsterApiGrpcArgs": ["--module-name", "odoo_lake.orchestration.definitions"],
                    "port": 3030,
                    "resources": _size(300, 768),
                    "podSecurityContext": {
                        "runAsNonRoot": True,
                        "runAsUser": 1000,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                    "volumes": scratch,
                    "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
                    "livenessProbe": {
                        "exec": {"command": ["dagster", "api", "grpc-health-check", "-p", "3030"]},
                        "periodSeconds": 60,
                    },
                    "deploymentStrategy": {"type": "Recreate"},
                    "includeConfigInLaunchedRuns": {"enabled": False},
                }
            ]
        },
        "runLauncher": {
            "config": {
                "k8sRunLauncher": {
                    "volumes": scratch,
                    "envSecrets": [{"name": "dagster-object-store"}],
                    "resources": _size(1000, 2048),
                }
            }
        },
        "computeLogManager": {
            "config": {
                "s3ComputeLogManager": {"bucket": "odoo-lake-backup", "endpointUrl": "http://minio.lake-minio.svc:9000"}
            }
        },
    }


_PRODUCTION = (
    StandIn(versions.DAGSTER, "dagster", "lake-dagster", _dagster()),
    StandIn(versions.SUPERSET, "superset", "lake-superset", _superset()),
)


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
    _secret("lake-dagster", "dagster-database", "postgresql-password"),
    _service("lake-postgres", "lake-rw", 5432),
    _service("lake-minio", "minio", 9000),
)
