"""Jobs that let the metrics login read what the exporter's queries name, and nothing else.

Only the owner of a table may grant; each Job logs in as the owner of one database, with psql of the server's own image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from ..budget import Job
from ..exporters import Exporter
from ..site import Site
from ..versions import POSTGRES_IMAGE
from .apply_job import FILES, ApplyJob, ApplyJobArgs
from .postgres import Login

STATEMENTS = "grants.sql"


@dataclass(frozen=True, kw_only=True)
class MetricsAccessArgs:
    """`owners` are logins by the name of their database."""

    site: Site
    namespace: str
    sizing: Job
    exporters: Sequence[Exporter]
    owners: Mapping[str, Login]


class MetricsAccess(pulumi.ComponentResource):
    """One Job per database, one after the other: the quota has room for one. A missing table is tried again."""

    def __init__(self, name: str, args: MetricsAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:MetricsAccess", name, {}, opts)
        before: list[pulumi.Resource] = []
        for exporter in args.exporters:
            job = ApplyJob(
                f"{name}-{exporter.name.replace('_', '-')}",
                job_args(exporter, args),
                pulumi.ResourceOptions(parent=self, depends_on=list(before)),
            )
            before = [job]
        self.register_outputs({})


def job_args(exporter: Exporter, args: MetricsAccessArgs) -> ApplyJobArgs:
    owner = args.owners[exporter.name]
    return ApplyJobArgs(
        site=args.site,
        product="postgres",
        component="grants",
        namespace=args.namespace,
        image=args.site.image(POSTGRES_IMAGE),
        command=[
            "psql",
            "--no-psqlrc",
            "--set=ON_ERROR_STOP=1",
            "--single-transaction",
            f"--file={FILES}/{STATEMENTS}",
        ],
        size=args.sizing,
        files={STATEMENTS: exporter.sql()},
        variables={
            "PGHOST": owner.host,
            "PGPORT": str(owner.port),
            "PGDATABASE": exporter.name,
            "PGSSLMODE": "require",
        },
        secret_variables={"PGUSER": (owner.secret, "username"), "PGPASSWORD": (owner.secret, "password")},
    )
