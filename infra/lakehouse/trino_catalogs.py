"""Trino's catalogs: `bronze` reads what extraction writes, `lake` holds silver and gold."""

from __future__ import annotations

from dataclasses import dataclass

from .java_files import environment
from .settings import TableFormat

BRONZE = "bronze"
LAKE = "lake"
ACCESS_KEY_VARIABLE = "TRINO_S3_ACCESS_KEY"
# Each holds connections of the metastore's pool while it waits for another: fewer than the pool has.
CONCURRENT_CHANGES = 4
SECRET_KEY_VARIABLE = "TRINO_S3_SECRET_KEY"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, kw_only=True)
class LakeServices:
    """Where the catalogs' object store and metastore are; credentials come from the environment."""

    s3_endpoint: str
    s3_region: str
    metastore_uri: str


def bronze_catalog(services: LakeServices) -> dict[str, str]:
    """Parquet files as the metastore lists them; nothing is ever written through it but views and table entries."""
    return {
        "connector.name": "hive",
        "hive.metastore": "thrift",
        **_services(services),
        # Files of one table differ in their columns: Odoo gains some with a new module or version.
        "hive.parquet.use-column-names": "true",
        "hive.timestamp-precision": "MICROSECONDS",
        "hive.non-managed-table-writes-enabled": "false",
        # Registering names each committed run's folder; nothing is guessed from what lies in the bucket.
        "hive.allow-register-partition-procedure": "true",
        "hive.max-concurrent-metastore-drops": str(CONCURRENT_CHANGES),
        "hive.max-concurrent-metastore-updates": str(CONCURRENT_CHANGES),
    }


def lake_catalog(services: LakeServices, table_format: TableFormat) -> dict[str, str]:
    """Silver and gold."""
    if table_format is TableFormat.ICEBERG:
        return {
            "connector.name": "iceberg",
            "iceberg.catalog.type": "hive_metastore",
            **_services(services),
            # A table's folder is its path in the bucket, which a rebuilt table keeps.
            "iceberg.unique-table-location": "false",
            "iceberg.register-table-procedure.enabled": "true",
            "iceberg.expire-snapshots.min-retention": "1d",
            "iceberg.remove-orphan-files.min-retention": "1d",
        }
    return {
        "connector.name": "delta_lake",
        "hive.metastore": "thrift",
        **_services(services),
        "delta.register-table-procedure.enabled": "true",
        "delta.vacuum.min-retention": "1d",
    }


def _services(services: LakeServices) -> dict[str, str]:
    return {
        "hive.metastore.uri": services.metastore_uri,
        "hive.metastore.thrift.client.connect-timeout": "10s",
        "hive.metastore.thrift.client.read-timeout": "60s",
        "fs.native-s3.enabled": "true",
        "s3.endpoint": services.s3_endpoint,
        "s3.region": services.s3_region,
        "s3.path-style-access": "true",
        "s3.aws-access-key": environment(ACCESS_KEY_VARIABLE),
        "s3.aws-secret-key": environment(SECRET_KEY_VARIABLE),
    }
