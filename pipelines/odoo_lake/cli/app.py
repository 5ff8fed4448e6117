"""`odoo-lake`: the commands in one list."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from odoo_lake import __version__
from odoo_lake.cli import airbyte, contract, datahub, metabase
from odoo_lake.cli.backup import backup
from odoo_lake.cli.demo import demo
from odoo_lake.cli.doctor import doctor
from odoo_lake.cli.extract import extract, grants, sweep
from odoo_lake.cli.maintain import compact, maintain, publish
from odoo_lake.cli.object_store import mirror_buckets, provision_buckets
from odoo_lake.cli.query_log import audit, query_log, query_log_tables
from odoo_lake.cli.reconcile import reconcile
from odoo_lake.cli.report import report
from odoo_lake.cli.restore import restore, restore_drill
from odoo_lake.cli.run import build, query, run
from odoo_lake.cli.sample import sample
from odoo_lake.cli.status import status
from odoo_lake.cli.storage_check import storage_check
from odoo_lake.errors import UserError

app = typer.Typer(
    name="odoo-lake",
    help="From an Odoo database to reconciled gold figures.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"odoo-lake {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Options of every command."""


for command in (
    demo,
    run,
    extract,
    sweep,
    build,
    reconcile,
    query,
    report,
    status,
    doctor,
    compact,
    maintain,
    publish,
    grants,
    audit,
    query_log,
    query_log_tables,
    sample,
    provision_buckets,
    mirror_buckets,
    storage_check,
    backup,
    restore,
    restore_drill,
):
    app.command()(command)
app.add_typer(airbyte.app)
app.add_typer(contract.app)
app.add_typer(datahub.app)
app.add_typer(metabase.app)


def main() -> None:
    """Run a command; a user's error becomes one message and exit code 2."""
    try:
        app()
    except UserError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print("error:", style="bold red", end=" ")
        console.print(error.fact, markup=False)
        for part in (error.consequence, error.remedy):
            if part:
                console.print(f"       {part}", markup=False)
        sys.exit(2)
