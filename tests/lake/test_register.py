"""Bronze's entries in the metastore follow the files: committed runs, new columns, new types, Airbyte's own types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.lake.commits import Commit, CommitKind, DataFile, TableCommit, append_commit, read_log
from odoo_lake.lake.duck import open_duckdb, quoted
from odoo_lake.trino.register import register
from odoo_lake.workspace import Workspace
from tests.lake.conftest import Servers

pytestmark = pytest.mark.lake

TABLES = ("res_currency", "crm_stage")
AIRBYTE = (
    "'r' || i as _airbyte_raw_id, timestamp '2026-01-02 03:04:05.678' as _airbyte_extracted_at,"
    " {'changes': [{'field': 'name', 'change': 'NULLED', 'reason': 'SIZE'}], 'sync_id': 7}::struct(changes struct(field"
    " varchar, change varchar, reason varchar)[], sync_id bigint) as _airbyte_meta, 3::bigint as _airbyte_generation_id"
)


class Bronze:
    """Runs written by hand."""

    def __init__(self, servers: Servers, workspace: Workspace) -> None:
        self.servers = servers
        self.store = servers.lake.layer("bronze")
        self.catalogue = Catalogue({name: workspace.catalogue[name] for name in TABLES})
        self.runs = 0

    def write(self, path: str, columns: str, rows: int = 2) -> None:
        with open_duckdb() as duck:
            self.servers.lake.grant_access(duck)
            url = quoted(self.store.url(path))
            duck.execute(
                f"copy (select {columns}, {AIRBYTE} from range({rows}) as numbers(i)) to {url} (format parquet)"
            )

    def run(self, table: str, columns: str, present: dict[str, str], *, committed: bool = True) -> None:
        """One extraction of one table; `present` is what its commit says of the columns."""
        self.runs += 1
        run_id = f"20260102T0304{self.runs:02d}000Z-{self.runs:08d}"
        path = f"odoo/{table}/run_id={run_id}/part-00000.parquet"
        self.write(path, columns)
        if committed:
            moment = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=self.runs)
            commit = Commit(
                run_id=run_id, kind=CommitKind.EXTRACT, extracted_at=moment, committed_at=moment, odoo_version=18,
                odoo_full_version="18.0", source="test", source_identity="test",
                tables={table: TableCommit(files=(DataFile(path=path, rows=2, bytes=1),), columns=present)},
            )  # fmt: skip
            append_commit(self.store, commit)

    def register(self) -> tuple[str, ...]:
        return register(self.servers.lake, self.catalogue, read_log(self.store), self.servers.address())

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.servers.address().connect() as session:
            return session.rows(statement)

    def types(self, table: str) -> dict[str, str]:
        return dict(
            self.rows(
                "select column_name, data_type from bronze.information_schema.columns"
                f" where table_schema = 'odoo' and table_name = {quoted(table)}"
            )
        )


@pytest.fixture
def bronze(delta: Servers, workspace: Workspace, tmp_path: Path) -> Iterator[Bronze]:
    delta.empty()
    yield Bronze(delta, workspace)
    delta.empty()


def test_committed_runs_are_partitions_and_a_second_time_changes_nothing(bronze: Bronze) -> None:
    columns, present = "i::integer as id, 'EUR' as name", {"id": "integer", "name": "text"}
    bronze.run("res_currency", columns, present)
    bronze.run("res_currency", columns, present)
    bronze.run("res_currency", columns, present, committed=False)
    assert set(bronze.register()) == set(TABLES)
    assert bronze.rows("select count(*), count(distinct run_id) from bronze.odoo.res_currency") == [(4, 2)]
    assert bronze.register() == ()
    bronze.run("res_currency", columns, present)
    assert bronze.register() == ("res_currency",)
    assert bronze.rows("select count(*), count(distinct run_id) from bronze.odoo.res_currency") == [(6, 3)]


def test_a_table_that_odoo_lacks_is_empty_and_has_its_contract_s_columns(bronze: Bronze) -> None:
    bronze.run("res_currency", "i::integer as id", {"id": "integer"})
    bronze.register()
    assert bronze.rows("select * from bronze.odoo.crm_stage") == []
    contract = bronze.catalogue["crm_stage"]
    assert {column.name for column in contract.columns} < set(bronze.types("crm_stage"))


def test_a_new_column_is_null_in_runs_before_it(bronze: Bronze) -> None:
    bronze.run("res_currency", "i::integer as id", {"id": "integer"})
    bronze.register()
    assert "symbol" not in bronze.types("res_currency")
    bronze.run("res_currency", "i::integer as id, '€' as symbol", {"id": "integer", "symbol": "text"})
    bronze.register()
    rows = bronze.rows("select run_id, id, symbol from bronze.odoo.res_currency order by 1, 2")
    assert [row[1:] for row in rows] == [(0, None), (1, None), (0, "€"), (1, "€")]


def test_wider_types_read_all_runs(bronze: Bronze) -> None:
    present = {"id": "integer", "rounding": "numeric(24,6)"}
    bronze.run("res_currency", "i::integer as id, 0.25::decimal(24,6) as rounding", present)
    bronze.register()
    bronze.run("res_currency", "(i + 5000000000)::bigint as id, 0.125::decimal(38,12) as rounding", present)
    bronze.register()
    types = bronze.types("res_currency")
    assert (types["id"], types["rounding"]) == ("bigint", "decimal(38,12)")
    assert bronze.rows("select id, rounding from bronze.odoo.res_currency order by id") == [
        (0, Decimal("0.250000000000")),
        (1, Decimal("0.250000000000")),
        (5000000000, Decimal("0.125000000000")),
        (5000000001, Decimal("0.125000000000")),
    ]


def test_a_type_that_no_reader_widens_is_cast_to_the_contract_s(bronze: Bronze) -> None:
    present = {"id": "integer", "decimal_places": "integer"}
    bronze.run("res_currency", "i::integer as id, 2::integer as decimal_places", present)
    bronze.register()
    bronze.run("res_currency", "i::integer as id, '3' as decimal_places", present)
    bronze.register()
    rows = bronze.rows("select decimal_places, count(*) from bronze.odoo.res_currency group by 1 order by 1")
    assert rows == [(2, 2), (3, 2)]
    assert bronze.register() == ()


def test_a_column_that_odoo_dropped_is_null_in_all_runs(bronze: Bronze) -> None:
    bronze.run("res_currency", "i::integer as id, '€' as symbol", {"id": "integer", "symbol": "text"})
    bronze.run("res_currency", "i::integer as id", {"id": "integer"})
    bronze.register()
    assert bronze.rows("select count(*), count(symbol) from bronze.odoo.res_currency") == [(4, 0)]


def test_airbyte_s_files_are_one_table_with_airbyte_s_types(bronze: Bronze) -> None:
    columns = "i::bigint as id, 0.01::double as rounding, 'EUR' as name, 'never' as not_in_the_contract"
    bronze.write("odoo/res_currency/2026_01_02_1767323045_0.parquet", columns)
    bronze.register()
    assert bronze.rows("select count(*), sum(id), max(rounding) from bronze.odoo.res_currency") == [(2, 1, 0.01)]
    meta = "_airbyte_meta.changes[1].field, _airbyte_meta.sync_id, _airbyte_generation_id"
    assert bronze.rows(f"select distinct {meta} from bronze.odoo.res_currency") == [("name", 7, 3)]
    moment = datetime(2026, 1, 2, 3, 4, 5, 678000)
    assert bronze.rows("select distinct _airbyte_extracted_at from bronze.odoo.res_currency") == [(moment,)]
    types = bronze.types("res_currency")
    assert (types["id"], types["rounding"]) == ("bigint", "double")
    assert "not_in_the_contract" not in types
    assert bronze.register() == ()
    bronze.write("odoo/res_currency/2026_01_03_1767409445_0.parquet", f"{columns}, '€' as symbol")
    bronze.register()
    assert bronze.rows("select count(*), count(symbol) from bronze.odoo.res_currency") == [(4, 2)]
