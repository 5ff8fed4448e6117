"""Build a state: bronze views, dbt, and the decision whether there is anything to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from odoo_lake import __version__
from odoo_lake.build.bronze_views import create_bronze_views
from odoo_lake.build.dbt import Build
from odoo_lake.business import end_of
from odoo_lake.errors import UserError
from odoo_lake.lake.commits import BronzeLog
from odoo_lake.lake.duck import open_duckdb

_CONTINUATION = "continuation.json"
_PROJECT_SUFFIXES = (".sql", ".yml", ".yaml", ".csv")


@dataclass(frozen=True)
class BuildInputs:
    """Everything that a build's result follows from."""

    log: BronzeLog
    as_of: date
    variables: Mapping[str, Any]

    def fingerprint(self, build: Build) -> str:
        """Equal inputs have equal fingerprints: the project, bronze and the day."""
        files = {table: [file.path for file in self.log.files(table)] for table in self.log.tables()}
        # The published views name their files in full: a lake that was moved is built anew.
        facts = [self.project_fingerprint(build), self.as_of.isoformat(), build.lake.root, files]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def project_fingerprint(self, build: Build) -> str:
        """Models, contracts, business choices, this program, and the columns that it finds in bronze."""
        latest = {table: self.log.latest(table) for table in self.log.tables()}
        columns = {table: found.columns for table, found in latest.items() if found}
        facts = [__version__, dict(self.variables), columns]
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode())
        for path in _project_files(build.project.dbt, build.project.contracts):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()


class _Continuation(BaseModel):
    """What the build database was last built from; incremental models may go on from there."""

    project_fingerprint: str
    run_id: str


def prepare_build(build: Build, inputs: BuildInputs) -> dict[str, Any]:
    """Make the build database ready for dbt; gives the variables that dbt is to be called with.

    Raises UserError when bronze is empty.
    """
    last = inputs.log.last
    if last is None:
        raise UserError(
            f"Bronze of {build.lake.root} is empty.",
            "There is nothing to build from.",
            "Run `odoo-lake extract` first.",
        )
    build.directory.mkdir(parents=True, exist_ok=True)
    continues = build.state.past_day is None and _may_continue(build, inputs)
    forget_build(build)
    if not continues:
        # What a killed build had not yet written into the database lies beside it, and fits no other one.
        for path in build.directory.glob(f"{build.database.name}*"):
            path.unlink()
    with open_duckdb(str(build.database)) as duck:
        build.lake.grant_access(duck)
        create_bronze_views(duck, build.catalogue, inputs.log, build.lake.layer("bronze"))
    variables = {**inputs.variables, "as_of_date": inputs.as_of.isoformat()}
    if build.state.past_day is not None:
        variables["overwritten_until"] = f"{end_of(build.state.past_day, inputs.variables):%Y-%m-%d %H:%M:%S}"
    return variables


def remember_build(build: Build, inputs: BuildInputs) -> None:
    """After a build without failures: let the next one go on from it."""
    if inputs.log.last is not None:
        note = _Continuation(project_fingerprint=inputs.project_fingerprint(build), run_id=inputs.log.last.run_id)
        (build.directory / _CONTINUATION).write_text(note.model_dump_json())


def forget_build(build: Build) -> None:
    """Let the next build start from nothing but bronze."""
    (build.directory / _CONTINUATION).unlink(missing_ok=True)


def _may_continue(build: Build, inputs: BuildInputs) -> bool:
    """True if the build database holds a finished build of an earlier run of the same bronze, by the same project."""
    note = build.directory / _CONTINUATION
    if not note.is_file():
        return False
    before = _Continuation.model_validate_json(note.read_text())
    known = {commit.run_id for commit in inputs.log.commits}
    return before.project_fingerprint == inputs.project_fingerprint(build) and before.run_id in known


def _project_files(*folders: Path) -> list[Path]:
    found = (path for folder in folders for path in folder.rglob("*"))
    return sorted(path for path in found if path.suffix in _PROJECT_SUFFIXES and "target" not in path.parts)
