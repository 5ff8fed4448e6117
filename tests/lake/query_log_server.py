"""The query log's receiver by the commands that are deployed: its tables, its login, its certificate and its token."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from lakehouse.databases import QUERY_LOG
from lakehouse.trino_config import EventReceiver
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.lake.certificates import make_certificates
from tests.lake.processes import Process, Server, accepts_connections
from tests.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("odoo-lake"))


@dataclass(frozen=True)
class QueryLog:
    """Its process, and how Trino finds it."""

    server: Server
    told_by: EventReceiver
    metrics_port: int
    token: str = field(repr=False)

    def events(self) -> dict[str, int]:
        """Of Trino by outcome, since the process started."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as answer:
            families = text_string_to_metric_families(answer.read().decode())
            samples = [sample for family in families for sample in family.samples]
            return {one.labels["outcome"]: int(one.value) for one in samples if one.labels.get("sender") == "trino"}


def record_of(postgres: EmbeddedPostgres, database: str) -> str:
    """SQLAlchemy's address of a run record, as its owner."""
    return postgres.url(database).replace("postgresql:", "postgresql+psycopg:")


def query_log(directory: Path, postgres: EmbeddedPostgres, database: str) -> QueryLog:
    """Not started; the run record is in this database."""
    record = record_of(postgres, database)
    directory.mkdir()
    postgres.execute(f"do $$ begin create role {QUERY_LOG} login; exception when duplicate_object then null; end $$")
    environment = {"ODOO_LAKE_ROOT": "s3://odoo-lake", "ODOO_LAKE_PROJECT": str(PROJECT)}
    subprocess.run(
        [COMMAND, "query-log-tables", "--writer", QUERY_LOG],
        env={**os.environ, **environment, "ODOO_LAKE_OPS": record},
        check=True,
    )
    port, metrics_port, token = free_port(), free_port(), secrets.token_urlsafe(24)
    certificates = make_certificates(directory, directory / "tls-combined.pem")
    arguments = [COMMAND, "query-log", "--port", str(port), "--metrics-port", str(metrics_port)]
    writer = postgres.url(database, user=QUERY_LOG).replace("postgresql:", "postgresql+psycopg:")
    server = Process(
        [*arguments, "--certificate", str(certificates.keystore)],
        directory=directory,
        log=directory / "query-log.log",
        environment={**environment, "ODOO_LAKE_OPS": writer, "ODOO_LAKE_QUERY_LOG_TOKEN": token},
        is_ready=lambda: accepts_connections(port),
    )
    told_by = EventReceiver(uri=f"https://localhost:{port}/", authority=str(certificates.authority))
    return QueryLog(server, told_by, metrics_port, token)
