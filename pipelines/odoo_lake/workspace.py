"""What every command works with: the project's contracts, settings and business choices, read once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from odoo_lake.build.dbt import Build
from odoo_lake.business import business_variables, today
from odoo_lake.contracts.catalogue import Catalogue, load_catalogue
from odoo_lake.errors import UserError
from odoo_lake.extract.request import Request
from odoo_lake.lake.location import Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.pipeline import Pipeline, Reporting, figures_for
from odoo_lake.project import Project, find_project
from odoo_lake.reconcile.published import Published
from odoo_lake.reconcile.sides import Choices, read_account_sections
from odoo_lake.record.writer import RunRecord
from odoo_lake.settings import Settings, load_settings
from odoo_lake.source.connection import Source

HASH_KEY_VARIABLE = "ODOO_LAKE_HASH_KEY"
REHASH_VARIABLE = "ODOO_LAKE_REHASH"
ENGINE_VARIABLE = "ODOO_LAKE_ENGINE"
INGESTION_VARIABLE = "ODOO_LAKE_INGESTION"


class Engine(StrEnum):
    """What builds silver and gold."""

    DUCKDB = "duckdb"
    TRINO = "trino"


class Ingestion(StrEnum):
    """What brings Odoo's rows to bronze."""

    DIRECT = "direct"
    AIRBYTE = "airbyte"
    """Airbyte lands the rows of tables with a cursor; an extraction sweeps up the rest."""


def engine() -> Engine:
    """The engine that the environment names; raises UserError for one that is not known."""
    return Engine(_named(ENGINE_VARIABLE, Engine, Engine.DUCKDB, "what is to build silver and gold"))


def ingestion() -> Ingestion:
    """The ingestion that the environment names; raises UserError for one that is not known."""
    return Ingestion(_named(INGESTION_VARIABLE, Ingestion, Ingestion.DIRECT, "who brings Odoo's rows to bronze"))


def _named(variable: str, known: type[StrEnum], otherwise: str, unknown: str) -> str:
    name = os.environ.get(variable) or otherwise
    if name not in set(known):
        raise UserError(
            f"{variable} is {name!r}.", f"It is unknown {unknown}.", f"Set it to one of {', '.join(known)}."
        )
    return name


@dataclass(frozen=True)
class Workspace:
    """One project on one machine."""

    project: Project
    settings: Settings
    catalogue: Catalogue
    variables: Mapping[str, Any]

    @property
    def choices(self) -> Choices:
        """What the figures taken from Odoo depend on."""
        return Choices(self.catalogue, self.variables, read_account_sections(self.project.account_sections))

    def source(self, url: str) -> Source:
        return Source(url, self.settings.extraction)

    def state(self, as_of: date | None) -> LakeState:
        """The state of a day: only a day that is past has one of its own."""
        return LakeState(as_of if as_of is not None and as_of < today(self.variables) else None)

    def pipeline(self, lake: Lake, state: LakeState, reporting: Reporting) -> Pipeline:
        """The steps on a lake, for one of its states, with the engine that the environment names."""
        build, record = Build(self.project, lake, self.catalogue, state), RunRecord(lake)
        if engine() is Engine.DUCKDB:
            return Pipeline(build, self.variables, record, reporting)
        from odoo_lake.trino.connection import trino_address
        from odoo_lake.trino.pipeline import TrinoPipeline, trino_build

        address = trino_address()
        return TrinoPipeline(trino_build(build, address), self.variables, record, reporting, address=address)

    def extraction(self, source: Source, lake: Lake, as_of: date | None = None, **options: Any) -> Request:
        """An extraction that also takes the figures of today, and of a past day if one is given."""
        now = today(self.variables)
        days = {now: False, **({as_of: True} if as_of is not None and as_of < now else {})}
        options.setdefault("lands_elsewhere", ingestion() is Ingestion.AIRBYTE)
        return Request(
            source=source,
            lake=lake,
            catalogue=self.catalogue,
            settings=self.settings.extraction,
            hash_key=os.environ.get(HASH_KEY_VARIABLE) or None,
            rehash=os.environ.get(REHASH_VARIABLE, ""),
            figures=figures_for(days, self.choices),
            business_settings={name: str(value) for name, value in self.variables.items()},
            **options,
        )


def open_workspace() -> Workspace:
    """Read the project; raises UserError for whatever is wrong in it."""
    project = find_project()
    settings = load_settings(project.settings_file)
    catalogue = load_catalogue(project.contracts).with_privacy(settings.privacy)
    return Workspace(project, settings, catalogue, business_variables(project, settings))


def published_by_engine(lake: Lake) -> Published | None:
    """What readers of the engine that the environment names see; None for DuckDB's files."""
    if engine() is Engine.DUCKDB:
        return None
    from odoo_lake.trino.connection import trino_address
    from odoo_lake.trino.published import PublishedViews

    return PublishedViews(lake, trino_address())
