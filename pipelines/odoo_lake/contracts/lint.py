"""Check the contract files against the Open Data Contract Standard and against each other."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft201909Validator

from odoo_lake.contracts.catalogue import SUFFIX, load_catalogue
from odoo_lake.contracts.model import Method

_EXPECTED = ("description", "classification", "physicalType")


def lint(directory: Path) -> list[str]:
    """What is wrong, a line each, the file's name first; empty when all is well."""
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text())
    validator = Draft201909Validator(schema)
    problems = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        document = yaml.safe_load(path.read_text())
        for error in validator.iter_errors(document):
            where = ".".join(str(part) for part in error.absolute_path)
            problems.append(f"{path.name}: {where}: {error.message[:200]}")
        problems += [f"{path.name}: {problem}" for problem in _own_rules(path, document)]
    return problems or _rules_of_meaning(directory)


def _own_rules(path: Path, document: dict[str, Any]) -> list[str]:
    """What the standard leaves open and this project does not."""
    tables = document.get("schema", [])
    if len(tables) != 1:
        return ["has not exactly one schema object"]
    names = [column["name"] for column in tables[0].get("properties", ())]
    problems = [f"column {name} stands twice" for name in sorted({n for n in names if names.count(n) > 1})]
    if f"{tables[0]['name']}{SUFFIX}" != path.name:
        problems.append(f"describes {tables[0]['name']}; the file carries the table's name")
    for column in tables[0].get("properties", ()):
        problems += [
            f"column {column['name']} has no {key}"
            for key in ("description", "classification", "physicalType")
            if not column.get(key)
        ]
    return problems


def _rules_of_meaning(directory: Path) -> list[str]:
    problems = []
    for contract in load_catalogue(directory).values():
        columns = {column.name for column in contract.columns}
        if not contract.primary_key:
            problems.append(f"{contract.table}: has no primary key")
        if contract.method is Method.CURSOR and contract.cursor not in columns:
            problems.append(f"{contract.table}: its cursor {contract.cursor} is no column of it")
    return problems
