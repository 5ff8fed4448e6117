"""The questions that an extraction asks Odoo's database, for the figures that gold is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from odoo_lake.business import today
from odoo_lake.extract.run import askable
from odoo_lake.reconcile.checks import figure_queries
from odoo_lake.reconcile.sides import CheckContext
from odoo_lake.source.odoo import inspect
from odoo_lake.workspace import open_workspace
from tests.data.lakes import BuiltLake

pytestmark = pytest.mark.data


def relations(plan: Any) -> Iterator[str]:
    """Every table that a query plan reads."""
    if isinstance(plan, list):
        for part in plan:
            yield from relations(part)
    elif isinstance(plan, dict):
        if "Relation Name" in plan:
            yield plan["Relation Name"]
        for part in plan.values():
            yield from relations(part)


def test_they_read_only_tables_whose_changes_are_seen(lake: BuiltLake) -> None:
    """Answers are kept as long as no extracted row has changed."""
    workspace = open_workspace()
    source = workspace.source(lake.place.source)
    extracted = {contract.relation for contract in workspace.catalogue.values()}
    with source.connect() as connection:
        database = inspect(connection, source, workspace.catalogue)
        context = CheckContext(database, workspace.choices, today(workspace.variables), is_past=False)
        queries, refused = askable(connection, figure_queries(context))
        assert not refused
        read: dict[str, set[str]] = {}
        for query in queries:
            [(plan,)] = connection.execute(f"explain (format json) {query.statement}".encode()).fetchall()
            read[query.name] = set(relations(plan))
    assert len(read) > 25
    assert {name: found - extracted for name, found in read.items() if found - extracted} == {}
    assert all(read.values())
