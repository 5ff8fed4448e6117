"""The table of what to change and where names files, settings and targets that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
import yaml

from odoo_lake.cli.app import app

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
