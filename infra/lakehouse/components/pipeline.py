"""The pipeline of the lightweight profile: one CronJob that extracts, builds with DuckDB, proves, and copies gold.

Where Dagster runs, it is the only scheduler and this component is absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..addresses import (
    GOLD_KEY,
    GOLD_VARIABLE,
    HASH_KEY,
    HASH_KEY_VARIABLE,
    RECORD_KEY,
    RECORD_VARIABLE,
    SOURCE_KEY,
    SOURCE_VARIABLE,
    addresses_of,
    certificate_mounts,
    certificate_volumes,
    rehash_request,
)
from ..budget import Pod
from ..databases import GOLD
from ..labels import labels, top_level
from ..pods import CONTAINER_SECURITY, pod_security, resources, variables
from ..rows import LocalDbtBudget
from ..secrets import SecretRef, pod_annotations
from ..settings import Ingestion, OdooSettings
from ..site import Site
from .postgres import Login

WORK = "/work"
# Addresses with passwords in them, each as one variable of the program.
SECRET = "pipeline-addresses"  # noqa: S105 - the name of a Kubernetes secret
# Longer than any run; a pod that hangs must not keep the next ones away for ever.
DEADLINE_SECONDS = 6 * 3600
# A run that could not start in this time is left out: the next one does its work.
STARTING_DEADLINE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class PipelineArgs:
    """`keys` are the object store's secrets by identity: extraction and build have one each.

    `publisher` copies gold into PostgreSQL, where the role `gold_reader` may read it.
    """

    site: Site
    sizing: LocalDbtBudget
    ingestion: Ingestion
    schedule: str
    odoo: OdooSettings
    odoo_password: pulumi.Input[str]
    store_endpoint: str
    store_region: str
    keys: Mapping[str, SecretRef]
    hash_key: SecretRef
    run_record: Login
    publisher: Login
    gold_reader: str


class Pipeline(pulumi.ComponentResource):
    """The CronJob, its work volume and the addresses that it reads."""

    addresses: SecretRef

    def __init__(self, name: str, args: PipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Pipeline", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": name,
            "namespace": args.sizing.namespace,
            "labels": top_level(name, "run", args.site.profile),
        }
        self.addresses = SecretRef(SECRET, max(args.run_record.secret.generation, args.publisher.secret.generation))
        addresses = k8s.core.v1.Secret(
            SECRET,
            metadata={**metadata, "name": SECRET},
            string_data={
                **addresses_of(args.odoo, args.odoo_password, args.run_record),
                GOLD_KEY: args.publisher.url(GOLD, driver="postgresql"),
            },
            opts=child,
        )
        volume = k8s.core.v1.PersistentVolumeClaim(
            name,
            # The class binds it when the first run starts, so nothing waits for it here.
            metadata={**metadata, "annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "access_modes": ["ReadWriteOnce"],
                "storage_class_name": args.site.storage_class,
                "resources": {"requests": {"storage": str(args.sizing.run_pod.volume)}},
            },
            opts=child,
        )
        k8s.batch.v1.CronJob(
            name,
            metadata=metadata,
            spec=cron_job_spec(name, args, self.addresses),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[addresses, volume]),
        )
        self.register_outputs({})


def cron_job_spec(name: str, args: PipelineArgs, addresses: SecretRef) -> k8s.batch.v1.CronJobSpecArgsDict:
    """Stage after stage: extraction with the one identity that writes bronze, the build, the copy of gold.

    With Airbyte the first stage sweeps up after the sync.
    """
    secrets = [addresses, args.keys["transform"], args.keys["extractor"], args.hash_key]
    command = "extract" if args.ingestion is Ingestion.DIRECT else "sweep"
    _, run = args.sizing.run or ("", None)
    if run is None:
        raise ValueError("the sizing has no run pod")
    [size] = run.containers.values()
    publish = ["odoo-lake", "publish", "--reader", args.gold_reader]
    return {
        "schedule": args.schedule,
        "concurrency_policy": "Forbid",
        "starting_deadline_seconds": STARTING_DEADLINE_SECONDS,
        "successful_jobs_history_limit": 3,
        "failed_jobs_history_limit": 3,
        "job_template": {
            "metadata": {"labels": labels(name, "run")},
            "spec": {
                "backoff_limit": 1,
                "active_deadline_seconds": DEADLINE_SECONDS,
                "template": {
                    "metadata": {"labels": labels(name, "run"), "annotations": pod_annotations(*secrets)},
                    "spec": {
                        "restart_policy": "Never",
                        "automount_service_account_token": False,
                        "security_context": pod_security(),
                        "init_containers": [
                            _stage(command, ["odoo-lake", command], "extractor", args, size),
                            _stage("build", ["odoo-lake", "build"], "transform", args, size),
                        ],
                        "containers": [_stage("publish", publish, "transform", args, size)],
                        "volumes": [
                            {"name": "work", "persistent_volume_claim": {"claim_name": name}},
                            {"name": "tmp", "empty_dir": {"size_limit": "256Mi"}},
                            *certificate_volumes(args.odoo, SECRET),
                        ],
                    },
                },
            },
        },
    }


def _stage(
    name: str, command: list[str], identity: str, args: PipelineArgs, size: Pod
) -> k8s.core.v1.ContainerArgsDict:
    keys = args.keys[identity]
    addresses = SecretRef(SECRET)
    return {
        "name": name,
        "image": args.site.pipelines_image,
        "command": command,
        "env": [
            *variables(
                {
                    "AWS_ENDPOINT_URL": args.store_endpoint,
                    "AWS_REGION": args.store_region,
                    "HOME": WORK,
                    "ODOO_LAKE_DUCKDB_MEMORY": f"{args.sizing.duckdb_memory.mib}MiB",
                    "ODOO_LAKE_ROOT": "s3://odoo-lake",
                    "ODOO_LAKE_WORK": WORK,
                    "PYTHONDONTWRITEBYTECODE": "1",
                }
            ),
            keys.env("AWS_ACCESS_KEY_ID", "access-key"),
            keys.env("AWS_SECRET_ACCESS_KEY", "secret-key"),
            addresses.env(SOURCE_VARIABLE, SOURCE_KEY),
            addresses.env(RECORD_VARIABLE, RECORD_KEY),
            *(hashing(args) if identity == "extractor" else []),
            *([addresses.env(GOLD_VARIABLE, GOLD_KEY)] if name == "publish" else []),
        ],
        "resources": resources(size),
        "security_context": CONTAINER_SECURITY,
        "volume_mounts": [
            {"name": "work", "mount_path": WORK},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - an emptyDir of this pod alone
            *certificate_mounts(args.odoo),
        ],
    }


def hashing(args: PipelineArgs) -> list[k8s.core.v1.EnvVarArgsDict]:
    """The key of hashed columns, which extraction alone has."""
    return [args.hash_key.env(HASH_KEY_VARIABLE, HASH_KEY), *variables(rehash_request(args.odoo))]
