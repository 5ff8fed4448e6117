"""Run dbt as a process of its own, follow its events, and read what became of each node."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.errors import UserError
from odoo_lake.lake.location import LAKE_VARIABLE, Lake
from odoo_lake.lake.state import LakeState
from odoo_lake.progress import Reporter
from odoo_lake.project import Project

BUILD_DATABASE_VARIABLE = "ODOO_LAKE_BUILD_DATABASE"
# dbt's unit tests prove the SQL, not the data: they need no repetition with every build.
BUILD_COMMAND = ("build", "--exclude-resource-type", "unit_test")
_FAILING = ("error", "fail", "partial success")
# dbt tells of each finished node by an event of its kind: LogModelResult, LogTestResult, ...
_NODE_FINISHED = re.compile("Log[A-Za-z]+Result")


@dataclass(frozen=True)
class NodeResult:
    """One model, test, seed or snapshot of a dbt invocation."""

    unique_id: str
    resource_type: str
    status: str
    execution_seconds: float
    failures: int | None
    message: str

    @property
    def name(self) -> str:
        return self.unique_id.split(".")[2]

    @property
    def failed(self) -> bool:
        return self.status in _FAILING


@dataclass(frozen=True)
class Invocation:
    """One `dbt build`."""

    invocation_id: str
    started_at: datetime
    elapsed_seconds: float
    nodes: tuple[NodeResult, ...]

    @property
    def failures(self) -> tuple[NodeResult, ...]:
        return tuple(node for node in self.nodes if node.failed)


@dataclass(frozen=True)
class Build:
    """What is built from and where: the project, the lake and a work folder."""

    project: Project
    lake: Lake
    catalogue: Catalogue
    state: LakeState
    engine_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What dbt's profile asks of the environment for an engine other than DuckDB; holds its password."""

    @property
    def directory(self) -> Path:
        """The build database, dbt's target and its logs; can be made anew."""
        return self.lake.work_directory / self.state.work_folder

    @property
    def database(self) -> Path:
        # The published file has the same name: DuckDB takes a database's name from its file.
        return self.directory / "lake.duckdb"

    @property
    def target(self) -> Path:
        return self.directory / "target"

    @property
    def profiles(self) -> Path:
        """The folder with the profile in use, which is the project's example as it stands."""
        folder = self.directory / "profiles"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.project.dbt / "profiles.yml.example", folder / "profiles.yml")
        return folder

    @property
    def environment(self) -> dict[str, str]:
        """What dbt's profile asks of the environment."""
        return {
            BUILD_DATABASE_VARIABLE: str(self.database),
            LAKE_VARIABLE: self.lake.root,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            **self.engine_environment,
        }

    def invoke(self, command: Sequence[str], variables: Mapping[str, Any], report: Reporter) -> Invocation:
        """Run a dbt command; raises UserError when dbt itself can't run. Failed nodes are in the result."""
        results = self.target / "run_results.json"
        results.unlink(missing_ok=True)
        arguments = [
            *(sys.executable, "-m", "odoo_lake.build.dbt_process", str(os.getpid())),
            *("--log-format", "json", "--log-path", str(self.directory / "logs")),
            *(*command, "--project-dir", str(self.project.dbt), "--profiles-dir", str(self.profiles)),
            *("--target-path", str(self.target), "--vars", json.dumps(variables)),
        ]
        errors: list[str] = []
        environment = {**os.environ, **self.environment}
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment) as process:
            try:
                for event in _events(process):
                    _follow(event, report, errors)
            except BaseException:
                process.kill()
                raise
        if not results.is_file():
            reason = errors[-1].strip() if errors else f"exit code {process.returncode}"
            raise UserError(
                f"dbt can't run: {reason}",
                "Nothing was built; what is published stays as it was.",
                f"See {self.directory / 'logs' / 'dbt.log'}.",
            )
        return read_results(results)


def dbt_executable() -> str:
    """dbt beside this program's own interpreter."""
    return str(Path(sys.executable).with_name("dbt"))


def _events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    if process.stdout is None:
        raise RuntimeError("dbt was started without a pipe")
    for line in process.stdout:
        if line.startswith("{"):
            yield json.loads(line)


def _follow(event: Mapping[str, Any], report: Reporter, errors: list[str]) -> None:
    info, data = event["info"], event["data"]
    if info["level"] == "error":
        errors.append(info["msg"])
    node = data.get("node_info")
    if node and _NODE_FINISHED.fullmatch(info["name"]):
        report.step(node["node_name"], status=data.get("status") or node["node_status"])


def read_results(path: Path) -> Invocation:
    """What dbt wrote of its last invocation."""
    document = json.loads(path.read_text())
    metadata = document["metadata"]
    nodes = tuple(
        NodeResult(
            unique_id=result["unique_id"],
            resource_type=result["unique_id"].split(".")[0],
            status=result["status"],
            execution_seconds=result["execution_time"],
            failures=result["failures"],
            message=result["message"] or "",
        )
        for result in document["results"]
    )
    return Invocation(
        invocation_id=metadata["invocation_id"],
        started_at=datetime.fromisoformat(metadata.get("invocation_started_at") or metadata["generated_at"]),
        elapsed_seconds=document["elapsed_time"],
        nodes=nodes,
    )
