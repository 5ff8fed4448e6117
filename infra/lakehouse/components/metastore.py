"""The Hive metastore: Hive's own image, to which a first container adds the driver of PostgreSQL.

What it knows is in PostgreSQL; its pods keep nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..budget import Pod
from ..java_files import site_file
from ..labels import labels, selector, top_level
from ..metastore_config import (
    ACCESS_KEY_VARIABLE,
    DATABASE_PASSWORD_VARIABLE,
    SECRET_KEY_VARIABLE,
    THRIFT_PORT,
    MetastoreSettings,
    metastore_site,
    pool_size,
)
from ..object_store_access import SILVER
from ..pods import CONTAINER_SECURITY, pod_security, resources, spread, variables
from ..quantities import Memory
from ..rows import JVM_HEAP_PERCENT, MetastoreBudget
from ..secrets import SecretRef, pod_annotations
from ..site import Site
from ..versions import HIVE_IMAGE, TRINO_IMAGE
from .postgres import Login

DATABASE = "metastore"
FILES, DRIVERS = "/etc/lakehouse", "/opt/drivers"
# The images' own users. Hadoop refuses to start as a user without a name, and both images name this one.
USER = 1000
SERVE = ("/opt/hive/bin/hive", "--skiphadoopversion", "--skiphbasecp", "--service", "metastore")
# A schema of this version stays as it is, an older one is brought up to it.
MAKE_SCHEMA = ("/opt/hive/bin/schematool", "-dbType", "postgres", "-initOrUpgradeSchema")
# Hive's image has no driver, for its licence; Trino's has it for its own connector, and is on the cluster anyway.
COPY_DRIVER = ("sh", "-c", f"cp -v /usr/lib/trino/plugin/postgresql/*postgresql-42*.jar {DRIVERS}/")
RETRIES = 6
DEADLINE_SECONDS = 900
LOGGING = """\
status = WARN
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %5p [%t] %c{2}: %m%n
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
"""


@dataclass(frozen=True, kw_only=True)
class MetastoreArgs:
    """`store_keys` are of the metastore's identity; `connections` is what its login may open."""

    site: Site
    sizing: MetastoreBudget
    database: Login
    connections: int
    store_endpoint: str
    store_region: str
    store_keys: SecretRef


class Metastore(pulumi.ComponentResource):
    """The server, its schema and its service. `uri` is where Trino finds it."""

    uri: str

    def __init__(self, name: str, args: MetastoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Metastore", name, {}, opts)
        space, site = args.sizing.namespace, args.site
        child = pulumi.ResourceOptions(parent=self)
        self.uri = f"thrift://{name}.{space}.svc.cluster.local:{THRIFT_PORT}"

        def metadata(component: str, object_name: str = name) -> k8s.meta.v1.ObjectMetaArgsDict:
            return {"name": object_name, "namespace": space, "labels": top_level(name, component, site.profile)}

        content = files(args)
        config = f"{name}-{_digest(content)}"
        mounted = k8s.core.v1.ConfigMap(
            name, metadata=metadata("server", config), data=content, immutable=True, opts=child
        )
        schema = schema_spec(name, config, args)
        made = k8s.batch.v1.Job(
            f"{name}-schema",
            metadata=metadata("schema", f"{name}-schema-{_digest(schema)}"),
            spec=schema,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[mounted]),
        )
        k8s.core.v1.Service(
            name,
            metadata=metadata("server"),
            spec={
                "selector": selector(name, "server"),
                "ports": [{"name": "thrift", "port": THRIFT_PORT, "target_port": THRIFT_PORT}],
            },
            opts=child,
        )
        k8s.policy.v1.PodDisruptionBudget(
            name,
            metadata=metadata("server"),
            spec={"max_unavailable": 1, "selector": {"match_labels": selector(name, "server")}},
            opts=child,
        )
        k8s.apps.v1.Deployment(
            name,
            metadata=metadata("server"),
            spec=deployment_spec(name, config, args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[made]),
        )
        self.register_outputs({"uri": self.uri})


def files(args: MetastoreArgs) -> dict[str, str]:
    """Hive reads both names first on its class path."""
    database = args.database
    settings = MetastoreSettings(
        jdbc_url=f"jdbc:postgresql://{database.host}:{database.port}/{DATABASE}",
        database_user=database.username,
        s3_endpoint=args.store_endpoint,
        s3_region=args.store_region,
        warehouse=f"s3://{SILVER}/_warehouse",
        database_pool=pool_size(args.connections, args.sizing.server.replicas),
    )
    return {"hive-site.xml": site_file(metastore_site(settings)), "hive-log4j2.properties": LOGGING}


def plain_variables(heap: Memory) -> dict[str, str]:
    """What Hive's scripts read, beside the secrets."""
    return {
        "HIVE_CONF_DIR": FILES,
        "HADOOP_CLASSPATH": f"{DRIVERS}/*",
        # Puts the S3 file system of the image's Hadoop on the class path.
        "HADOOP_OPTIONAL_TOOLS": "hadoop-aws",
        "HADOOP_CLIENT_OPTS": f"-Xmx{heap.mib}m",
        "HOME": "/tmp",  # noqa: S108 - an emptyDir
    }


def deployment_spec(name: str, config: str, args: MetastoreArgs) -> k8s.apps.v1.DeploymentSpecArgsDict:
    size = args.sizing.server
    server = _container("metastore", SERVE, size, args)
    # It speaks no HTTP. A thread per client accepts; the port is open once the schema has been checked.
    probe: k8s.core.v1.ProbeArgsDict = {"tcp_socket": {"port": THRIFT_PORT}, "period_seconds": 10}
    server |= {
        "ports": [{"name": "thrift", "container_port": THRIFT_PORT}],
        "startup_probe": {**probe, "failure_threshold": 60},
        "liveness_probe": {**probe, "period_seconds": 20, "timeout_seconds": 5},
        "readiness_probe": probe,
    }
    pod = _pod(config, server, size, args)
    pod["topology_spread_constraints"] = spread(selector(name, "server"))
    return {
        "replicas": size.replicas,
        "selector": {"match_labels": selector(name, "server")},
        # The row has no room for a second server.
        "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 0, "max_unavailable": 1}},
        "template": {
            "metadata": {
                "labels": labels(name, "server"),
                "annotations": pod_annotations(args.database.secret, args.store_keys),
            },
            "spec": pod,
        },
    }


def schema_spec(name: str, config: str, args: MetastoreArgs) -> k8s.batch.v1.JobSpecArgsDict:
    size = args.sizing.schema_job
    pod = _pod(config, _container("schema", MAKE_SCHEMA, size, args), size, args)
    pod["restart_policy"] = "Never"
    return {
        "backoff_limit": RETRIES,
        "active_deadline_seconds": DEADLINE_SECONDS,
        "template": {
            "metadata": {
                "labels": labels(name, "schema"),
                "annotations": pod_annotations(args.database.secret, args.store_keys),
            },
            "spec": pod,
        },
    }


def _pod(
    config: str, main: k8s.core.v1.ContainerArgsDict, size: Pod, args: MetastoreArgs
) -> k8s.core.v1.PodSpecArgsDict:
    driver: k8s.core.v1.ContainerArgsDict = {
        "name": "driver",
        "image": args.site.image(TRINO_IMAGE),
        "command": list(COPY_DRIVER),
        "resources": resources(size),
        "security_context": CONTAINER_SECURITY,
        "volume_mounts": [{"name": "drivers", "mount_path": DRIVERS}],
    }
    return {
        "automount_service_account_token": False,
        "security_context": pod_security(USER),
        "init_containers": [driver],
        "containers": [main],
        "volumes": [
            {"name": "files", "config_map": {"name": config}},
            {"name": "drivers", "empty_dir": {"size_limit": "16Mi"}},
            {"name": "tmp", "empty_dir": {"size_limit": str(_temporary(size))}},
        ],
    }


def _container(name: str, command: tuple[str, ...], size: Pod, args: MetastoreArgs) -> k8s.core.v1.ContainerArgsDict:
    return {
        "name": name,
        "image": args.site.image(HIVE_IMAGE),
        "command": list(command),
        "env": [
            *variables(plain_variables(size.memory.share(JVM_HEAP_PERCENT))),
            args.database.secret.env(DATABASE_PASSWORD_VARIABLE, "password"),
            args.store_keys.env(ACCESS_KEY_VARIABLE, "access-key"),
            args.store_keys.env(SECRET_KEY_VARIABLE, "secret-key"),
        ],
        "resources": resources(size),
        "security_context": CONTAINER_SECURITY,
        "volume_mounts": [
            {"name": "files", "mount_path": FILES, "read_only": True},
            {"name": "drivers", "mount_path": DRIVERS, "read_only": True},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108
        ],
    }


def _temporary(size: Pod) -> Memory:
    """Half of the pod's room on the disk: logs take some of it."""
    return size.scratch.share(50)


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]
