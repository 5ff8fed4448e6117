"""The databases that query-exporter reads, and exactly what its login may read there.

The queries are monitoring/exporters/<name>.yaml; a column that they name stands here, and no other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from .databases import LAKE_OPS, METRICS

Grants = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """One file of queries. `part` is what a stack must have for it, `variable` holds the database's address.

    `grants` are columns by table. Where `whole` is set the login reads every table that the owner has or will make.
    """

    name: str
    part: str
    variable: str
    grants: Grants = field(default_factory=dict)
    whole: bool = False

    @property
    def is_ours(self) -> bool:
        """Odoo's database is not: its owner grants."""
        return bool(self.grants) or self.whole

    def sql(self) -> str:
        """The owner's statements; repeating them changes nothing."""
        if self.whole:
            return (
                f"grant select on all tables in schema public to {METRICS};\n"
                # The pipeline makes its tables when it first runs.
                f"alter default privileges in schema public grant select on tables to {METRICS};\n"
            )
        return "".join(
            f"grant select ({', '.join(map(_quoted, columns))}) on public.{table} to {METRICS};\n"
            for table, columns in self.grants.items()
        )


EXPORTERS: tuple[Exporter, ...] = (
    # Nothing but the run record is there, and it holds no data of Odoo.
    Exporter(name=LAKE_OPS, part="pipeline", variable="ODOO_LAKE_OPS_DSN", whole=True),
    Exporter(name="odoo", part="odoo", variable="ODOO_DSN"),
    Exporter(
        name="airbyte",
        part="airbyte",
        variable="AIRBYTE_DSN",
        grants={
            "connection": ("id", "name", "status", "breaking_change", "created_at"),
            "jobs": ("id", "scope", "config_type", "status", "created_at", "updated_at"),
            "attempts": ("id", "job_id", "status", "created_at", "failure_summary"),
            "sync_stats": ("attempt_id", "records_committed"),
        },
    ),
    Exporter(
        name="dagster",
        part="dagster",
        variable="DAGSTER_DSN",
        grants={
            "runs": ("id", "pipeline_name", "status", "end_time", "create_timestamp"),
            "daemon_heartbeats": ("daemon_type", "timestamp"),
            "job_ticks": ("id", "type", "status", "timestamp"),
        },
    ),
    Exporter(
        name="metabase",
        part="metabase",
        variable="METABASE_DSN",
        grants={"query_execution": ("started_at", "running_time", "error", "cache_hit")},
    ),
)


def exporters(parts: Collection[str]) -> list[Exporter]:
    """Those whose database a stack with these parts has."""
    return [exporter for exporter in EXPORTERS if exporter.part in parts]


def _quoted(column: str) -> str:
    return f'"{column}"'
