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


def _trino() -> dict[str, Any]:
    scratch = [{"name": "scratch", "emptyDir": {"sizeLimit": "8Gi"}}]
    return {
        "image": {"tag": "480"},
        "server": {"workers": 2, "config": {"query": {"maxMemory": "4GB"}}},
        "catalogs": {"bronze": "connector.name=hive\n", "lake": "connector.name=delta_lake\n"},
        "coordinator": {
            "resources": _size(900, 4096),
            "jvm": {"maxHeapSize": "3276M"},
            "additionalVolumes": scratch,
            "secretMounts": [{"name": "tls", "secretName": "trino-tls", "path": "/etc/trino/tls"}],
        },
        "worker": {
            "resources": _size(1500, 5888),
            "jvm": {"maxHeapSize": "4710M"},
            "additionalVolumes": scratch,
            "config": {"query": {"maxMemoryPerNode": "2GB"}},
        },
        "auth": {"passwordAuthSecret": "trino-passwords"},
        "accessControl": {"rules": {"rules.json": "{}"}},
        "envFrom": [{"secretRef": {"name": "trino-internal"}}],
    }


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


def _datahub() -> dict[str, Any]:
    return {
        "global": {
            "elasticsearch": {"host": "opensearch", "port": "9200"},
            "kafka": {"bootstrap": {"server": "datahub-kafka-bootstrap:9092"}},
            "sql": {
                "datasource": {
                    "host": "lake-rw.lake-postgres.svc:5432",
                    "hostForpostgresqlClient": "lake-rw.lake-postgres.svc",
                    "port": "5432",
                    "url": "jdbc:postgresql://lake-rw.lake-postgres.svc:5432/datahub",
                    "database": "datahub",
                    "username": "datahub",
                    "password": {"secretRef": "datahub-database"},
                }
            },
            "datahub": {
                "encryptionKey": {"secretRef": "datahub-encryption"},
                "metadata_service_authentication": {
                    "systemClientSecret": {"secretRef": "datahub-tokens"},
                    "tokenService": {
                        "signingKey": {"secretRef": "datahub-tokens"},
                        "salt": {"secretRef": "datahub-tokens"},
                    },
                },
            },
        },
        "datahub-gms": {
            "resources": _size(800, 1792),
            "extraEnvs": [{"name": "JAVA_OPTS", "value": "-Xms576m -Xmx1152m"}],
        },
        "datahub-frontend": {
            "resources": _size(200, 768),
            "existingGmsSecret": {"name": "datahub-session"},
            "extraVolumes": [{"name": "users", "secret": {"secretName": "datahub-users"}}],
            "extraEnvs": [{"name": "JAVA_OPTS", "value": "-Xmx512m"}],
        },
        "acryl-datahub-actions": {"resources": _size(200, 512)},
        "datahubSystemUpdate": {
            "resources": {"requests": {"cpu": "400m", "memory": "1536Mi"}, "limits": {"cpu": "2", "memory": "1536Mi"}},
            "extraEnvs": [{"name": "CREATE_DB", "value": "false"}],
        },
    }


def _opensearch() -> dict[str, Any]:
    return {
        "image": {"tag": "2.19.5"},
        "opensearchJavaOpts": "-Xms768m -Xmx768m",
        "resources": _size(800, 1536),
        "initResources": _size(50, 64),
        "persistence": {"size": "25Gi", "storageClass": "standard"},
    }


def _strimzi() -> dict[str, Any]:
    return {"watchNamespaces": ["lake-datahub"], "resources": _size(100, 384)}


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
    StandIn(versions.DATAHUB, "datahub", "lake-datahub", _datahub()),
    StandIn(versions.OPENSEARCH, "opensearch", "lake-datahub", _opensearch()),
    StandIn(versions.STRIMZI, "strimzi", "lake-system", _strimzi()),
    StandIn(versions.SUPERSET, "superset", "lake-superset", _superset()),
    StandIn(versions.TRINO, "trino", "lake-trino", _trino()),
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
    _secret("lake-trino", "trino-tls", "keystore.pem"),
    _secret("lake-trino", "trino-internal", "TRINO_SHARED_SECRET"),
    _secret("lake-trino", "trino-passwords", "password.db"),
    _secret("lake-superset", "superset-hosts", "DB_HOST", "DB_PORT", "REDIS_HOST", "REDIS_PORT"),
    _secret("lake-superset", "superset-database", "DB_USER", "DB_PASS"),
    _secret("lake-superset", "superset-keys", "SUPERSET_SECRET_KEY", "ADMIN_USERNAME", "ADMIN_PASSWORD"),
    _secret("lake-datahub", "datahub-database", "password"),
    _secret("lake-datahub", "datahub-encryption", "encryption-key"),
    _secret("lake-datahub", "datahub-tokens", "system-client-secret", "token-signing-key", "token-salt"),
    _secret("lake-datahub", "datahub-session", "gms-secret"),
    _secret("lake-datahub", "datahub-users", "user.props"),
    _secret("lake-dagster", "dagster-database", "postgresql-password"),
    _service("lake-postgres", "lake-rw", 5432),
    _service("lake-minio", "minio", 9000),
    _service("lake-datahub", "datahub-kafka-bootstrap", 9092),
)
