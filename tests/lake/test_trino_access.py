"""Every role on every table, on the real server: what it reads, what is masked, and what it can't get around."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from trino.exceptions import TrinoQueryError

from lakehouse.trino_access import Table, User
from odoo_lake.trino.connection import Session
from tests.lake.conftest import USERS, Servers

pytestmark = pytest.mark.lake

READERS = tuple(user for user in USERS if user.role != "etl")
COMPANIES = (1, 2, None)

# Written by hand from who is to read what; the rules are derived from contracts/access.yaml.
EXPECTED = {
    ("ana", "gold.ar_aging", "partner_name"): "masked",
    ("fin", "gold.ar_aging", "partner_name"): "read",
    ("superset", "gold.ar_aging", "partner_name"): "masked",
    ("hana", "gold.ar_aging", "partner_name"): "refused",
    ("ada", "gold.ar_aging", "partner_name"): "read",
    ("ana", "silver.dim_employee", "employee_name"): "masked",
    ("ana", "silver.dim_employee", "hired_on"): "masked",
    ("hana", "silver.dim_employee", "employee_name"): "read",
    ("hana", "silver.dim_employee", "departed_on"): "read",
    ("fin", "silver.dim_employee", "employee_name"): "refused",
    ("superset", "silver.dim_employee", "employee_name"): "refused",
    ("ana", "silver.dim_customer", "customer_name"): "masked",
    ("fin", "silver.dim_customer", "customer_name"): "read",
    ("ana", "silver.fact_timesheet", "cost"): "masked",
    ("fin", "silver.fact_timesheet", "cost"): "read",
    ("hana", "silver.fact_timesheet", "cost"): "read",
    ("superset", "silver.fact_sales_order", "company_id"): "refused",
    ("superset", "gold.monthly_pnl", "company_id"): "read",
    ("hana", "gold.monthly_pnl", "company_id"): "refused",
}


@pytest.fixture(scope="module")
def views(delta: Servers) -> Iterator[Servers]:
    """Views of all tables as a publication leaves them, with a row for each company."""
    delta.empty()
    with delta.address().connect() as session:
        for schema in ("staging", "silver", "gold"):
            session.rows(f"create schema lake.{schema} with (location = 's3://odoo-lake-silver/_{schema}')")
        session.rows("create schema bronze.odoo with (location = 's3://odoo-lake-silver/_bronze')")
        session.rows("create table lake.staging.people as select 'Anna' as employee_name, date '2020-02-03' as day")
        for table in delta.tables:
            session.rows(f"create view lake.{table.layer}.{table.name} as {_rows(table)}")
    yield delta
    delta.empty()


def _rows(table: Table) -> str:
    values = {"varchar": "p.employee_name", "date": "p.day", "decimal(24,6)": "cast(12.5 as decimal(24,6))"}
    columns = [f"{values[column.trino_type]} as {column.name}" for column in table.sensitive]
    ids = ", ".join("cast(null as integer)" if number is None else str(number) for number in COMPANIES)
    return (
        f"select {', '.join(['c.company_id', *columns])} from (values {ids}) as c (company_id), lake.staging.people p"
    )


def outcome(session: Session, table: str, column: str) -> str:
    """read, masked or refused."""
    try:
        found = {value for (value,) in session.rows(f"select {column} from lake.{table}")}
    except TrinoQueryError as error:
        if error.error_name not in ("PERMISSION_DENIED", "TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "COLUMN_NOT_FOUND"):
            raise
        return "refused"
    return "masked" if found in ({"***"}, {None}) else "read"


@pytest.mark.parametrize("cell", sorted(EXPECTED), ids="-".join)
def test_the_matrix_as_it_was_agreed(views: Servers, cell: tuple[str, str, str]) -> None:
    user, table, column = cell
    with views.address(user).connect() as session:
        assert outcome(session, table, column) == EXPECTED[cell]


@pytest.mark.parametrize("user", READERS, ids=lambda user: user.name)
def test_every_cell_of_the_policy(views: Servers, user: User) -> None:
    role = views.policy.roles[user.role]
    wrong = []
    with views.address(user.name).connect() as session:
        for table in views.tables:
            name = f"{table.layer}.{table.name}"
            masked = table.masked_for(role)
            for column in ("company_id", *(column.name for column in table.sensitive)):
                expected = "masked" if column in {m.name for m in masked} else "read"
                expected = expected if table.is_read_by(role) else "refused"
                if (found := outcome(session, name, column)) != expected:
                    wrong.append(f"{name}.{column}: {found}, not {expected}")
    assert wrong == []


@pytest.mark.parametrize("user", READERS, ids=lambda user: user.name)
def test_nobody_who_only_reads_gets_at_bronze_staging_or_the_build(views: Servers, user: User) -> None:
    with views.address(user.name).connect() as session:
        catalogs = {name for (name,) in session.rows("show catalogs")}
        assert "bronze" not in catalogs
        assert outcome(session, "staging.people", "employee_name") == "refused"
        schemas = {name for (name,) in session.rows("show schemas from lake")}
        assert schemas <= {"information_schema", "silver", "gold"}
        for statement in (
            "create table lake.gold.mine as select 1 as n",
            "drop view lake.gold.monthly_pnl",
            "delete from lake.staging.people",
            "create schema lake.mine",
            "create or replace view lake.gold.monthly_pnl as select 1 as n",
            "call lake.system.unregister_table('staging', 'people')",
            "call lake.system.register_table('gold', 'mine', 's3://odoo-lake-silver/_staging/people')",
            "call lake.system.vacuum('staging', 'people', '7d')",
            "select * from table(lake.system.table_changes('staging', 'people', 0))",
            'select * from lake.staging."people$history"',
            'select * from lake.staging."people$properties"',
            'select "$path" from lake.staging.people',
            "show stats for lake.staging.people",
            "show columns from lake.staging.people",
            "show create view lake.gold.monthly_pnl",
            "explain analyze select * from lake.staging.people",
            "create function lake.gold.mine() returns integer return 1",
            "create materialized view lake.gold.mine as select 1 as n",
            "alter view lake.gold.monthly_pnl set authorization dbt",
            "grant select on lake.staging.people to user ana",
            "set session authorization dbt",
            "drop catalog bronze",
        ):
            with pytest.raises(TrinoQueryError) as raised:
                session.rows(statement)
            assert raised.value.error_name in ("PERMISSION_DENIED", "TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND"), statement


@pytest.mark.parametrize("user", READERS, ids=lambda user: user.name)
def test_what_lists_tables_lists_none_of_the_build(views: Servers, user: User) -> None:
    lists = {
        "system.jdbc.schemas": "table_schem",
        "system.jdbc.tables": "table_schem",
        "system.jdbc.columns": "table_schem",
        "system.metadata.table_comments": "schema_name",
        "lake.information_schema.tables": "table_schema",
        "lake.information_schema.columns": "table_schema",
        "lake.information_schema.views": "table_schema",
    }
    found: dict[str, list[tuple[Any, ...]]] = {}

    def read(session: Session, name: str) -> None:
        found[name] = session.rows(f"select distinct {lists[name]} from {name}")

    views.address(user.name).each(list(lists), read)
    assert found.keys() == lists.keys()
    with views.address(user.name).connect() as session:
        catalogs = session.rows("select catalog_name from system.metadata.catalogs")
    assert not [name for name, rows in found.items() if {("staging",), ("odoo",)} & set(rows)]
    assert ("bronze",) not in catalogs


def test_a_masked_value_is_masked_in_filters_joins_and_expressions(views: Servers) -> None:
    with views.address("hana").connect() as session:
        assert session.rows("select count(*) from silver.dim_employee where employee_name = 'Anna'") == [(3,)]
    with views.address("ana").connect() as session:
        attempts = {
            "select count(*) from silver.dim_employee where employee_name = 'Anna'": 0,
            "select count(*) from silver.dim_employee where employee_name like 'A%'": 0,
            "select count(*) from silver.dim_employee where hired_on = date '2020-02-03'": 0,
            "select count(*) from silver.dim_employee e join (values 'Anna') v (n) on e.employee_name = v.n": 0,
            "select count(*) from silver.dim_employee where length(employee_name) = 4": 0,
            "select count(*) from silver.dim_employee where md5(to_utf8(employee_name)) = md5(to_utf8('Anna'))": 0,
            "select count(*) from (select max(employee_name) m from silver.dim_employee) where m = 'Anna'": 0,
            "select count(*) from silver.fact_timesheet where cost > 0": 0,
            "select count(*) from silver.dim_employee where employee_name <> '***'": 0,
            "select count(*) from silver.dim_employee a join silver.dim_employee b using (hired_on)": 0,
            "select count(distinct employee_name) - 1 from silver.dim_employee": 0,
        }
        assert {query: session.rows(query)[0][0] for query in attempts} == attempts


def test_a_user_of_one_company_sees_its_rows_and_shared_ones(views: Servers) -> None:
    with views.address("fin_of_one").connect() as session:
        assert session.rows("select company_id from gold.monthly_pnl order by 1 nulls last") == [(1,), (None,)]
        assert session.rows("select count(*) from silver.dim_customer where company_id = 2") == [(0,)]
        assert session.rows("select distinct customer_name from silver.dim_customer") == [("Anna",)]


def test_a_user_without_a_role_sees_no_data(views: Servers) -> None:
    assert set(views.policy.roles) == {"admin", "etl", "analyst", "finance", "hr", "bi"}
    rules = views.trino.configuration / "access-control" / "rules.json"
    text = rules.read_text()
    assert '{"privileges": []}' in text
    assert '{"allow": "none"}' in text


def test_only_administrators_see_the_queries_of_others(views: Servers) -> None:
    query = "select count(*) from system.runtime.queries where \"user\" = 'dbt'"
    with views.address("ada").connect() as session:
        assert session.rows(query)[0][0] > 0
    with views.address("ana").connect() as session, pytest.raises(TrinoQueryError, match="Access Denied"):
        session.rows(query)


def test_who_read_a_sensitive_column_is_known(views: Servers, tmp_path: Path) -> None:
    since = datetime.now(UTC).date()
    marker = "a literal that is kept nowhere"
    with views.address("fin").connect() as session:
        session.rows(f"select count(*) from gold.ar_aging where partner_name = '{marker}'")
        session.rows("select company_id from gold.monthly_pnl")
    with views.address("ana").connect() as session:
        session.rows("select max(partner_name) from gold.ar_aging")
    command = [str(Path(sys.executable).with_name("odoo-lake")), "audit", "--table", "gold.ar_aging"]
    environment = {**os.environ, "ODOO_LAKE_OPS": views.record, "ODOO_LAKE_ROOT": str(tmp_path)}
    wanted = {("fin (finance)", "partner_name"), ("ana (analyst)", "partner_name (masked)")}
    deadline = time.monotonic() + 30
    found: set[tuple[str, str]] = set()
    while not wanted <= found and time.monotonic() < deadline:
        asked = [*command, "--since", str(since)]
        told = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        lines = [line.split("  ") for line in told.stdout.splitlines()[:-1]]
        found = {(line[1], line[2].partition(" by ")[0]) for line in lines}
    assert wanted <= found, told.stdout
    with create_engine(views.record).connect() as record:
        names = ("query_log", "query_log_column")
        kept = str([list(record.execute(text(f"select * from {name}"))) for name in names])
    assert marker not in kept
    assert "monthly_pnl" in kept, "queries of what is not sensitive are counted too"
