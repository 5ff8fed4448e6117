"""What every asset works with: one source, one lake, one project."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from odoo_lake.build.dbt import Build, dbt_executable
from odoo_lake.build.run import BuildInputs
from odoo_lake.business import today
from odoo_lake.errors import UserError
from odoo_lake.extract.request import Request
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.location import LAKE_VARIABLE, Lake, parse_lake
from odoo_lake.lake.state import LakeState
from odoo_lake.pipeline import Pipeline
from odoo_lake.progress import Reporter
from odoo_lake.project import Project
from odoo_lake.source.connection import SOURCE_VARIABLE
from odoo_lake.workspace import Workspace, open_workspace

MANIFESTS_VARIABLE = "ODOO_LAKE_MANIFESTS"


class Lakehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The source's and the lake's addresses, from the same variables as the command line's."""

    source_url: str
    lake_root: str

    @property
    def lake(self) -> Lake:
        return parse_lake(self.lake_root)

    def extraction(self, workspace: Workspace) -> Request:
        # Dagster retries; until then a run that still works on the lake is waited for.
        return workspace.extraction(workspace.source(self.source_url), self.lake, wait_seconds=600)

    def pipeline(self, workspace: Workspace, log: dg.DagsterLogManager) -> Pipeline:
        @contextmanager
        def reporting(title: str) -> Iterator[Reporter]:
            yield _DagsterLog(title, log)

        return workspace.pipeline(self.lake, LakeState(), reporting)

    def inputs(self, pipeline: Pipeline) -> BuildInputs:
        """What a build of now follows from."""
        bronze = read_log(self.lake.layer("bronze"))
        return BuildInputs(bronze, today(pipeline.variables), pipeline.variables)


class _DagsterLog:
    """Progress as Dagster's structured log."""

    def __init__(self, title: str, log: dg.DagsterLogManager) -> None:
        self._title, self._log = title, log

    def start(self, steps: int) -> None:
        self._log.info(f"{self._title}: {steps} steps")

    def step(self, what: str, **facts: object) -> None:
        self._log.debug(f"{self._title}: {what} {facts}")


def configured_lakehouse() -> Lakehouse:
    """The resource as the environment configures it when a run starts."""
    return Lakehouse(source_url=dg.EnvVar(SOURCE_VARIABLE), lake_root=dg.EnvVar(LAKE_VARIABLE))


def project_manifest(project: Project) -> Path:
    """dbt's manifest of the project, parsed once for each state of its files; raises UserError."""
    digest = hashlib.sha256()
    for path in sorted(project.dbt.rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv") and path.is_file():
            digest.update(str(path.relative_to(project.dbt)).encode() + path.read_bytes())
    named = os.environ.get(MANIFESTS_VARIABLE)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = (Path(named) if named else cache / "odoo-lakehouse" / "manifest") / digest.hexdigest()[:16]
    if not (folder / "manifest.json").is_file():
        build = Build(project, Lake(str(folder)), open_workspace().catalogue, LakeState())
        arguments = [dbt_executable(), "--log-path", str(folder), "parse", "--project-dir", str(project.dbt)]
        arguments += ["--profiles-dir", str(build.profiles), "--target-path", str(folder)]
        environment = {**os.environ, **build.environment}
        parsed = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
        if parsed.returncode:
            raise UserError(
                f"dbt can't parse {project.dbt}: {parsed.stdout.strip().splitlines()[-1]}",
                "No asset of the project is known.",
                f"See {folder / 'dbt.log'}.",
            )
    return folder / "manifest.json"


def dbt_variables(variables: Mapping[str, Any]) -> list[str]:
    return ["--vars", json.dumps(dict(variables))]
