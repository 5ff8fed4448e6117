"""The bodies of Airbyte's objects, from the configuration, the contracts and the schema that Airbyte discovered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odoo_lake.airbyte.config import AirbyteConfig, Replication, Secrets, Size
from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Contract, Method, Privacy
from odoo_lake.errors import UserError

SOURCE_SCHEMA = "public"
SLOT = "odoo_lake"
PUBLICATION = "odoo_lake"
# One file per stream and part; the stream's folder is the table's name.
PATH_FORMAT = "${STREAM_NAME}/${YEAR}_${MONTH}_${DAY}_${EPOCH}_"
SECRET_FIELDS = frozenset({"password", "access_key_id", "secret_access_key", "ca_certificate"})


def source_body(config: AirbyteConfig, secrets: Secrets) -> dict[str, Any]:
    """`source-postgres`: Odoo's database."""
    source = config.source
    trusted = {"ca_certificate": source.ca_certificate} if source.ca_certificate else {}
    return {
        "name": source.name,
        "configuration": {
            "sourceType": "postgres",
            "host": source.host,
            "port": source.port,
            "database": source.database,
            "username": source.username,
            "password": secrets.odoo_password.get_secret_value(),
            "schemas": [SOURCE_SCHEMA],
            "ssl_mode": {"mode": source.ssl_mode, **trusted},
            "tunnel_method": {"tunnel_method": "NO_TUNNEL"},
            "replication_method": _replication(source.replication),
        },
        "resourceAllocation": _allocation(config.sync.source),
    }


def destination_body(config: AirbyteConfig, secrets: Secrets) -> dict[str, Any]:
    """`destination-s3`: Parquet in bronze."""
    destination = config.destination
    return {
        "name": destination.name,
        "configuration": {
            "destinationType": "s3",
            "s3_bucket_name": destination.bucket,
            "s3_bucket_path": destination.path,
            "s3_bucket_region": destination.region,
            "s3_endpoint": destination.endpoint,
            "access_key_id": secrets.access_key.get_secret_value(),
            "secret_access_key": secrets.secret_key.get_secret_value(),
            "s3_path_format": PATH_FORMAT,
            "file_name_pattern": "{timestamp}_{part_number}",
            "format": {"format_type": "Parquet", "compression_codec": "SNAPPY"},
        },
        "resourceAllocation": _allocation(config.sync.destination),
    }


def connection_body(config: AirbyteConfig, streams: list[dict[str, Any]]) -> dict[str, Any]:
    """The schedule and the streams. A column that appears in Odoo is read only once a contract names it."""
    return {
        "name": config.connection.name,
        "status": "active",
        "schedule": {"scheduleType": "cron", "cronExpression": config.quartz_schedule},
        "namespaceDefinition": "destination",
        "prefix": "",
        "nonBreakingSchemaUpdatesBehavior": "ignore",
        "configurations": {"streams": streams},
    }


def stream_bodies(
    catalogue: Catalogue, discovered: Iterable[Mapping[str, Any]], replication: Replication
) -> list[dict[str, Any]]:
    """One stream per contract whose table Airbyte sees, with the columns that may leave the database.

    Hashed columns are left out: the hash is worked out inside PostgreSQL, which a stream can't ask for. A table that is
    published under a second name (timesheets) is read once. Raises UserError if no table is left.
    """
    seen = {stream["streamName"]: stream for stream in discovered}
    streams = [
        _stream(contract, seen[contract.relation], replication)
        for contract in catalogue.values()
        if contract.relation in seen and contract.table == contract.relation
    ]
    if not streams:
        raise UserError(
            "Airbyte sees none of the contracts' tables in the source.",
            "A connection without streams would copy nothing.",
            f"Check that source.database is Odoo's and that the user may read schema {SOURCE_SCHEMA}: "
            "`odoo-lake grants` prints the rights.",
        )
    return streams


def _stream(contract: Contract, discovered: Mapping[str, Any], replication: Replication) -> dict[str, Any]:
    present = {path[0] for path in discovered["propertyFields"]}
    kept = [
        column.name
        for column in contract.columns
        if column.name in present and column.privacy is Privacy.KEEP and not column.name.startswith("_")
    ]
    missing = [name for name in (*contract.primary_key, contract.cursor) if name and name not in kept]
    if missing:
        raise UserError(
            f"{contract.relation} has no column {', '.join(missing)} that Airbyte may read.",
            "Its changes can't be told apart.",
            "Grant SELECT on it: `odoo-lake grants` prints the statements.",
        )
    body = {
        "name": contract.relation,
        "namespace": SOURCE_SCHEMA,
        "primaryKey": [[name] for name in contract.primary_key],
        "selectedFields": [{"fieldPath": [name]} for name in kept],
    }
    if replication is Replication.CDC:
        return {**body, "syncMode": "incremental_append"}
    if contract.method is Method.CURSOR:
        return {**body, "syncMode": "incremental_append", "cursorField": [contract.cursor]}
    return {**body, "syncMode": "full_refresh_overwrite"}


def _replication(replication: Replication) -> dict[str, Any]:
    if replication is Replication.STANDARD:
        return {"method": "Standard"}
    return {
        "method": "CDC",
        "plugin": "pgoutput",
        "replication_slot": SLOT,
        "publication": PUBLICATION,
        # A slot that lost its position must not leave a gap that nobody sees.
        "invalid_cdc_cursor_position_behavior": "Fail sync",
    }


def _allocation(size: Size) -> dict[str, Any]:
    amounts = {
        "cpu_request": f"{size.cpu_millicores}m",
        "memory_request": f"{size.memory_mib}Mi",
        "memory_limit": f"{size.memory_mib}Mi",
        "ephemeral_storage_request": f"{size.scratch_mib}Mi",
        "ephemeral_storage_limit": f"{size.scratch_mib}Mi",
    }
    return {"default": amounts}
