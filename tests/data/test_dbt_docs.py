"""`dbt docs` of a built lake: every published table is in the catalogue, and the report is an exposure."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from odoo_lake.build.dbt import Build, dbt_executable
from odoo_lake.lake.location import parse_lake
from odoo_lake.lake.state import LakeState
from odoo_lake.workspace import open_workspace
from tests.data.lakes import BuiltLake

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def documented(sample_lake: BuiltLake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `dbt docs generate` wrote."""
    folder, workspace = tmp_path_factory.mktemp("docs"), open_workspace()
    build = Build(workspace.project, parse_lake(str(sample_lake.place.root)), workspace.catalogue, LakeState())
    arguments = [dbt_executable(), "--log-path", str(folder), "docs", "generate", "--static"]
    arguments += ["--project-dir", str(workspace.project.dbt), "--profiles-dir", str(build.profiles)]
    done = subprocess.run(
        [*arguments, "--target-path", str(folder)],
        env={**os.environ, **build.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())  # type: ignore[no-any-return]


def test_the_catalogue_lists_every_published_table(documented: Path, sample_lake: BuiltLake) -> None:
    nodes = read(documented / "catalog.json")["nodes"].values()
    listed = {(node["metadata"]["schema"], node["metadata"]["name"]) for node in nodes if node["columns"]}
    published = set(sample_lake.place.tables())
    assert published
    assert published <= listed


def test_the_page_stands_alone(documented: Path) -> None:
    assert "monthly_pnl" in (documented / "static_index.html").read_text()


def test_the_report_is_an_exposure_of_what_it_reads(documented: Path) -> None:
    manifest = read(documented / "manifest.json")
    read_by_report = {node for one in manifest["exposures"].values() for node in one["depends_on"]["nodes"]}
    names = {node.rpartition(".")[2] for node in read_by_report}
    assert {"monthly_pnl", "daily_cash_position", "ar_aging", "ap_aging", "company_scorecard"} <= names
