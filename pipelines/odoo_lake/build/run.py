"""Build a state: bronze views, dbt, and the decision whether there is anything to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from odoo_lake import __version__
from odoo_lake.build.bronze_views import create_bronze_views
from odoo_lake.build.dbt import Build, Invocation
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import BronzeLog
from odoo_lake.lake.duck import open_duckdb
from odoo_lake.progress import Reporter

_PROJECT_SUFFIXES = (".sql", ".yml", ".yaml", ".csv")


@dataclass(frozen=True)
class BuildInputs:
    """Everything that a build's result follows from."""

    log: BronzeLog
    as_of: date
    variables: Mapping[str, Any]

    def fingerprint(self, build: Build) -> str:
        """Equal inputs have equal fingerprints: bronze, business choices, contracts, models and this program."""
        digest = hashlib.sha256()
        facts = {
            "version": __version__,
            "as_of": self.as_of.isoformat(),
            "variables": dict(self.variables),
            "files": {table: [file.path for file in self.log.files(table)] for table in self.log.tables()},
        }
        digest.update(json.dumps(facts, sort_keys=True, default=str).encode())
        for path in _project_files(build.project.dbt, build.project.contracts):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()


def build_models(build: Build, inputs: BuildInputs, report: Reporter, *, full_refresh: bool = False) -> Invocation:
    """Run and test all models in the build database; raises UserError when bronze is empty or dbt can't run."""
    if not inputs.log.extracts:
        raise UserError(
            f"Bronze of {build.lake.root} is empty.",
            "There is nothing to build from.",
            "Run `odoo-lake extract` first.",
        )
    build.directory.mkdir(parents=True, exist_ok=True)
    with open_duckdb(str(build.database)) as duck:
        build.lake.grant_access(duck)
        create_bronze_views(duck, build.catalogue, inputs.log, build.lake.layer("bronze"))
    variables = {**inputs.variables, "as_of_date": inputs.as_of.isoformat()}
    return build.invoke("build", variables, report, full_refresh=full_refresh)


def _project_files(*folders: Path) -> list[Path]:
    found = (path for folder in folders for path in folder.rglob("*"))
    return sorted(path for path in found if path.suffix in _PROJECT_SUFFIXES and "target" not in path.parts)
