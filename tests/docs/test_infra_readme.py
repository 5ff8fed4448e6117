"""The page's commands make a stack that the program accepts; its tables name files, settings and targets that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from odoo_lake.cli.app import app
from tests.program.recorder import SECRET_CONFIG, committed_config, run_program

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "infra" / "README.md").read_text()
CELLS = re.findall(r"^\| (?!to \|)([^|]+) \| ([^|]+) \| ([^|]+) \|$", README, re.M)
CODE = sorted({code for _, where, _ in CELLS for code in re.findall(r"`([^`]+)`", where)})
PATHS = [code for code in CODE if re.fullmatch(r"/?[\w.<>-]+(/[\w.<>-]*)*", code) and ("/" in code or "." in code[-5:])]
SETTINGS = [code for code in CODE if code.startswith("lakehouse:")]
TARGETS = [code.split()[1] for code in CODE if code.startswith("make ")]


def test_the_tables_are_read() -> None:
    assert len(CELLS) > 20
    assert len(PATHS) > 20
    assert "lakehouse:people" in SETTINGS
    assert "charts-facts" in TARGETS


@pytest.mark.parametrize("path", PATHS)
def test_a_path_exists(path: str) -> None:
    folder = ROOT if path.startswith("/") else ROOT / "infra"
    pattern = path.strip("/").replace("<stack>", "*")
    assert list(folder.glob(pattern)), f"{path} is not there"


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_declared(setting: str) -> None:
    assert setting in yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


def test_a_command_exists() -> None:
    group = typer.main.get_command(app)
    for code in (code for code in CODE if code.startswith("odoo-lake ")):
        command = group
        for word in code.split()[1:]:
            command = command.commands[word]  # type: ignore[attr-defined]


BLOCKS = [
    re.findall(r"^pulumi config set (.*)$", block, re.M) for block in re.findall(r"```bash\n(.*?)```", README, re.S)
]


def configured(config: dict[str, Any], lines: list[str]) -> dict[str, Any]:
    """What `pulumi config set` with these arguments makes of a stack's settings."""
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[0] == "--secret":
            config[words[1]] = SECRET_CONFIG[words[1]]
        elif words[0] == "--path":
            *path, last = words[1].split(".")
            place = config
            for name in path:
                place = place.setdefault(name, {})
            place[last] = words[2]
        else:
            config[words[0]] = words[1]
    return config


def test_the_commands_deploy_both_profiles() -> None:
    first, later = [block for block in BLOCKS if block]
    config = committed_config("dev")
    for secret in SECRET_CONFIG:
        config.pop(secret, None)
    built = run_program(configured(config, first), stack="dev")
    assert built.named("CronJob", "pipeline").metadata["namespace"] == "lake-dbt"
    grown = run_program(configured(config, later), stack="dev")
    assert [release.name for release in grown.releases if release.name in ("trino", "superset")]
    assert not [job for job in grown.of("CronJob") if job.metadata["name"] == "pipeline"]
