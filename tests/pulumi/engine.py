"""A stack run by the installed `pulumi` command: a copy of the project, encrypted state in files, a real API server."""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi import automation

from tests.cluster.control_plane import ControlPlane
from tests.cluster.deployment import chart_of
from tests.program.recorder import SAMPLES, SECRET_CONFIG, run_program, stack_config
from tests.render.archives import Missing, cache_folder, find

ROOT = Path(__file__).resolve().parents[2]
# What the copy must have of its own: `stack init` writes into a stack's file.
COPIED = ("infra", "Pulumi.yaml")
NOT_LINKED = {".git", "demo", *COPIED}
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info")


@dataclass
class Engine:
    """One stack. `said` is everything that the engine printed."""

    project: Path
    backend: Path
    stack: automation.Stack
    passphrase: str
    said: list[str] = field(default_factory=list)

    def up(self, **options: Any) -> automation.UpResult:
        return self.stack.up(on_output=self.said.append, on_error=self.said.append, color="never", **options)

    def preview(self, **options: Any) -> automation.PreviewResult:
        return self.stack.preview(on_output=self.said.append, on_error=self.said.append, color="never", **options)

    def destroy(self) -> None:
        """As a user does it: with the preview first, which `Stack.destroy` leaves out."""
        workspace = self.stack.workspace
        arguments = ["destroy", "--yes", "--stack", self.stack.name, "--color", "never"]
        workspace.pulumi_command.run(
            arguments, str(self.project), workspace.env_vars, on_output=self.said.append, on_error=self.said.append
        )

    def set(self, key: str, value: object) -> None:
        """Set `lakehouse:<key>` in the copy's stack file; None removes it."""
        document = yaml.safe_load(self.stack_file.read_text())
        document["config"][f"lakehouse:{key}"] = value
        if value is None:
            del document["config"][f"lakehouse:{key}"]
        self.stack_file.write_text(yaml.safe_dump(document))

    @property
    def stack_file(self) -> Path:
        return self.project / "infra" / "stacks" / f"Pulumi.{self.stack.name}.yaml"

    def files(self) -> Mapping[Path, str]:
        """What lies in the state's folder, its history and backups included."""
        return {path: path.read_text(errors="replace") for path in self.backend.rglob("*") if path.is_file()}


def new_engine(directory: Path, cluster: ControlPlane, stack: str, config: Mapping[str, object]) -> Engine:
    """A new stack with the sample configuration of `stack` and `config` (camelCase keys) on top."""
    if shutil.which("pulumi") is None:
        pytest.skip("the Pulumi engine can't run: the pulumi command is not on the PATH")
    need_charts(stack_config(stack, **config))
    backend = directory / "state"
    backend.mkdir(parents=True, exist_ok=True)
    passphrase = f"planted-passphrase-{secrets.token_hex(8)}"
    project = project_copy(directory / "project")
    environment = {
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": passphrase,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "KUBECONFIG": str(cluster.kubeconfig),
    }
    options = automation.LocalWorkspaceOptions(env_vars=environment, secrets_provider="passphrase")
    made = automation.create_stack(stack, work_dir=str(project), opts=options)
    for key, value in SECRET_CONFIG.items():
        made.set_config(key, automation.ConfigValue(value, secret=True))
    engine = Engine(project, backend, made, passphrase)
    engine.set("chartDirectory", str(cache_folder()))
    for name, setting in config.items():
        engine.set(name, setting)
    return engine


def project_copy(directory: Path) -> Path:
    """The project, sample stacks, and links to all that is only read; the running Python's environment is its own."""
    directory.mkdir(parents=True)
    shutil.copytree(ROOT / "infra", directory / "infra", ignore=IGNORED)
    shutil.copytree(SAMPLES, directory / "infra" / "stacks", dirs_exist_ok=True)
    shutil.copy(ROOT / "Pulumi.yaml", directory)
    for entry in ROOT.iterdir():
        if entry.name not in NOT_LINKED and not entry.name.startswith("."):
            (directory / entry.name).symlink_to(entry)
    (directory / ".venv").symlink_to(sys.prefix)
    return directory


def need_charts(config: Mapping[str, Any]) -> None:
    """Skip where a chart that this configuration installs is neither in the cache nor in reach."""
    wanted = {chart_of(release.manifest) for release in run_program(config).releases}
    missing = [found for found in map(find, wanted) if isinstance(found, Missing)]
    if missing:
        names = ", ".join(f"{item.chart.name} {item.chart.version}" for item in missing)
        pytest.skip(f"the {config['lakehouse:profile']} platform can't be brought up: no archive of {names}")
