"""From an extracted database to published figures, and again with nothing changed: each step's time and memory."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from odoo_lake.build.dbt import Build, dbt_executable
from odoo_lake.build.run import BuildInputs, prepare_build
from odoo_lake.business import today
from odoo_lake.lake.commits import read_log
from odoo_lake.lake.location import parse_lake
from odoo_lake.lake.state import LakeState
from odoo_lake.workspace import Workspace
from tests.bench.processes import Measured, measure
from tests.bench.programs import ODOO_LAKE, seconds_until_rows_are_written


@dataclass(frozen=True)
class Steps:
    """A first run from nothing, step by step, and a second one that finds nothing changed."""

    extract: Measured
    models: Measured
    """dbt with seeds, models and snapshots alone."""
    build: Measured
    """`odoo-lake build`: models and tests, reconciliation, publication; from nothing."""
    reconcile: Measured
    report: Measured
    rerun: Measured

    @property
    def rows_and_models_seconds(self) -> float:
        """Reading every row, then every model; Odoo's figures and the tests stand beside it."""
        return seconds_until_rows_are_written(self.extract) + self.models.seconds

    @property
    def rerun_sweep_seconds(self) -> float:
        """The part of the second run that looks for changes in Odoo."""
        return seconds_until_rows_are_written(self.rerun)

    @property
    def peak_mib(self) -> float:
        return max(step.peak_mib for step in (self.extract, self.build, self.reconcile, self.report, self.rerun))


def pipeline_steps(workspace: Workspace, url: str, lake: Path, hash_key: str) -> Steps:
    """Run every step on an empty lake at `lake`."""
    shutil.rmtree(lake, ignore_errors=True)
    environment = {"ODOO_LAKE_SOURCE": url, "ODOO_LAKE_ROOT": str(lake), "ODOO_LAKE_HASH_KEY": hash_key}

    def run(command: str) -> Measured:
        return measure([ODOO_LAKE, command], environment)

    return Steps(
        extract=run("extract"),
        models=_models(workspace, lake),
        build=run("build"),
        reconcile=run("reconcile"),
        report=run("report"),
        rerun=run("run"),
    )


def _models(workspace: Workspace, lake: Path) -> Measured:
    place = parse_lake(str(lake))
    build = Build(workspace.project, place, workspace.catalogue, LakeState())
    inputs = BuildInputs(read_log(place.layer("bronze")), today(workspace.variables), workspace.variables)
    variables = prepare_build(build, inputs)
    without_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    return measure(
        [
            *(dbt_executable(), "--quiet", "--log-path", str(build.directory / "logs")),
            *("build", *without_tests, "--project-dir", str(build.project.dbt)),
            *("--profiles-dir", str(build.profiles), "--target-path", str(build.target)),
            *("--vars", json.dumps(variables)),
        ],
        build.environment,
    )
