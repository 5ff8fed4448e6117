"""`odoo-lake query-log`, `odoo-lake query-log-tables` and `odoo-lake audit`."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from odoo_lake.cli.options import LakeUrl, day_of, lake_of
from odoo_lake.errors import UserError
from odoo_lake.project import find_project
from odoo_lake.query_log.audit import Reading, accesses, accesses_begin, readings
from odoo_lake.query_log.events import AccessPolicy, access_policy
from odoo_lake.query_log.object_events import WATCHED, Ledger
from odoo_lake.query_log.receiver import AT_ONCE, Guard, Tally, metrics, object_receiver, receiver
from odoo_lake.query_log.tables import make_tables
from odoo_lake.record.writer import RECORD_VARIABLE, open_record, record_url

TOKEN_VARIABLE = "ODOO_LAKE_QUERY_LOG_TOKEN"  # noqa: S105 - the name of a variable
OBJECTS_TOKEN_VARIABLE = "ODOO_LAKE_OBJECT_LOG_TOKEN"  # noqa: S105 - the name of a variable
LEDGER_SECONDS = 300
log = structlog.get_logger()


def query_log(  # noqa: PLR0917
    lake: LakeUrl = "",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8090,
    objects_port: Annotated[int, typer.Option(help="Port for the object store's audit webhook; 0 for none.")] = 0,
    metrics_port: Annotated[int, typer.Option(help="Port for probes and Prometheus.")] = 8091,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Private key and certificate in one PEM file; without it the port is plain HTTP."),
    ] = None,
) -> None:
    """Keep what Trino tells of finished queries and MinIO of requests in the run record, until it is stopped.

    ODOO_LAKE_QUERY_LOG_TOKEN and ODOO_LAKE_OBJECT_LOG_TOKEN are what Trino and MinIO must show; without one any sender
    is believed. MinIO's port is plain HTTP, as its own is. The tables are made by `query-log-tables`, so that this
    program's login needs no more than to add rows.
    """
    record = create_engine(record_url(lake_of(lake)), pool_size=AT_ONCE, max_overflow=0, pool_pre_ping=True)
    tally, ledger = Tally(), Ledger()
    guard = Guard(os.environ.get(TOKEN_VARIABLE) or None, _readable(certificate))
    objects_guard = Guard(os.environ.get(OBJECTS_TOKEN_VARIABLE) or None)
    with contextlib.ExitStack() as servers:
        try:
            server = servers.enter_context(receiver((host, port), record, _policy(), guard=guard, tally=tally))
            others = [servers.enter_context(metrics((host, metrics_port), tally, ledger))]
            if objects_port:
                objects = object_receiver((host, objects_port), ledger, guard=objects_guard, tally=tally)
                others.append(servers.enter_context(objects))
        except OSError as error:
            raise UserError(
                f"Port {port}, {objects_port} or {metrics_port} of {host} can't be listened on: {error.strerror}.",
                "No query would be recorded.",
                "Give other addresses with --host, --port, --objects-port and --metrics-port.",
            ) from error
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
        for other in others:
            threading.Thread(target=other.serve_forever, daemon=True).start()
        stopping = threading.Event()
        writing = threading.Thread(target=_write_ledger, args=(ledger, record, stopping))
        writing.start()
        server.serve_forever()
        for other in others:
            other.shutdown()
        stopping.set()
        writing.join()


def _write_ledger(ledger: Ledger, record: Engine, stopping: threading.Event) -> None:
    """Every few minutes, and once more at the end; what can't be written is tried with the next."""
    over = False
    while not over:
        over = stopping.wait(LEDGER_SECONDS)
        try:
            ledger.write(record)
        except SQLAlchemyError as error:
            log.error("the object store's accesses can't be written", reason=type(error).__name__)


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
    since: Annotated[str, typer.Option(help="The first day, as YYYY-MM-DD.")],
    table: Annotated[str, typer.Option(help="A published table, as schema.table.")] = "",
    bucket: Annotated[str, typer.Option(help="A bucket whose users are watched.")] = "",
    lake: LakeUrl = "",
) -> None:
    """Say who read a table's sensitive columns on Trino, or who touched a bucket, when and with what."""
    day = day_of(since, "--since")
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if bool(table) == bool(bucket):
        raise UserError(
            "One of --table and --bucket is needed.", "It is not known what to tell.", "Give one, and not the other."
        )
    if bucket:
        _audit_bucket(bucket, start, lake)
    else:
        _audit_table(table, start, lake)


def _audit_table(table: str, start: datetime, lake: str) -> None:
    sensitive = _policy().sensitive
    if table not in sensitive:
        raise UserError(
            f"{table} has no sensitive columns.",
            "Its readers are not told apart from others.",
            f"Ask for one of {', '.join(sorted(sensitive))}.",
        )
    found = readings(open_record(lake_of(lake)), table, start)
    for one in found:
        what = f"{', '.join(one.columns)} by {one.source or 'an unnamed program'}, {one.state.lower()}"
        typer.echo(f"{one.created_at:%Y-%m-%d %H:%M:%S}Z  {_who(one)}  {what}  {one.query_id}")
    typer.echo(f"{len(found)} queries read sensitive columns of {table} since {start:%Y-%m-%d}")


def _audit_bucket(bucket: str, start: datetime, lake: str) -> None:
    if bucket not in WATCHED:
        raise UserError(
            f"{bucket} is not watched.",
            "Nobody who touched it was written down.",
            f"Ask for one of {', '.join(sorted(WATCHED))}.",
        )
    record = open_record(lake_of(lake))
    begin = accesses_begin(record)
    if begin is None:
        raise UserError(
            f"Nobody who touched {bucket} was ever written down.",
            "It is not known who did.",
            "Only the production platform with an object store of its own does so; ask an external store for its log.",
        )
    found = accesses(record, bucket, start)
    for one in found:
        span = f"{one.first_at:%Y-%m-%d %H:%M:%S}Z to {one.last_at:%H:%M:%S}Z"
        refused = f", {one.refusals} refused" if one.refusals else ""
        typer.echo(f"{span}  {one.user_name}  {one.action}  {one.requests} requests{refused}")
    typer.echo(f"{sum(one.requests for one in found)} requests on {bucket} since {start:%Y-%m-%d}")
    if begin > start:
        typer.echo(f"It is not known who touched it before {begin:%Y-%m-%d %H:%M:%S}Z")


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
