"""`odoo-lake reconcile`, and how every command tells of a reconciliation."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from odoo_lake.business import today
from odoo_lake.cli.options import AsOf, LakeUrl, SourceUrl, day_of, lake_of, required_source
from odoo_lake.reconcile.compare import Difference
from odoo_lake.reconcile.published import Comparison, compare_with_database, compare_with_kept
from odoo_lake.reconcile.run import Reconciliation
from odoo_lake.record.writer import RunRecord
from odoo_lake.workspace import open_workspace, published_by_engine

_WIDTH = 120


class Form(StrEnum):
    """How the result is printed."""

    TABLE = "table"
    JSON = "json"


def reconcile(
    lake: LakeUrl = "",
    source: SourceUrl = "",
    live: Annotated[bool, typer.Option("--live", help="Ask the database at --source now.")] = False,
    as_of: AsOf = "",
    form: Annotated[Form, typer.Option("--format", help="How the result is printed.")] = Form.TABLE,
) -> None:
    """Compare what is published with figures from Odoo's own database; exit 1 when anything is off by a cent."""
    workspace = open_workspace()
    state = workspace.state(day_of(as_of, "--as-of") if as_of else None)
    place = lake_of(lake)
    if live:
        address = workspace.source(required_source(source))
        day = today(workspace.variables)
        found = compare_with_database(
            place, state, address, workspace.choices, day, published=published_by_engine(place)
        )
    else:
        found = compare_with_kept(place, state, published=published_by_engine(place))
    RunRecord(place).save_reconciliation(found.reconciliation, found.publication.run_id, found.publication.as_of)
    typer.echo(_json(found) if form is Form.JSON else "\n".join(_lines(found)))
    if not found.reconciliation.agrees:
        raise typer.Exit(1)


def reconciliation_lines(reconciliation: Reconciliation) -> list[str]:
    """A table of checks, what hard cases they met, what was left out, and the first figures that differ."""
    table = Table("check", "", "keys", "figures", "greatest difference")
    for column in table.columns[2:]:
        column.justify = "right"
    for result in reconciliation.results:
        table.add_row(
            result.check.name,
            "equal" if result.agrees else "DIFFERS",
            f"{result.keys_compared:,}",
            f"{result.figures_compared:,}",
            _plain(result.greatest_difference),
        )
    text = io.StringIO()
    Console(file=text, width=_WIDTH).print(table)
    lines = text.getvalue().rstrip("\n").split("\n")
    lines += [
        f"keys with {flag.replace('_', ' ')}: {sum(found.values()):,}"
        f" ({', '.join(f'{name} {count:,}' for name, count in found.items())})"
        for flag, found in flagged_keys(reconciliation).items()
    ]
    lines += [f"not compared: {name}: {reason}" for name, reason in sorted(reconciliation.skipped.items())]
    for result in reconciliation.results:
        if not result.agrees:
            lines.append(f"{result.check.name}: {result.differing_figures:,} figures differ. {result.check.meaning}")
            lines += [f"  {_told(difference)}" for difference in result.first_differences]
    return lines


def flagged_keys(reconciliation: Reconciliation) -> dict[str, dict[str, int]]:
    """Flag, check, and how many of the compared keys have the case: equal figures elsewhere are known to include it."""
    found: dict[str, dict[str, int]] = {}
    for result in reconciliation.results:
        for flag, count in result.flagged_keys.items():
            found.setdefault(flag, {})[result.check.name] = count
    return dict(sorted(found.items()))


def _lines(found: Comparison) -> list[str]:
    lines = [*reconciliation_lines(found.reconciliation), _when(found)]
    if found.is_live and not found.reconciliation.agrees:
        lines.append("differences may be changes made in Odoo since then: `odoo-lake run` brings the lake up to date")
    return lines


def _when(found: Comparison) -> str:
    publication = found.publication
    lake = (
        f"the lake states {publication.as_of} from extraction {publication.run_id}"
        f" of {found.extracted_at:%Y-%m-%d %H:%M:%S} UTC"
    )
    if not found.is_live:
        return f"{lake}; Odoo's figures are from the same snapshot"
    # Whole seconds are what a reader compares.
    age = timedelta(seconds=round((found.figures_taken_at - found.extracted_at).total_seconds()))
    return f"{lake}; Odoo's figures were taken {age} later, at {found.figures_taken_at:%Y-%m-%d %H:%M:%S} UTC"


def _told(difference: Difference) -> str:
    key = ", ".join(f"{name}={'NULL' if value is None else value}" for name, value in difference.key)
    return f"{difference.figure} at {key}: Odoo {_plain(difference.odoo)}, lake {_plain(difference.lake)}"


def _plain(value: Decimal | None) -> str:
    return "NULL" if value is None else f"{value.normalize():f}"


def _json(found: Comparison) -> str:
    document: dict[str, Any] = {
        "agrees": found.reconciliation.agrees,
        "as_of": found.publication.as_of.isoformat(),
        "run_id": found.publication.run_id,
        "extracted_at": found.extracted_at.isoformat(),
        "figures_taken_at": found.figures_taken_at.isoformat(),
        "checks": [
            {
                "name": result.check.name,
                "covers": result.check.covers,
                "agrees": result.agrees,
                "keys_compared": result.keys_compared,
                "figures_compared": result.figures_compared,
                "differing_figures": result.differing_figures,
                "greatest_difference": _plain(result.greatest_difference),
                "flagged_keys": result.flagged_keys,
                "first_differences": [
                    {
                        "key": dict(difference.key),
                        "figure": difference.figure,
                        "odoo": None if difference.odoo is None else _plain(difference.odoo),
                        "lake": None if difference.lake is None else _plain(difference.lake),
                    }
                    for difference in result.first_differences
                ],
            }
            for result in found.reconciliation.results
        ],
        "skipped": dict(found.reconciliation.skipped),
    }
    return json.dumps(document, indent=1)
