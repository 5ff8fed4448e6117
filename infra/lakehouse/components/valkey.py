"""Valkey: Superset's cache and the queue of its workers. It keeps nothing: what is lost is asked for again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..flows import VALKEY_PORT
from ..labels import labels, selector, top_level
from ..pods import CONTAINER_SECURITY, pod_security, resources
from ..rows import ValkeyBudget
from ..secrets import Credential, CredentialArgs, SecretRef, pod_annotations
from ..site import Site
from ..versions import VALKEY_IMAGE

SECRET, USERS_SECRET = "valkey", "valkey-users"
PASSWORD_KEY, USERS_KEY = "password", "users.acl"
CONFIGURATION, USERS = "/etc/valkey", "/etc/valkey-users"


@dataclass(frozen=True, kw_only=True)
class ValkeyArgs:
    """`reader` is the namespace that gets the password."""

    site: Site
    sizing: ValkeyBudget
    reader: str


class Valkey(pulumi.ComponentResource):
    """One server. Clients reach `host` and `port` with the password of `password`."""

    host: str
    port: int
    password: SecretRef

    def __init__(self, name: str, args: ValkeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Valkey", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space, profile = args.sizing.namespace, args.site.profile
        credential = Credential(
            SECRET,
            CredentialArgs(
                site=args.site, product=name, namespaces=[space, args.reader], fixed={}, generated=[PASSWORD_KEY]
            ),
            child,
        )
        self.host, self.port, self.password = f"{name}.{space}.svc.cluster.local", VALKEY_PORT, credential.ref
        users = k8s.core.v1.Secret(
            USERS_SECRET,
            metadata={"name": USERS_SECRET, "namespace": space, "labels": top_level(name, "credential", profile)},
            string_data={USERS_KEY: users_file(credential.value)},
            opts=child,
        )
        text = configuration(args.sizing)
        hashed = f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
        metadata = top_level(name, "server", profile)
        files = k8s.core.v1.ConfigMap(
            name,
            metadata={"name": hashed, "namespace": space, "labels": metadata},
            data={"valkey.conf": text},
            immutable=True,
            opts=child,
        )
        k8s.core.v1.Service(
            name,
            metadata={"name": name, "namespace": space, "labels": metadata},
            spec={"selector": selector(name, "server"), "ports": [{"name": "valkey", "port": VALKEY_PORT}]},
            opts=child,
        )
        k8s.apps.v1.Deployment(
            name,
            metadata={"name": name, "namespace": space, "labels": metadata},
            spec=deployment_spec(name, args, hashed, self.password),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[credential, users, files]),
        )
        self.register_outputs({"host": self.host})


def users_file(password: pulumi.Output[str]) -> pulumi.Output[str]:
    """The one login, which may do everything but look after the server."""
    return pulumi.Output.secret(pulumi.Output.concat("user default on >", password, " ~* &* +@all -@admin\n"))


def configuration(size: ValkeyBudget) -> str:
    """Nothing on disk. What has an expiry is the cache, and makes room; the queue has none, and stays."""
    lines = [
        "bind * -::*",
        f"port {VALKEY_PORT}",
        'save ""',
        "appendonly no",
        f"maxmemory {size.data_memory.mib}mb",
        "maxmemory-policy volatile-lru",
        f"aclfile {USERS}/{USERS_KEY}",
    ]
    return "\n".join(lines) + "\n"


def deployment_spec(name: str, args: ValkeyArgs, files: str, password: SecretRef) -> k8s.apps.v1.DeploymentSpecArgsDict:
    probe: k8s.core.v1.ProbeArgsDict = {"tcp_socket": {"port": VALKEY_PORT}, "period_seconds": 10, "timeout_seconds": 5}
    return {
        "replicas": args.sizing.server.replicas,
        "selector": {"match_labels": selector(name, "server")},
        # The quota has room for one.
        "strategy": {"type": "Recreate"},
        "template": {
            "metadata": {"labels": labels(name, "server"), "annotations": pod_annotations(password)},
            "spec": {
                "automount_service_account_token": False,
                "security_context": pod_security(),
                "containers": [
                    {
                        "name": "server",
                        "image": args.site.image(VALKEY_IMAGE),
                        "command": ["valkey-server", f"{CONFIGURATION}/valkey.conf"],
                        "ports": [{"name": "valkey", "container_port": VALKEY_PORT}],
                        "resources": resources(args.sizing.server),
                        "security_context": CONTAINER_SECURITY,
                        "readiness_probe": probe,
                        "liveness_probe": probe,
                        "volume_mounts": [
                            {"name": "configuration", "mount_path": CONFIGURATION, "read_only": True},
                            {"name": "users", "mount_path": USERS, "read_only": True},
                        ],
                    }
                ],
                "volumes": [
                    {"name": "configuration", "config_map": {"name": files}},
                    {"name": "users", "secret": {"secret_name": USERS_SECRET}},
                ],
            },
        },
    }
