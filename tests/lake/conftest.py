"""The lake's servers, started once: MinIO, PostgreSQL, the Hive metastore and Trino with what is deployed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lakehouse.settings import TableFormat
from lakehouse.trino_access import Policy, Table, User, access_rules, groups, load_policy, published_tables
from odoo_lake.lake.location import Lake, parse_lake
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.trino.connection import AUTHORITY_VARIABLE, PASSWORD_VARIABLE, URL_VARIABLE, Session, TrinoAddress
from tests.lake.metastore_server import Metastore, hive_metastore
from tests.lake.query_log_server import QueryLog, query_log, record_of
from tests.lake.trino_server import SMALL_HEAP_MIB, Trino, TrinoFiles, running_trino
from tests.object_store import ObjectStore, object_store

PROJECT = Path(__file__).resolve().parents[2]
LAKE_NAME = "odoo-lake"
USERS = (
    User("dbt", "etl"),
    User("ada", "admin"),
    User("ana", "analyst"),
    User("fin", "finance"),
    User("fin_of_one", "finance", (1,)),
    User("hana", "hr"),
    User("superset", "bi"),
)
_NOT_OURS = ("information_schema", "default", "system")
IMPERSONATORS = ("superset",)


@dataclass(frozen=True)
class Servers:
    """Everything that production's lake stands on."""

    store: ObjectStore
    metastore: Metastore
    trino: Trino
    lake: Lake
    policy: Policy
    tables: tuple[Table, ...]
    record: str
    """SQLAlchemy address of the run record, which Trino's finished queries are in."""
    log: QueryLog

    def address(self, user: str = "dbt") -> TrinoAddress:
        return self.trino.address(user)

    def environment(self, user: str = "dbt") -> dict[str, str]:
        """What `odoo-lake` asks of its environment."""
        address = self.address(user)
        return {
            **self.store.environment,
            URL_VARIABLE: f"https://{user}@{address.host}:{address.port}",
            PASSWORD_VARIABLE: address.password,
            AUTHORITY_VARIABLE: str(address.certificate_authority),
        }

    def empty(self) -> None:
        """Forget all tables and files."""
        with self.address().connect() as session:
            # Both catalogs list all schemas of the one metastore.
            schemas = [schema for (schema,) in session.rows("show schemas from lake")]
        self.address().each([schema for schema in schemas if schema not in _NOT_OURS], _drop)
        for layer in ("bronze", "silver", "gold"):
            pages = self.store.client.get_paginator("list_objects_v2").paginate(Bucket=f"{LAKE_NAME}-{layer}")
            self.lake.layer(layer).delete(entry["Key"] for page in pages for entry in page.get("Contents", ()))


def _drop(session: Session, schema: str) -> None:
    session.rows(f"drop schema {'bronze' if schema == 'odoo' else 'lake'}.{schema} cascade")


@contextmanager
def servers(
    directory: Path,
    postgres: EmbeddedPostgres,
    store: ObjectStore,
    table_format: TableFormat,
    suffix: str = "",
    heap_mib: int = SMALL_HEAP_MIB,
) -> Iterator[Servers]:
    """Start the metastore and Trino over an object store that runs; `suffix` sets their databases apart."""
    policy = load_policy(PROJECT)
    tables = published_tables(PROJECT, policy)
    for layer in ("bronze", "silver", "gold"):
        store.client.create_bucket(Bucket=f"{LAKE_NAME}-{layer}")
    warehouse = f"s3://{LAKE_NAME}-silver/_warehouse"
    database = f"lake_ops{suffix}"
    postgres.recreate_database(database)
    record, log = record_of(postgres, database), query_log(directory / "query-log", postgres, database)
    rules, members = access_rules(policy, tables, USERS, IMPERSONATORS), groups(USERS, policy)
    files = TrinoFiles(rules, members, table_format, log.told_by, log.token, heap_mib)
    with (
        log.server.running(),
        hive_metastore(directory / "metastore", postgres, store, warehouse, f"metastore{suffix}") as metastore,
        running_trino(directory / "trino", files, metastore.uri, store) as trino,
    ):
        yield Servers(store, metastore, trino, parse_lake(f"s3://{LAKE_NAME}"), policy, tables, record, log)


@pytest.fixture(scope="package")
def delta(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, minio: ObjectStore
) -> Iterator[Servers]:
    """The servers as production has them by default."""
    with (
        pytest.MonkeyPatch.context() as patch,
        servers(tmp_path_factory.mktemp("delta"), postgres, minio, TableFormat.DELTA) as started,
    ):
        for name, value in started.environment().items():
            patch.setenv(name, value)
        yield started


@pytest.fixture(scope="module")
def iceberg(tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres) -> Iterator[Servers]:
    """The servers as `lakehouse:tableFormat: iceberg` has them, over a store of their own."""
    if not runs_in_full():
        pytest.skip("Iceberg has servers of its own: `make test-lake-full`")
    folder = tmp_path_factory.mktemp("iceberg")
    with (
        object_store(folder / "store") as store,
        servers(folder, postgres, store, TableFormat.ICEBERG, suffix="_iceberg") as started,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in started.environment().items():
            patch.setenv(name, value)
        yield started


@pytest.fixture(scope="module", params=["delta", "iceberg"])
def lake_servers(request: pytest.FixtureRequest) -> Servers:
    """The servers with each format of tables."""
    started: Servers = request.getfixturevalue(request.param)
    return started


def runs_in_full() -> bool:
    """Whether `make test-lake-full` asked for every version and format."""
    return os.environ.get("ODOO_LAKEHOUSE_LAKE_TESTS") == "full"
