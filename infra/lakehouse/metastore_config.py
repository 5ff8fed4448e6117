"""The Hive metastore's site file. Secrets come from the process's own properties, so the file can be a ConfigMap."""

from __future__ import annotations

from dataclasses import dataclass

THRIFT_PORT = 9083

DATABASE_PASSWORD_VARIABLE = "METASTORE_DATABASE_PASSWORD"  # noqa: S105 - the name of a variable
ACCESS_KEY_VARIABLE = "METASTORE_S3_ACCESS_KEY"
SECRET_KEY_VARIABLE = "METASTORE_S3_SECRET_KEY"  # noqa: S105 - the name of a variable

# A server keeps this many pools, and a few connections beside them; the Job that makes its schema has one.
POOLS, BESIDE_POOLS, SCHEMA_CONNECTIONS = 3, 2, 1

_S3_FILE_SYSTEM = "org.apache.hadoop.fs.s3a.S3AFileSystem"


@dataclass(frozen=True, kw_only=True)
class MetastoreSettings:
    """Where the metastore's database, object store and default warehouse are."""

    jdbc_url: str
    database_user: str
    s3_endpoint: str
    s3_region: str
    warehouse: str
    """An s3:// folder for tables that name no place of their own."""
    port: int = THRIFT_PORT
    bind_host: str = "0.0.0.0"  # noqa: S104 - the network policy names who may connect
    database_pool: int = 9
    """Connections of one pool; the server keeps three such pools and a small one."""


def pool_size(connections: int, servers: int) -> int:
    """The pool that lets all servers together stay below what their login may open."""
    return ((connections - SCHEMA_CONNECTIONS) // max(servers, 1) - BESIDE_POOLS) // POOLS


def metastore_site(settings: MetastoreSettings) -> dict[str, str]:
    """`metastore-site.xml`."""
    return {
        "metastore.thrift.uris": f"thrift://{settings.bind_host}:{settings.port}",
        "metastore.thrift.port": str(settings.port),
        "metastore.thrift.bind.host": settings.bind_host,
        "javax.jdo.option.ConnectionURL": settings.jdbc_url,
        "javax.jdo.option.ConnectionDriverName": "org.postgresql.Driver",
        "javax.jdo.option.ConnectionUserName": settings.database_user,
        "javax.jdo.option.ConnectionPassword": _variable(DATABASE_PASSWORD_VARIABLE),
        "datanucleus.connectionPool.maxPoolSize": str(settings.database_pool),
        "datanucleus.schema.autoCreateAll": "false",
        "metastore.schema.verification": "true",
        "metastore.warehouse.dir": settings.warehouse,
        "metastore.warehouse.external.dir": settings.warehouse,
        "metastore.task.threads.always": (
            "org.apache.hadoop.hive.metastore.events.EventCleanerTask,"
            "org.apache.hadoop.hive.metastore.MaterializationsRebuildLockCleanerTask"
        ),
        # The default needs all of Hive's query engine on the class path.
        "metastore.expression.proxy": "org.apache.hadoop.hive.metastore.DefaultPartitionExpressionProxy",
        # Without it the metastore turns tables into external ones below a path of its own.
        "metastore.metadata.transformer.class": " ",
        "metastore.event.db.notification.api.auth": "false",
        # A column's new type is decided by who registers it, from what the files hold.
        "metastore.disallow.incompatible.col.type.changes": "false",
        "fs.s3a.endpoint": settings.s3_endpoint,
        "fs.s3a.endpoint.region": settings.s3_region,
        "fs.s3a.access.key": _variable(ACCESS_KEY_VARIABLE),
        "fs.s3a.secret.key": _variable(SECRET_KEY_VARIABLE),
        "fs.s3a.path.style.access": "true",
        "fs.s3a.connection.ssl.enabled": str(settings.s3_endpoint.startswith("https:")).lower(),
        "fs.s3a.impl": _S3_FILE_SYSTEM,
        "fs.s3.impl": _S3_FILE_SYSTEM,
    }


def _variable(name: str) -> str:
    # Hadoop's own way to read the environment.
    return f"${{env.{name}}}"
