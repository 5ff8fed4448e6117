"""`odoo-lake query-log`, `odoo-lake query-log-tables` and `odoo-lake audit`."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from odoo_lake.cli.options import LakeUrl, day_of, lake_of
from odoo_lake.errors import UserError
from odoo_lake.project import find_project
from odoo_lake.query_log.audit import Reading, readings
from odoo_lake.query_log.events import AccessPolicy, access_policy
from odoo_lake.query_log.receiver import AT_ONCE, Guard, Tally, metrics, receiver
from odoo_lake.query_log.tables import make_tables
from odoo_lake.record.writer import RECORD_VARIABLE, open_record, record_url

TOKEN_VARIABLE = "ODOO_LAKE_QUERY_LOG_TOKEN"  # noqa: S105 - the name of a variable


def query_log(
    lake: LakeUrl = "",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8090,
    metrics_port: Annotated[int, typer.Option(help="Port for probes and Prometheus.")] = 8091,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Private key and certificate in one PEM file; without it the port is plain HTTP."),
    ] = None,
) -> None:
    """Keep what Trino's event listener tells of finished queries in the run record, until it is stopped.

    ODOO_LAKE_QUERY_LOG_TOKEN is what a sender must show; without it any sender is believed. The tables are made by
    `query-log-tables`, so that this program's login needs no more than to add rows.
    """
    record = create_engine(record_url(lake_of(lake)), pool_size=AT_ONCE, max_overflow=0, pool_pre_ping=True)
    tally = Tally()
    guard = Guard(os.environ.get(TOKEN_VARIABLE) or None, _readable(certificate))
    try:
        server = receiver((host, port), record, _policy(), guard=guard, tally=tally)
        watched = metrics((host, metrics_port), tally)
    except OSError as error:
        raise UserError(
            f"Port {port} or {metrics_port} of {host} can't be listened on: {error.strerror}.",
            "No query would be recorded.",
            "Give other addresses with --host, --port and --metrics-port.",
        ) from error
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: threading.Thread(target=server.shutdown).start())
    with server, watched:
        threading.Thread(target=watched.serve_forever, daemon=True).start()
        server.serve_forever()
        watched.shutdown()


def query_log_tables(
    writer: Annotated[str, typer.Option(help="The login that `query-log` writes with.")], lake: LakeUrl = ""
) -> None:
    """Make the query log's tables as the run record's owner, and let a login add to them and nothing else."""
    try:
        make_tables(create_engine(record_url(lake_of(lake))), writer)
    except SQLAlchemyError as error:
        raise UserError(
            f"The query log's tables can't be made for {writer}: {str(error).splitlines()[0]}",
            "No query would be recorded.",
            f"Let {RECORD_VARIABLE} name the owner of the run record on PostgreSQL, and make the login {writer}.",
        ) from error


def audit(
    table: Annotated[str, typer.Option(help="A published table, as schema.table.")],
    since: Annotated[str, typer.Option(help="The first day, as YYYY-MM-DD.")],
    lake: LakeUrl = "",
) -> None:
    """Say who read a table's sensitive columns on Trino, when and with what."""
    sensitive = _policy().sensitive
    if table not in sensitive:
        raise UserError(
            f"{table} has no sensitive columns.",
            "Its readers are not told apart from others.",
            f"Ask for one of {', '.join(sorted(sensitive))}.",
        )
    day = day_of(since, "--since")
    found = readings(open_record(lake_of(lake)), table, datetime(day.year, day.month, day.day, tzinfo=UTC))
    for one in found:
        what = f"{', '.join(one.columns)} by {one.source or 'an unnamed program'}, {one.state.lower()}"
        typer.echo(f"{one.created_at:%Y-%m-%d %H:%M:%S}Z  {_who(one)}  {what}  {one.query_id}")
    typer.echo(f"{len(found)} queries read sensitive columns of {table} since {day}")


def _who(one: Reading) -> str:
    """The user with its roles; and who asked for it, where that was a program on behalf of its own user."""
    user = f"{one.user_name} ({one.groups or 'no role'})"
    return user if one.login == one.user_name else f"{user} through {one.login}"


def _readable(certificate: Path | None) -> Path | None:
    if certificate is not None and not os.access(certificate, os.R_OK):
        raise UserError(
            f"{certificate} can't be read.",
            "What Trino tells would not be hidden on its way.",
            "Give a readable PEM file with --certificate.",
        )
    return certificate


def _policy() -> AccessPolicy:
    return access_policy(find_project().contracts.parent / "access.yaml")
