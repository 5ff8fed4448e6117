"""What an extraction is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.lake.location import Lake
from odoo_lake.settings import ExtractionSettings
from odoo_lake.source.connection import Source
from odoo_lake.source.odoo import OdooDatabase


@dataclass(frozen=True)
class FigureQuery:
    """A query whose result is kept with the run: figures to compare the marts with."""

    day: date
    name: str
    statement: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a run is asked to do."""

    source: Source
    lake: Lake
    catalogue: Catalogue
    settings: ExtractionSettings
    hash_key: str | None = None
    rehash: str = ""
    """A request to hash everything anew with a new key; it is met once, and any other text is another request."""
    figures: Callable[[OdooDatabase], list[FigureQuery]] = lambda _: []
    business_settings: Mapping[str, str] = field(default_factory=dict)
    compare_tables: frozenset[str] = frozenset()
    accept_schema_changes: bool = False
    lands_elsewhere: bool = False
    """Whether Airbyte lands the rows of tables with a cursor; only what it missed is then read."""
    wait_seconds: float = 0
