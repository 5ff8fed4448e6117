"""A contract as typed data; the files are Open Data Contract Standard 3.2."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ODOO_VERSIONS = (16, 17, 18, 19)


class Method(StrEnum):
    """How changes of a table are found."""

    CURSOR = "cursor"
    FULL_REFRESH = "full_refresh"


class Privacy(StrEnum):
    """What happens to a sensitive column at the boundary."""

    DROP = "drop"
    HASH = "hash"
    KEEP = "keep"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a source table; `bronze_type` is the PostgreSQL type that bronze holds it in."""

    name: str
    meaning: str
    bronze_type: str
    classification: str
    odoo_versions: tuple[int, ...]
    privacy: Privacy = Privacy.KEEP

    @property
    def is_sensitive(self) -> bool:
        return self.classification == "sensitive"


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One bronze table; `relation` is the Odoo table it is read from."""

    table: str
    relation: str
    meaning: str
    owner: str
    odoo_versions: tuple[int, ...]
    method: Method
    cursor: str | None
    row_filter: str | None
    freshness_hours: float
    primary_key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
