"""A Job that brings a product to what its files say: the pipelines image, one command, run again on every change.

The command must be idempotent. The Job's name carries a hash of all that it is given, so an equal `up` changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s

from ..budget import Pod
from ..labels import labels
from ..pods import CONTAINER_SECURITY, pod_security, resources, variables
from ..secrets import SecretRef, pod_annotations
from ..site import Site

FILES = "/etc/lakehouse"
DEADLINE_SECONDS = 900
RETRIES = 6


@dataclass(frozen=True, kw_only=True)
class ApplyJobArgs:
    """`files` and `secret_files` appear below /etc/lakehouse; `secret_variables` map a variable to a secret's key."""

    site: Site
    product: str
    component: str
    namespace: str
    image: str
    command: Sequence[str]
    size: Pod
    files: Mapping[str, str] = field(default_factory=dict)
    secret_files: Mapping[str, tuple[SecretRef, str]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    secret_variables: Mapping[str, tuple[SecretRef, str]] = field(default_factory=dict)
    deadline_seconds: int = DEADLINE_SECONDS

    @property
    def has_files(self) -> bool:
        """Whether anything appears there. A volume without sources comes back from the API server as another one."""
        return bool(self.files or self.secret_files)

    @property
    def secrets(self) -> list[SecretRef]:
        used = [*self.secret_files.values(), *self.secret_variables.values()]
        return sorted({ref for ref, _ in used}, key=lambda ref: ref.name)

    @property
    def digest(self) -> str:
        """Changes with everything that the Job could do differently."""
        content = [
            self.image,
            list(self.command),
            self.size.resources(),
            dict(self.files),
            {path: [ref.name, key] for path, (ref, key) in self.secret_files.items()},
            dict(self.variables),
            {name: [ref.name, key] for name, (ref, key) in self.secret_variables.items()},
            [[ref.name, ref.generation] for ref in self.secrets],
            self.deadline_seconds,
        ]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]


class ApplyJob(pulumi.ComponentResource):
    """The Job and its files; Pulumi waits until the Job has succeeded."""

    def __init__(self, name: str, args: ApplyJobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:ApplyJob", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": f"{name}-{args.digest}",
            "namespace": args.namespace,
            "labels": labels(args.product, args.component),
        }
        depends: list[pulumi.Resource] = []
        if args.files:
            files = k8s.core.v1.ConfigMap(name, metadata=metadata, data=dict(args.files), immutable=True, opts=child)
            depends.append(files)
        self.job = k8s.batch.v1.Job(
            name,
            metadata=metadata,
            spec=job_spec(f"{name}-{args.digest}", args),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=depends,
                # Pulumi waits for as long as the Job may take, and a little for its pod to start.
                custom_timeouts=pulumi.CustomTimeouts(create=f"{args.deadline_seconds + 60}s"),
            ),
        )
        self.register_outputs({})


def job_spec(name: str, args: ApplyJobArgs) -> k8s.batch.v1.JobSpecArgsDict:
    volumes: list[k8s.core.v1.VolumeArgsDict] = [{"name": "tmp", "empty_dir": {"size_limit": "64Mi"}}]
    if args.has_files:
        volumes.append({"name": "files", "projected": {"sources": _sources(name, args)}})
    return {
        "backoff_limit": RETRIES,
        "active_deadline_seconds": args.deadline_seconds,
        "template": {
            "metadata": {
                "labels": labels(args.product, args.component),
                "annotations": pod_annotations(*args.secrets),
            },
            "spec": {
                "restart_policy": "Never",
                "automount_service_account_token": False,
                "security_context": pod_security(),
                "containers": [container(args)],
                "volumes": volumes,
            },
        },
    }


def container(args: ApplyJobArgs) -> k8s.core.v1.ContainerArgsDict:
    mounts: list[k8s.core.v1.VolumeMountArgsDict] = [{"name": "tmp", "mount_path": "/tmp"}]  # noqa: S108 - an emptyDir
    if args.has_files:
        mounts.append({"name": "files", "mount_path": FILES, "read_only": True})
    plain = {"HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1", **args.variables}  # noqa: S108 - an emptyDir
    return {
        "name": args.component,
        "image": args.image,
        "command": list(args.command),
        "env": [
            *variables(plain),
            *(ref.env(name, key) for name, (ref, key) in args.secret_variables.items()),
        ],
        "resources": resources(args.size),
        "security_context": CONTAINER_SECURITY,
        "volume_mounts": mounts,
    }


def _sources(name: str, args: ApplyJobArgs) -> list[k8s.core.v1.VolumeProjectionArgsDict]:
    sources: list[k8s.core.v1.VolumeProjectionArgsDict] = [
        {"secret": {"name": ref.name, "items": [{"key": key, "path": path}]}}
        for path, (ref, key) in args.secret_files.items()
    ]
    return [{"config_map": {"name": name}}, *sources] if args.files else sources
