"""The lake's own backup: a CronJob that copies bronze into the backup bucket, and one that tries to restore.

Both are `odoo-lake` under the identity that may read the lake and write below `lake/`, and record how they ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..addresses import RECORD_KEY, RECORD_VARIABLE
from ..databases import LAKE_OPS
from ..labels import DRILL, LAKE_BACKUP, labels, top_level
from ..object_store_access import BACKUP
from ..pods import CONTAINER_SECURITY, pod_security, resources, variables
from ..rows import MinioBudget
from ..secrets import SecretRef, pod_annotations
from ..settings import BackupSettings
from ..site import Site
from .postgres import Login
from .store_access import ACCESS_KEY, SECRET_KEY

SECRET = "lake-backup-addresses"  # noqa: S105 - the name of a Kubernetes secret
PLACE = f"s3://{BACKUP}/lake"
# The first copy of a large bronze takes hours; a pod that hangs must not keep the next ones away for ever.
DEADLINE_SECONDS = 12 * 3600
# One that could not start in this time is left out: the next one does its work.
STARTING_DEADLINE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class LakeBackupArgs:
    """`keys` are those of the identity `backup`; `keep_days` is how long the copy keeps what is gone from bronze."""

    site: Site
    sizing: MinioBudget
    settings: BackupSettings
    keep_days: int
    store_endpoint: str
    store_region: str
    keys: SecretRef
    run_record: Login

    @property
    def addresses(self) -> SecretRef:
        return SecretRef(SECRET, self.run_record.secret.generation)


class LakeBackup(pulumi.ComponentResource):
    """The two CronJobs and the address of the run record."""

    addresses: SecretRef

    def __init__(self, name: str, args: LakeBackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:LakeBackup", name, {}, opts)
        self.addresses, space = args.addresses, args.sizing.namespace
        addresses = k8s.core.v1.Secret(
            SECRET,
            metadata={
                "name": SECRET,
                "namespace": space,
                "labels": top_level(LAKE_BACKUP, "credential", args.site.profile),
            },
            string_data={RECORD_KEY: args.run_record.url(LAKE_OPS, driver="postgresql+psycopg")},
            opts=pulumi.ResourceOptions(parent=self),
        )
        backup = ["odoo-lake", "backup", f"--into={PLACE}", f"--keep-days={args.keep_days}"]
        drill = ["odoo-lake", "restore-drill", f"--scratch={PLACE}/drill"]
        jobs = {LAKE_BACKUP: (args.settings.schedule, backup), DRILL: (args.settings.drill_schedule, drill)}
        for component, (schedule, command) in jobs.items():
            k8s.batch.v1.CronJob(
                component,
                metadata={
                    "namespace": space,
                    "name": component,
                    "labels": top_level(LAKE_BACKUP, component, args.site.profile),
                },
                spec=cron_job_spec(component, schedule, command, args),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[addresses]),
            )
        self.register_outputs({})


def cron_job_spec(
    component: str, schedule: str, command: Sequence[str], args: LakeBackupArgs
) -> k8s.batch.v1.CronJobSpecArgsDict:
    """One at a time, also of the two: the row has room for one pod, and the other's Job waits for it."""
    [size] = args.sizing.backup.containers.values()
    metadata: k8s.meta.v1.ObjectMetaArgsDict = {
        "labels": labels(LAKE_BACKUP, component),
        "annotations": pod_annotations(args.addresses, args.keys),
    }
    environment = {
        "AWS_ENDPOINT_URL": args.store_endpoint,
        "AWS_REGION": args.store_region,
        "HOME": "/tmp",  # noqa: S108 - an emptyDir of this pod alone
        "ODOO_LAKE_ROOT": "s3://odoo-lake",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    container: k8s.core.v1.ContainerArgsDict = {
        "name": component,
        "image": args.site.pipelines_image,
        "command": list(command),
        "env": [
            *variables(environment),
            args.keys.env("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            args.keys.env("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            args.addresses.env(RECORD_VARIABLE, RECORD_KEY),
        ],
        "resources": resources(size),
        "security_context": CONTAINER_SECURITY,
        "volume_mounts": [{"name": "tmp", "mount_path": "/tmp"}],  # noqa: S108
    }
    return {
        "schedule": schedule,
        "concurrency_policy": "Forbid",
        "starting_deadline_seconds": STARTING_DEADLINE_SECONDS,
        "successful_jobs_history_limit": 3,
        "failed_jobs_history_limit": 3,
        "job_template": {
            "metadata": {"labels": labels(LAKE_BACKUP, component)},
            "spec": {
                "backoff_limit": 2,
                "active_deadline_seconds": DEADLINE_SECONDS,
                "template": {
                    "metadata": metadata,
                    "spec": {
                        "restart_policy": "Never",
                        "automount_service_account_token": False,
                        "security_context": pod_security(),
                        "containers": [container],
                        "volumes": [{"name": "tmp", "empty_dir": {"size_limit": "64Mi"}}],
                    },
                },
            },
        },
    }
