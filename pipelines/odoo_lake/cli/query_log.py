"""`odoo-lake query-log` and `odoo-lake audit`."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from typing import Annotated

import typer

from odoo_lake.cli.options import LakeUrl, day_of, lake_of
from odoo_lake.errors import UserError
from odoo_lake.project import find_project
from odoo_lake.query_log.audit import readings
from odoo_lake.query_log.events import sensitive_columns
from odoo_lake.query_log.receiver import receiver
from odoo_lake.record.writer import open_record


def query_log(
    lake: LakeUrl = "",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8090,
) -> None:
    """Keep what Trino's event listener tells of finished queries in the run record, until it is stopped."""
    record = open_record(lake_of(lake))
    try:
        server = receiver((host, port), record, _sensitive())
    except OSError as error:
        raise UserError(
            f"Port {port} of {host} can't be listened on: {error.strerror}.",
            "No query would be recorded.",
            "Give another address with --host and --port.",
        ) from error
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: threading.Thread(target=server.shutdown).start())
    with server:
        server.serve_forever()


def audit(
    table: Annotated[str, typer.Option(help="A published table, as schema.table.")],
    since: Annotated[str, typer.Option(help="The first day, as YYYY-MM-DD.")],
    lake: LakeUrl = "",
) -> None:
    """Say who read a table's sensitive columns on Trino, when and with what."""
    sensitive = _sensitive()
    if table not in sensitive:
        raise UserError(
            f"{table} has no sensitive columns.",
            "Its readers are not told apart from others.",
            f"Ask for one of {', '.join(sorted(sensitive))}.",
        )
    day = day_of(since, "--since")
    found = readings(open_record(lake_of(lake)), table, datetime(day.year, day.month, day.day, tzinfo=UTC))
    for one in found:
        who = f"{one.user_name} ({one.groups or 'no role'})"
        what = f"{', '.join(one.columns)} by {one.source or 'an unnamed program'}, {one.state.lower()}"
        typer.echo(f"{one.created_at:%Y-%m-%d %H:%M:%S}Z  {who}  {what}  {one.query_id}")
    typer.echo(f"{len(found)} queries read sensitive columns of {table} since {day}")


def _sensitive() -> dict[str, frozenset[str]]:
    return dict(sensitive_columns(find_project().contracts.parent / "access.yaml"))
