"""Reconcile what is published: with the figures kept beside it, or with the database as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import duckdb

from odoo_lake.build.publish import Publication, open_published, read_publication
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import Commit, read_log
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.reconcile.live import take_figures
from odoo_lake.reconcile.run import LakeRows, Reconciliation, in_duckdb, reconcile, reconcile_with
from odoo_lake.reconcile.sides import Choices, LakeContext
from odoo_lake.source.connection import Source


class Published(Protocol):
    """What readers see, whichever engine shows it."""

    def publication(self) -> Publication | None:
        """The publication, or None if nothing was ever published."""

    def open(self) -> AbstractContextManager[tuple[duckdb.DuckDBPyConnection, LakeRows]]:
        """A connection that compares, and how it gets at rows of silver and gold."""


@dataclass(frozen=True)
class PublishedFiles:
    """What DuckDB published of a state of a lake."""

    lake: Lake
    state: LakeState

    def publication(self) -> Publication | None:
        return read_publication(self.lake, self.state)

    @contextmanager
    def open(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, LakeRows]]:
        with open_published(self.lake, self.state) as duck:
            yield duck, in_duckdb


@dataclass(frozen=True)
class Comparison:
    """A reconciliation of a publication, and when both sides are from."""

    reconciliation: Reconciliation
    publication: Publication
    extracted_at: datetime
    """When the lake's rows were read from Odoo."""
    figures_taken_at: datetime

    @property
    def is_live(self) -> bool:
        return self.figures_taken_at != self.extracted_at


def compare_with_kept(lake: Lake, state: LakeState, *, published: Published | None = None) -> Comparison:
    """Compare with the figures that the extraction took; raises UserError when they are no longer there."""
    readable = published or PublishedFiles(lake, state)
    publication = _publication(lake, state, readable)
    bronze = lake.layer("bronze")
    commit = _commit(lake, publication)
    figures = commit.figures.get(publication.as_of.isoformat(), {})
    gone = sorted(path for path in figures.values() if bronze.read(path) is None)
    if gone or not figures:
        raise UserError(
            f"The figures of extraction {publication.run_id} are no longer kept; later extractions replaced them.",
            "What is published can't be compared with them.",
            f"Run `{state.run_command}`, or compare with the database as it is now: --live --source URL.",
        )
    with readable.open() as (duck, lake_rows):
        reconciliation = reconcile(duck, bronze, commit, publication.as_of, lake_rows)
    return Comparison(reconciliation, publication, commit.extracted_at, commit.extracted_at)


def compare_with_database(
    lake: Lake, state: LakeState, source: Source, choices: Choices, today: date, *, published: Published | None = None
) -> Comparison:
    """Ask the database now, for the day that the lake states; raises UserError when it is not the lake's source."""
    readable = published or PublishedFiles(lake, state)
    publication = _publication(lake, state, readable)
    commit = _commit(lake, publication)
    _check_choices(commit, choices.variables)
    with TemporaryDirectory() as folder:
        is_past = publication.as_of < today
        live = take_figures(source, lake, choices, publication.as_of, is_past=is_past, folder=Path(folder))
        _check_version(commit, live.version)
        with readable.open() as (duck, lake_rows):
            context = LakeContext(live.version, publication.as_of)
            reconciliation = reconcile_with(duck, live.files, live.skipped, context, lake_rows)
    return Comparison(reconciliation, publication, commit.extracted_at, live.taken_at)


def _publication(lake: Lake, state: LakeState, readable: Published) -> Publication:
    publication = readable.publication()
    if publication is None:
        raise UserError(
            f"Nothing is published for {state.label} of {lake.root}.",
            "There is nothing to compare.",
            f"Run `{state.run_command}`.",
        )
    return publication


def _commit(lake: Lake, publication: Publication) -> Commit:
    for commit in read_log(lake.layer("bronze")).extracts:
        if commit.run_id == publication.run_id:
            return commit
    raise UserError(
        f"Bronze knows no extraction {publication.run_id}, which build {publication.build_id} was made from.",
        "It is unknown when the lake's rows were read, and what Odoo said then.",
        "Run `odoo-lake run`.",
    )


def _check_choices(commit: Commit, variables: Mapping[str, Any]) -> None:
    changed = [name for name, value in variables.items() if commit.settings.get(name) != str(value)]
    if changed:
        raise UserError(
            f"{', '.join(changed)} changed since extraction {commit.run_id}.",
            "The database would be asked for other figures than the lake states.",
            "Run `odoo-lake run` first.",
        )


def _check_version(commit: Commit, version: int) -> None:
    if version != commit.odoo_version:
        raise UserError(
            f"The database is Odoo {version}, the lake was read from Odoo {commit.odoo_version}.",
            "They are not the same company's state.",
            "Give the database that the lake is read from, or run `odoo-lake run --accept-schema-changes` first.",
        )
