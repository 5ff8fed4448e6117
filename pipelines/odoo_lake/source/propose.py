"""Write a contract's entry for columns that were made in Odoo at run time."""

from __future__ import annotations

from pathlib import Path

from odoo_lake.contracts.catalogue import SUFFIX, Catalogue
from odoo_lake.source.odoo import OdooDatabase
from odoo_lake.source.projection import custom_columns

_END_OF_PROPERTIES = "slaProperties:\n"
_BRONZE_TYPES = {
    "numeric": ("number", "numeric(24,6)"),
    "double precision": ("number", "double precision"),
    "integer": ("integer", "integer"),
    "bigint": ("integer", "bigint"),
    "smallint": ("integer", "smallint"),
    "boolean": ("boolean", "boolean"),
    "date": ("date", "date"),
    "timestamp without time zone": ("timestamp", "timestamp"),
    "jsonb": ("object", "jsonb"),
}
_TEXT = ("string", "text")


def propose(directory: Path, catalogue: Catalogue, database: OdooDatabase) -> dict[str, tuple[str, ...]]:
    """Append an entry for each custom column that no contract names; table to the columns that were added.

    Nobody has said what such a column holds, so it is sensitive and dropped until somebody decides.
    """
    added = {}
    for table, contract in catalogue.items():
        relation = database.relations.get(contract.relation)
        # One contract speaks for a relation; a second one over a part of its rows reads nothing of its own.
        if relation is None or table != contract.relation:
            continue
        names = tuple(custom_columns(contract, relation))
        if names:
            entries = "".join(_entry(name, relation.columns[name], database.version) for name in names)
            path = directory / f"{table}{SUFFIX}"
            before, mark, after = path.read_text().partition(_END_OF_PROPERTIES)
            path.write_text(before + entries + mark + after)
            added[table] = names
    return added


def _entry(name: str, source_type: str, version: int) -> str:
    logical, bronze = _BRONZE_TYPES.get(source_type, _TEXT)
    return f"""\
      - name: {name}
        description: Custom column; say what it holds.
        logicalType: {logical}
        physicalType: {bronze}
        classification: sensitive
        customProperties:
          - {{property: odooVersions, value: [{version}]}}
          - {{property: privacy, value: drop}}
"""
