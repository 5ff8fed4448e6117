"""What the report shows, read once: the queries' rows, the publication, its proof and its age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from odoo_lake.build.publish import Publication, open_published, read_publication
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import Commit, read_log
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.record.status import TableAge, last_comparison, table_ages
from odoo_lake.record.tables import ReconciliationResult
from odoo_lake.record.writer import RunRecord

Row = Mapping[str, Any]
_SUFFIX = ".sql"


@dataclass(frozen=True)
class ReportData:
    """Everything on the page."""

    written_at: datetime
    publication: Publication
    commit: Commit | None
    """The extraction that was built from; None when bronze no longer tells."""
    rows: Mapping[str, tuple[Row, ...]]
    """Query name to its rows, of all companies."""
    checks: tuple[ReconciliationResult, ...]
    tables: tuple[TableAge, ...]

    @property
    def companies(self) -> tuple[Row, ...]:
        return self.rows["companies"]

    def of(self, query: str, company_id: int | None) -> list[Row]:
        """The rows of one company, in the query's order."""
        return [row for row in self.rows[query] if row["company_id"] == company_id]


def queries() -> dict[str, str]:
    """The statements behind the report, by name."""
    folder = files("odoo_lake.report") / "queries"
    named = sorted((entry.name, entry) for entry in folder.iterdir() if entry.name.endswith(_SUFFIX))
    return {name.removesuffix(_SUFFIX): entry.read_text(encoding="utf-8") for name, entry in named}


def read_report(lake: Lake, state: LakeState, record: RunRecord, now: datetime | None = None) -> ReportData:
    """Read what is published; raises UserError when nothing is."""
    moment = now or datetime.now(UTC)
    publication = read_publication(lake, state)
    if publication is None:
        raise UserError(
            f"Nothing is published for {state.label} of {lake.root}.",
            "There is nothing to report.",
            f"Run `{state.run_command}`.",
        )
    with open_published(lake, state) as duck:
        rows = {name: _rows(duck, statement) for name, statement in queries().items()}
    extracts = {commit.run_id: commit for commit in read_log(lake.layer("bronze")).extracts}
    return ReportData(
        written_at=moment,
        publication=publication,
        commit=extracts.get(publication.run_id),
        rows=rows,
        checks=last_comparison(record, publication.run_id, publication.as_of),
        tables=table_ages(record, publication.run_id, moment),
    )


def _rows(duck: Any, statement: str) -> tuple[Row, ...]:
    cursor = duck.execute(statement)
    names = [column[0] for column in cursor.description]
    return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
