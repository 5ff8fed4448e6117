"""The steps of a run with silver and gold on Trino."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from odoo_lake.build.dbt import BUILD_COMMAND, Build
from odoo_lake.build.publish import Publication
from odoo_lake.build.run import BuildInputs
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import BronzeLog, Commit
from odoo_lake.lake.duck import open_duckdb
from odoo_lake.pipeline import Pipeline, last_extraction
from odoo_lake.reconcile.run import Reconciliation
from odoo_lake.trino.connection import BRONZE_CATALOG, BRONZE_SCHEMA, LAKE_CATALOG, Session, TrinoAddress
from odoo_lake.trino.figures import from_trino
from odoo_lake.trino.publish import (
    BUILD_SUFFIX,
    build_name,
    built_tables,
    listed_tables,
    read_publication,
    switch_views,
)
from odoo_lake.trino.register import register

DBT_TARGET = "trino"
_CONTINUATION = "_builds/trino.json"
# A publication whose views are being switched: what a killed run had begun, the next one completes.
_SWITCHING = "_builds/trino-switching.json"


class _Continuation(BaseModel):
    """What the tables were last built from; it lies in the lake, since a run's own disk goes away with it."""

    project_fingerprint: str
    run_id: str


def trino_environment(address: TrinoAddress) -> dict[str, str]:
    """What dbt needs of the environment to build on this server."""
    return {"ODOO_LAKE_DBT_TARGET": DBT_TARGET, **address.environment}


@dataclass(frozen=True)
class TrinoPipeline(Pipeline):
    """The same steps; tables, checks and publication are Trino's."""

    address: TrinoAddress = field(kw_only=True)

    def __post_init__(self) -> None:
        if not self.build.lake.is_s3 or self.build.state.past_day is not None:
            raise UserError(
                f"The lake is {self.build.lake.root}, for {self.build.state.label}; the engine is Trino.",
                "Trino builds the current state of a lake on S3.",
                "Set ODOO_LAKE_ENGINE=duckdb for a folder or a past day.",
            )

    def _published(self) -> Publication | None:
        begun = self.build.lake.catalogues.read(_SWITCHING)
        with self.address.connect() as session:
            if begun is not None:
                self._switch(session, Publication.model_validate_json(begun))
            return read_publication(session)

    def prepare_models(self, inputs: BuildInputs) -> tuple[Sequence[str], dict[str, Any]]:
        if inputs.log.last is None:
            raise UserError(
                f"Bronze of {self.build.lake.root} is empty.",
                "There is nothing to build from.",
                "Run `odoo-lake extract` first.",
            )
        options = () if self._may_continue(inputs) else ("--full-refresh",)
        self._forget_build()
        self.build.directory.mkdir(parents=True, exist_ok=True)
        register(self.build.lake, self.build.catalogue, inputs.log, self.address)
        variables = {
            **inputs.variables,
            "as_of_date": inputs.as_of.isoformat(),
            "bronze_database": BRONZE_CATALOG,
            "bronze_schema": BRONZE_SCHEMA,
        }
        return (*BUILD_COMMAND, *options), variables

    def remember_models(self, inputs: BuildInputs) -> None:
        if inputs.log.last is not None:
            fingerprint = inputs.project_fingerprint(self.build)
            note = _Continuation(project_fingerprint=fingerprint, run_id=inputs.log.last.run_id)
            self.build.lake.catalogues.write(_CONTINUATION, note.model_dump_json().encode())

    def _may_continue(self, inputs: BuildInputs) -> bool:
        note = self.build.lake.catalogues.read(_CONTINUATION)
        try:
            before = _Continuation.model_validate_json(note or b"")
        except ValidationError:
            return False
        known = {commit.run_id for commit in inputs.log.commits}
        return before.project_fingerprint == inputs.project_fingerprint(self.build) and before.run_id in known

    def _forget_build(self) -> None:
        self.build.lake.catalogues.delete([_CONTINUATION])

    def _publish(self, publication: Publication, log: BronzeLog) -> Publication:
        del log
        with self.address.connect() as session:
            tables = built_tables(session, self.build.target / "manifest.json")
            complete = publication.model_copy(update={"tables": listed_tables(session, tables)})
            self.build.lake.catalogues.write(_SWITCHING, complete.model_dump_json().encode())
            self._switch(session, complete)
        return complete

    def _switch(self, session: Session, publication: Publication) -> None:
        switch_views(session, publication)
        self.build.lake.catalogues.delete([_SWITCHING])

    def _reconcile_build(self, commit: Commit, as_of: date) -> Reconciliation:
        return self._reconcile_on_trino(commit, as_of, published=False)

    def _reconcile_published(self, log: BronzeLog, as_of: date) -> Reconciliation:
        return self._reconcile_on_trino(last_extraction(log), as_of, published=True)

    def _reconcile_on_trino(self, commit: Commit, as_of: date, *, published: bool) -> Reconciliation:
        with open_duckdb() as duck, self.address.connect() as session:
            self.build.lake.grant_access(duck)
            return self._reconcile(duck, commit, as_of, from_trino(session, published=published))

    def _missing_referents(self) -> dict[str, int]:
        with self.address.connect() as session:
            names = session.rows(
                f"select table_name from {LAKE_CATALOG}.information_schema.columns"
                f" where table_schema = 'silver{BUILD_SUFFIX}' and column_name = 'is_missing'"
            )
            counts = {
                name: session.rows(f"select count(*) from {build_name('silver', name)} where is_missing")[0][0]
                for (name,) in names
            }
        return {name: count for name, count in counts.items() if count}


def trino_build(build: Build, address: TrinoAddress) -> Build:
    """The same build, with dbt on Trino."""
    return Build(build.project, build.lake, build.catalogue, build.state, trino_environment(address))
