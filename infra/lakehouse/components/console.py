"""The operator's console: a CronJob that never starts by itself, of which a Job is made by hand.

Its pod waits for an hour with what a run has, so that `odoo-lake` finds Odoo, the lake and the run record in its
environment. It is one of the row's run pods: while runs fill the row, it waits for room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..budget import Pod
from ..labels import CONSOLE, labels, top_level
from ..pods import CONTAINER_SECURITY, pod_security, resources
from ..site import Site

SECONDS = 3600
# Never comes: the CronJob is suspended too.
SCHEDULE = "0 0 31 2 *"


@dataclass(frozen=True, kw_only=True)
class ConsoleArgs:
    """`product` is the one that runs the pipeline; the rest is what its run pods have."""

    site: Site
    product: str
    namespace: str
    size: Pod
    environment: Sequence[k8s.core.v1.EnvVarArgsDict]
    volumes: Sequence[k8s.core.v1.VolumeArgsDict]
    mounts: Sequence[k8s.core.v1.VolumeMountArgsDict]
    priority_class: str | None = None


def console(args: ConsoleArgs, opts: pulumi.ResourceOptions) -> k8s.batch.v1.CronJob:
    """What `kubectl create job console --from=cronjob/console` makes a pod of."""
    metadata: k8s.meta.v1.ObjectMetaArgsDict = {
        "name": CONSOLE,
        "namespace": args.namespace,
        "labels": top_level(args.product, CONSOLE, args.site.profile),
    }
    return k8s.batch.v1.CronJob(CONSOLE, metadata=metadata, spec=cron_job_spec(args), opts=opts)


def cron_job_spec(args: ConsoleArgs) -> k8s.batch.v1.CronJobSpecArgsDict:
    container: k8s.core.v1.ContainerArgsDict = {
        "name": CONSOLE,
        "image": args.site.pipelines_image,
        "command": ["sleep", str(SECONDS)],
        "env": args.environment,
        "resources": resources(args.size),
        "security_context": CONTAINER_SECURITY,
        "volume_mounts": args.mounts,
    }
    pod: k8s.core.v1.PodSpecArgsDict = {
        "restart_policy": "Never",
        "automount_service_account_token": False,
        # The first process of a container takes no notice of a request to end.
        "termination_grace_period_seconds": 1,
        "security_context": pod_security(),
        "containers": [container],
        "volumes": args.volumes,
    }
    if args.priority_class:
        pod["priority_class_name"] = args.priority_class
    return {
        "schedule": SCHEDULE,
        "suspend": True,
        "job_template": {
            "metadata": {"labels": labels(args.product, CONSOLE)},
            "spec": {
                "backoff_limit": 0,
                # The name is free again soon after the hour.
                "ttl_seconds_after_finished": 60,
                "template": {"metadata": {"labels": labels(args.product, CONSOLE)}, "spec": pod},
            },
        },
    }


def typed_variable(variable: Mapping[str, Any]) -> k8s.core.v1.EnvVarArgsDict:
    """A variable of a chart's values, as the other components write it."""
    reference = variable.get("valueFrom", {}).get("secretKeyRef")
    if reference is None:
        return {"name": variable["name"], "value": variable["value"]}
    source: k8s.core.v1.SecretKeySelectorArgsDict = {"name": reference["name"], "key": reference["key"]}
    return {"name": variable["name"], "value_from": {"secret_key_ref": source}}
