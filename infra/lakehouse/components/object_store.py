"""MinIO, the object store: one server, or four that keep every object with erasure coding.

It creates no buckets and no identities; a provisioner does, from the one list of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..budget import Workload
from ..labels import labels, selector
from ..pods import CONTAINER_SECURITY, http_probe, pod_security, resources, spread, variables
from ..secrets import Credential, CredentialArgs, SecretRef, pod_annotations
from ..settings import Topology
from ..site import Site
from ..versions import MINIO_IMAGE

API_PORT = 9000
AUDIT_TOKEN_VARIABLE = "AUDIT_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_KEY = "token"  # noqa: S105 - the name of a key
CONSOLE_PORT = 9001
# The server's buffers are not all Go heap; past this share the runtime collects before the container is killed.
GO_MEMORY_PERCENT = 90


@dataclass(frozen=True, kw_only=True)
class AuditWebhook:
    """Who is told of every request. Requests wait for nobody: what can't be told yet is queued, up to a limit."""

    endpoint: str
    token: SecretRef


@dataclass(frozen=True, kw_only=True)
class ObjectStoreArgs:
    """`keeps_data` is false for a store whose data another one has: it may go, and its volumes with it."""

    site: Site
    namespace: str
    size: Workload
    topology: Topology
    keeps_data: bool
    audit: AuditWebhook | None = None


class ObjectStore(pulumi.ComponentResource):
    """The servers, their service and the administrator's secret."""

    endpoint: str
    root: Credential

    def __init__(self, name: str, args: ObjectStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:ObjectStore", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        namespace = args.namespace
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": name,
            "namespace": namespace,
            "labels": labels(name, "server"),
        }
        self.root = Credential(
            root_secret(name),
            CredentialArgs(
                site=args.site,
                product=name,
                namespaces=[namespace],
                fixed={"user": "lake-administrator"},
                generated=["password"],
            ),
            child,
        )
        self.endpoint = endpoint(name, namespace)

        k8s.core.v1.Service(name, metadata=metadata, spec=service_spec(name), opts=child)
        k8s.core.v1.Service(
            f"{name}-headless",
            metadata={**metadata, "name": f"{name}-headless"},
            spec=headless_spec(name),
            opts=child,
        )
        k8s.policy.v1.PodDisruptionBudget(
            name,
            metadata=metadata,
            spec={"max_unavailable": 1, "selector": {"match_labels": selector(name, "server")}},
            opts=child,
        )
        self.servers = k8s.apps.v1.StatefulSet(
            name,
            metadata=metadata,
            spec=stateful_set_spec(name, args, self.root.ref),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[self.root],
                protect=args.keeps_data,
                # A changed template would replace the set, and with it the volumes; they keep the size they began with.
                ignore_changes=["spec.volumeClaimTemplates"],
            ),
        )
        self.register_outputs({"endpoint": self.endpoint})


def root_secret(name: str) -> str:
    """The administrator's secret of a store."""
    return f"{name}-root"


def endpoint(name: str, namespace: str) -> str:
    return f"http://{name}.{namespace}.svc.cluster.local:{API_PORT}"


def service_spec(name: str) -> k8s.core.v1.ServiceSpecArgsDict:
    return {
        "selector": selector(name, "server"),
        "ports": [
            {"name": "api", "port": API_PORT, "target_port": API_PORT},
            {"name": "console", "port": CONSOLE_PORT, "target_port": CONSOLE_PORT},
        ],
    }


def headless_spec(name: str) -> k8s.core.v1.ServiceSpecArgsDict:
    """Servers of a pool find one another before any of them is ready."""
    return {
        "cluster_ip": "None",
        "publish_not_ready_addresses": True,
        "selector": selector(name, "server"),
        "ports": [{"name": "api", "port": API_PORT, "target_port": API_PORT}],
    }


def server_arguments(name: str, args: ObjectStoreArgs) -> list[str]:
    """One drive, or one per server: MinIO reads `{0...3}` as a pool with erasure coding."""
    console = f"--console-address=:{CONSOLE_PORT}"
    if args.topology is Topology.SINGLE:
        return ["server", console, "/data"]
    last = args.size.replicas - 1
    domain = f"{name}-headless.{args.namespace}.svc.cluster.local"
    return ["server", console, f"http://{name}-{{0...{last}}}.{domain}:{API_PORT}/data"]


def audit_variables(audit: AuditWebhook) -> list[k8s.core.v1.EnvVarArgsDict]:
    """MinIO's settings of the webhook; the kubelet puts the token into the one that names it."""
    return [
        audit.token.env(AUDIT_TOKEN_VARIABLE, TOKEN_KEY),
        *variables(audit_settings(audit.endpoint, f"$({AUDIT_TOKEN_VARIABLE})")),
    ]


def audit_settings(endpoint: str, token: str) -> dict[str, str]:
    """By MinIO's variable. A post holds what has come together since the last, and the queue what nobody took yet.

    The queue is in memory, some 5 KiB an entry, and drops what it can't hold. One on a disk is limited by files, not by
    bytes, so that a receiver that is down would fill the pod's scratch and have it evicted.
    """
    return {
        "MINIO_AUDIT_WEBHOOK_ENABLE_log": "on",
        "MINIO_AUDIT_WEBHOOK_ENDPOINT_log": endpoint,
        "MINIO_AUDIT_WEBHOOK_AUTH_TOKEN_log": f"Bearer {token}",
        "MINIO_AUDIT_WEBHOOK_BATCH_SIZE_log": "500",
        "MINIO_AUDIT_WEBHOOK_QUEUE_SIZE_log": "20000",
        # What is not answered in time is sent again, and would be counted twice.
        "MINIO_AUDIT_WEBHOOK_HTTP_TIMEOUT_log": "30s",
        "MINIO_AUDIT_WEBHOOK_MAX_RETRY_log": "0",  # for ever
    }


def stateful_set_spec(name: str, args: ObjectStoreArgs, root: SecretRef) -> k8s.apps.v1.StatefulSetSpecArgsDict:
    size = args.size
    tokens = [root, args.audit.token] if args.audit else [root]
    container: k8s.core.v1.ContainerArgsDict = {
        "name": "minio",
        "image": args.site.image(MINIO_IMAGE),
        "command": ["minio"],
        "args": server_arguments(name, args),
        "env": [
            root.env("MINIO_ROOT_USER", "user"),
            root.env("MINIO_ROOT_PASSWORD", "password"),
            # What `mc` in this pod calls `local`; the kubelet puts both in.
            {
                "name": "MC_HOST_local",
                "value": f"http://$(MINIO_ROOT_USER):$(MINIO_ROOT_PASSWORD)@localhost:{API_PORT}",
            },
            {"name": "MINIO_PROMETHEUS_AUTH_TYPE", "value": "public"},
            {"name": "MINIO_UPDATE", "value": "off"},
            {"name": "GOMEMLIMIT", "value": f"{size.memory.share(GO_MEMORY_PERCENT).mib}MiB"},
            {"name": "HOME", "value": "/tmp"},  # noqa: S108 - an emptyDir of this pod alone
            *(audit_variables(args.audit) if args.audit else ()),
        ],
        "ports": [
            {"name": "api", "container_port": API_PORT},
            {"name": "console", "container_port": CONSOLE_PORT},
        ],
        "resources": resources(size),
        "security_context": CONTAINER_SECURITY,
        # A large pool reads all its drives before it answers.
        "startup_probe": http_probe("/minio/health/live", API_PORT, period_seconds=5, failures=60),
        "liveness_probe": http_probe("/minio/health/live", API_PORT, period_seconds=20),
        "readiness_probe": http_probe("/minio/health/ready", API_PORT, period_seconds=10),
        "volume_mounts": [
            {"name": "data", "mount_path": "/data"},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108
        ],
    }
    claim: k8s.core.v1.PersistentVolumeClaimArgsDict = {
        "metadata": {"name": "data", "labels": labels(name, "server")},
        "spec": {
            "access_modes": ["ReadWriteOnce"],
            "storage_class_name": args.site.storage_class,
            "resources": {"requests": {"storage": str(size.volume)}},
        },
    }
    return {
        "service_name": f"{name}-headless",
        "replicas": size.replicas,
        "selector": {"match_labels": selector(name, "server")},
        "pod_management_policy": "Parallel",
        "persistent_volume_claim_retention_policy": {
            "when_deleted": "Retain" if args.keeps_data else "Delete",
            "when_scaled": "Retain",
        },
        "template": {
            "metadata": {"labels": labels(name, "server"), "annotations": pod_annotations(*tokens)},
            "spec": {
                "automount_service_account_token": False,
                "security_context": pod_security(),
                "topology_spread_constraints": spread(selector(name, "server")),
                "containers": [container],
                "volumes": [{"name": "tmp", "empty_dir": {"size_limit": "64Mi"}}],
            },
        },
        "volume_claim_templates": [claim],
    }
