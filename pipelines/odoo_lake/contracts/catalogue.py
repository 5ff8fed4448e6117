"""Read `contracts/odoo/*.odcs.yaml` into contracts; a file that is not one is refused with its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from odoo_lake.contracts.model import Column, Contract, Method, Privacy
from odoo_lake.errors import UserError

SUFFIX = ".odcs.yaml"


class Catalogue(Mapping[str, Contract]):
    """All contracts by bronze table name, in alphabetical order."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = dict(sorted(contracts.items()))

    def __getitem__(self, table: str) -> Contract:
        return self._contracts[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contracts)

    def __len__(self) -> int:
        return len(self._contracts)

    def with_privacy(self, decisions: Mapping[str, Privacy]) -> Catalogue:
        """The same contracts with a company's own decisions, keyed `table.column`.

        Raises UserError for a column that no contract names or that is not sensitive.
        """
        contracts = dict(self._contracts)
        for path, privacy in decisions.items():
            table, _, name = path.partition(".")
            column = next((c for c in contracts[table].columns if c.name == name), None) if table in contracts else None
            if column is None or not column.is_sensitive:
                raise UserError(
                    f"privacy.{path} is {privacy}, but no contract has a sensitive column of that name.",
                    "The setting would have no effect.",
                    f"Correct the name, or classify the column in contracts/odoo/{table}{SUFFIX}.",
                )
            columns = tuple(replace(c, privacy=privacy) if c.name == name else c for c in contracts[table].columns)
            contracts[table] = replace(contracts[table], columns=columns)
        return Catalogue(contracts)


def load_catalogue(directory: Path) -> Catalogue:
    """Read every contract in `directory`; raises UserError when it has none or one is malformed."""
    paths = sorted(directory.glob(f"*{SUFFIX}"))
    if not paths:
        raise UserError(
            f"{directory} holds no data contract (*{SUFFIX}).",
            "Without contracts nothing may be read.",
            "Run the command in the project's folder, or set ODOO_LAKE_PROJECT to it.",
        )
    contracts = [_load(path) for path in paths]
    return Catalogue({contract.table: contract for contract in contracts})


def _load(path: Path) -> Contract:
    try:
        return _contract(yaml.load(path.read_text(), Loader=_Loader))  # noqa: S506 - the C build of SafeLoader
    except (KeyError, TypeError, ValueError, StopIteration, yaml.YAMLError) as error:
        raise UserError(
            f"{path} is not a usable data contract: {type(error).__name__} {error}.",
            "Its table can't be read.",
            "Run `odoo-lake contract lint` to see what the standard asks for.",
        ) from error


def _contract(document: dict[str, Any]) -> Contract:
    [table] = document["schema"]
    facts = _custom_properties(table)
    versions = tuple(facts["odooVersions"])
    keys = sorted((p["primaryKeyPosition"], p["name"]) for p in table["properties"] if p.get("primaryKey"))
    freshness = next(sla for sla in document["slaProperties"] if sla["property"] == "freshness")
    return Contract(
        table=table["name"],
        relation=table["physicalName"],
        meaning=table["description"],
        owner=document["team"]["name"],
        odoo_versions=versions,
        method=Method(facts["extractionMethod"]),
        cursor=facts.get("cursor"),
        row_filter=facts.get("rowFilter"),
        freshness_hours=_HOURS[freshness["unit"]] * freshness["value"],
        primary_key=tuple(name for _, name in keys),
        columns=tuple(_column(entry, versions) for entry in table["properties"]),
    )


def _column(entry: dict[str, Any], table_versions: tuple[int, ...]) -> Column:
    facts = _custom_properties(entry)
    # A sensitive column whose contract forgets to decide is dropped.
    undecided = Privacy.DROP if entry["classification"] == "sensitive" else Privacy.KEEP
    return Column(
        name=entry["name"],
        meaning=entry["description"],
        bronze_type=entry["physicalType"],
        classification=entry["classification"],
        odoo_versions=tuple(facts.get("odooVersions", table_versions)),
        privacy=Privacy(facts.get("privacy", undecided)),
    )


def _custom_properties(element: dict[str, Any]) -> dict[str, Any]:
    return {entry["property"]: entry["value"] for entry in element.get("customProperties") or ()}


_HOURS = {"m": 1 / 60, "h": 1, "d": 24}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
