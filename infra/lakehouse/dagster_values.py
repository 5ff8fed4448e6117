"""Dagster's Helm values: sizes, addresses, names of secrets, and what a run pod finds in its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .addresses import (
    CA_FILE,
    CA_FOLDER,
    CA_KEY,
    CA_VOLUME,
    HASH_KEY,
    HASH_KEY_VARIABLE,
    RECORD_KEY,
    RECORD_VARIABLE,
    SOURCE_KEY,
    SOURCE_VARIABLE,
    rehash_request,
)
from .budget import Pod, Run
from .components.airbyte import CLIENT_ID, CLIENT_SECRET, AirbyteAccess
from .components.postgres import Login
from .components.priorities import RUN_CLASS
from .components.store_access import ACCESS_KEY, SECRET_KEY
from .labels import PART_OF
from .object_store_access import BACKUP
from .rows import DagsterBudget, DagsterRunBudget
from .secrets import SecretRef, pod_annotations
from .settings import Ingestion, OdooSettings
from .site import Site
from .trino_clients import AUTHORITY_KEY, BUILDS, TrinoAccess
from .values import chart_values, image_values
from .versions import BUSYBOX_IMAGE, DAGSTER

DATABASE = "dagster"
# The chart takes no other key.
DATABASE_KEY = "postgresql-password"
WEB_PORT, CODE_PORT = 3000, 3030
LOCATION = "lakehouse"
MODULE = "odoo_lake.orchestration.definitions"
SCRATCH, AUTHORITY = "scratch", "trino-authority"
TEMPORARY = "/tmp"  # noqa: S108 - an emptyDir of each pod alone
AUTHORITY_FOLDER = "/etc/lakehouse/trino"
USER = 1000
# Starting Python takes seconds of the small pod's CPU, so that the server is not asked too often.
ALIVE = {
    "exec": {"command": ["dagster", "api", "grpc-health-check", "-p", str(CODE_PORT)]},
    "initialDelaySeconds": 20,
    "periodSeconds": 60,
    "timeoutSeconds": 30,
    "failureThreshold": 5,
}

Variables = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class DagsterWiring:
    """`runs` is the dbt row; `keys` are the object store's secrets by identity, `airbyte` is None without it."""

    site: Site
    sizing: DagsterBudget
    runs: DagsterRunBudget
    ingestion: Ingestion
    odoo: OdooSettings
    hash_key: SecretRef
    schedule: str
    sync_schedule: str
    store_endpoint: str
    store_region: str
    keys: Mapping[str, SecretRef]
    trino: TrinoAccess
    airbyte: AirbyteAccess | None

    @property
    def run(self) -> Run:
        return self.runs.run_pod


@dataclass(frozen=True, kw_only=True)
class DagsterSecrets:
    database: SecretRef
    addresses: SecretRef


def dagster_values(wiring: DagsterWiring, database: Login, secrets: DagsterSecrets) -> dict[str, Any]:
    """Everything over helm-values/dagster.yaml."""
    sizing, image = wiring.sizing, image_values(wiring.site.pipelines_image)
    annotations = pod_annotations(secrets.database, wiring.keys["dagster"])
    service = {"image": image, "env": _logs(wiring), "annotations": annotations}
    return chart_values(
        DAGSTER,
        {
            "global": {"postgresqlSecretName": secrets.database.name},
            "postgresql": {
                "postgresqlHost": database.host,
                "postgresqlUsername": database.username,
                "postgresqlDatabase": DATABASE,
                "service": {"port": database.port},
            },
            "busybox": {"image": image_values(wiring.site.image(BUSYBOX_IMAGE))},
            "dagsterWebserver": {**service, **_part(sizing.web)},
            "dagsterDaemon": {
                **service,
                **_part(sizing.daemon),
                "runCoordinator": {"config": {"queuedRunCoordinator": {"maxConcurrentRuns": wiring.runs.concurrency}}},
            },
            "pipelineRun": {"image": image},
            "dagster-user-deployments": {"deployments": [_code_location(wiring, image, annotations)]},
            "runLauncher": {"config": {"k8sRunLauncher": _launcher(wiring, secrets.addresses)}},
            "computeLogManager": {
                "config": {
                    "s3ComputeLogManager": {
                        "bucket": BACKUP,
                        "endpointUrl": wiring.store_endpoint,
                        "region": wiring.store_region,
                    }
                }
            },
        },
    )


def _part(size: Pod) -> dict[str, Any]:
    """A pod counts as its larger container, so the one that waits before the start takes the same size."""
    return {
        "resources": size.resources(),
        "initContainerResources": size.resources(),
        "volumes": [_scratch(size)],
    }


def _scratch(size: Pod) -> dict[str, Any]:
    return {"name": SCRATCH, "emptyDir": {"sizeLimit": str(size.scratch)}}


def _code_location(wiring: DagsterWiring, image: dict[str, str], annotations: dict[str, str]) -> dict[str, Any]:
    """Whatever else is the same in every stack stands here too: a chart's list has one owner."""
    size = wiring.sizing.code_location
    return {
        "name": LOCATION,
        "image": {**image, "pullPolicy": "IfNotPresent"},
        "dagsterApiGrpcArgs": ["--module-name", MODULE],
        "port": CODE_PORT,
        "env": [*_definitions(wiring), *_logs(wiring), *_syncs(wiring.airbyte)],
        "annotations": {**annotations, **(pod_annotations(wiring.airbyte.client) if wiring.airbyte else {})},
        "resources": size.resources(),
        "volumes": [_scratch(size)],
        "volumeMounts": [{"name": SCRATCH, "mountPath": TEMPORARY, "subPath": "tmp"}],
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        # A second one beside it would need room that the row has for the web server's roll-out.
        "deploymentStrategy": {"type": "Recreate"},
        "livenessProbe": ALIVE,
        "readinessProbe": ALIVE,
        # Run pods have sizes and secrets of their own.
        "includeConfigInLaunchedRuns": {"enabled": False},
    }


def _launcher(wiring: DagsterWiring, addresses: SecretRef) -> dict[str, Any]:
    """What the daemon makes run pods of."""
    [size] = wiring.run.containers.values()
    authority = {"secretName": wiring.trino.authority.name, "items": [{"key": AUTHORITY_KEY, "path": AUTHORITY_KEY}]}
    volumes: list[dict[str, Any]] = [_scratch(size), {"name": AUTHORITY, "secret": authority}]
    mounts = [{"name": AUTHORITY, "mountPath": AUTHORITY_FOLDER, "readOnly": True}]
    if wiring.odoo.ca_certificate:
        item = {"key": CA_KEY, "path": CA_FILE}
        volumes.append({"name": CA_VOLUME, "secret": {"secretName": addresses.name, "items": [item]}})
        mounts.append({"name": CA_VOLUME, "mountPath": CA_FOLDER, "readOnly": True})
    return {
        "resources": size.resources(),
        "volumes": volumes,
        "labels": {"app.kubernetes.io/part-of": PART_OF},
        "runK8sConfig": {
            "containerConfig": {"env": run_variables(wiring, addresses), "volumeMounts": mounts},
            "podSpecConfig": {"priorityClassName": RUN_CLASS},
        },
    }


def run_variables(wiring: DagsterWiring, addresses: SecretRef) -> Variables:
    """The environment of a run: Odoo, the lake by one identity per step, the run record, Trino."""
    return [
        *_definitions(wiring),
        *_logs(wiring),
        *(
            variable
            for identity in ("transform", "extractor")
            for variable in _identity(identity, wiring.keys[identity])
        ),
        _value("ODOO_LAKE_ROOT", "s3://odoo-lake"),
        _value("ODOO_LAKE_WORK", f"{TEMPORARY}/work"),
        _secret(SOURCE_VARIABLE, addresses, SOURCE_KEY),
        _secret(RECORD_VARIABLE, addresses, RECORD_KEY),
        _secret(HASH_KEY_VARIABLE, wiring.hash_key, HASH_KEY),
        *(_value(name, value) for name, value in rehash_request(wiring.odoo).items()),
        *_trino(wiring.trino),
    ]


def _definitions(wiring: DagsterWiring) -> Variables:
    """What the code location's definitions follow from: equal in its server and in the runs."""
    return [
        _value("HOME", TEMPORARY),
        _value("PYTHONDONTWRITEBYTECODE", "1"),
        _value("ODOO_LAKE_ENGINE", "trino"),
        _value("ODOO_LAKE_INGESTION", str(wiring.ingestion)),
        _value("ODOO_LAKE_SCHEDULE", wiring.schedule),
        *([_value("ODOO_LAKE_SYNC_SCHEDULE", wiring.sync_schedule)] if wiring.airbyte else []),
    ]


def _logs(wiring: DagsterWiring) -> Variables:
    """Dagster's own identity, which keeps the logs; it reads nothing of the lake."""
    keys = wiring.keys["dagster"]
    return [
        _value("AWS_ENDPOINT_URL", wiring.store_endpoint),
        _value("AWS_REGION", wiring.store_region),
        _value("AWS_DEFAULT_REGION", wiring.store_region),
        _secret("AWS_ACCESS_KEY_ID", keys, ACCESS_KEY),
        _secret("AWS_SECRET_ACCESS_KEY", keys, SECRET_KEY),
    ]


def _syncs(airbyte: AirbyteAccess | None) -> Variables:
    """What the sensor on finished syncs asks with; the runs need none of it."""
    if airbyte is None:
        return []
    return [
        _value("ODOO_LAKE_AIRBYTE_URL", airbyte.api),
        _secret("AIRBYTE_CLIENT_ID", airbyte.client, CLIENT_ID),
        _secret("AIRBYTE_CLIENT_SECRET", airbyte.client, CLIENT_SECRET),
    ]


def _identity(identity: str, keys: SecretRef) -> Variables:
    prefix = f"ODOO_LAKE_{identity.upper()}"
    return [
        _secret(f"{prefix}_ACCESS_KEY_ID", keys, ACCESS_KEY),
        _secret(f"{prefix}_SECRET_ACCESS_KEY", keys, SECRET_KEY),
    ]


def _trino(access: TrinoAccess) -> Variables:
    return [
        _value("ODOO_LAKE_TRINO_URL", access.url(BUILDS)),
        _secret("ODOO_LAKE_TRINO_PASSWORD", access.logins[BUILDS], "password"),
        _value("ODOO_LAKE_TRINO_CA", f"{AUTHORITY_FOLDER}/{AUTHORITY_KEY}"),
    ]


def _value(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value}


def _secret(name: str, secret: SecretRef, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret.name, "key": key}}}
