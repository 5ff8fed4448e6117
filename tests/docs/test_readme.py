"""The README agrees with what is there: commands parse, the fast ones run, the tree and the links are real."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from odoo_lake.cli.app import app
from odoo_lake.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "contracts/README.md")
FAST = (("--version",), ("--help",), ("contract", "lint"), ("contract", "personal"))


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        pytest.skip("this copy is no git checkout, so what belongs to it is not known")
    return done.stdout.splitlines()


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language on all pages."""
    return [
        block for page in PAGES for block in re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.S)
    ]


def commands(program: str) -> list[list[str]]:
    """What the pages tell the reader to type, in blocks and within sentences: the arguments of a program."""
    text = "\n".join((ROOT / page).read_text() for page in PAGES)
    typed = [line for language in ("bash", "text") for block in blocks(language) for line in block.splitlines()]
    typed += re.findall(rf"`({program} [^`\n]+)`", text)
    words = [shlex.split(line.strip(), comments=True) for line in typed if re.match(rf"\s*(\S*/)?{program} ", line)]
    return [line[1 : line.index(">")] if ">" in line else line[1:] for line in words]


@pytest.mark.parametrize("arguments", commands("odoo-lake"), ids=" ".join)
def test_a_command_of_the_readme_exists_with_its_options(arguments: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    rest = arguments
    while hasattr(command, "commands"):
        assert rest
        assert rest[0] in command.commands
        command, rest = command.commands[rest[0]], rest[1:]
    if not rest and any(parameter.required for parameter in command.params):
        return  # named in a sentence, without what it works on
    with command.make_context(command.name, list(rest)):
        pass


def test_every_command_is_in_the_readme() -> None:
    group: Any = typer.main.get_command(app)
    assert set(group.commands) - {arguments[0] for arguments in commands("odoo-lake")} <= {"demo"}


@pytest.mark.parametrize("arguments", commands("make"), ids=" ".join)
def test_a_target_of_the_readme_exists(arguments: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    assert arguments[0] in targets


@pytest.mark.parametrize("arguments", FAST, ids=" ".join)
def test_a_fast_command_runs(arguments: tuple[str, ...]) -> None:
    program = Path(sys.executable).with_name("odoo-lake")
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_make_help_lists_every_target_of_the_readme() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == 0
    assert all(f"make {arguments[0]}" in done.stdout for arguments in commands("make"))


def test_the_layout_is_the_one_on_disk() -> None:
    [layout] = [block for block in blocks("text") if "pyproject.toml" in block]
    told = {line.split()[0].rstrip("/") for line in layout.splitlines()}
    there = {path.split("/")[0] for path in tracked()}
    ours = {name for name in there if not name.startswith(".") and not re.fullmatch(r"requirements.*\.lock", name)}
    assert told - ours == set(), "the README names what is not there"
    assert ours - told - {"BENCHMARKS.md"} == set(), "the README's layout misses it"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", (ROOT / page).read_text())
    assert [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()] == []


def test_the_settings_shown_are_valid_and_not_only_defaults(tmp_path: Path) -> None:
    for number, block in enumerate(blocks("yaml")):
        file = tmp_path / f"{number}.yaml"
        file.write_text(block)
        assert load_settings(file) != Settings()


def test_every_variable_of_the_program_is_explained() -> None:
    sources = [path.read_text() for path in (ROOT / "pipelines" / "odoo_lake").rglob("*.py")]
    used = {name for source in sources for name in re.findall(r'^\w+_VARIABLE = "(ODOO_LAKE_\w+)"', source, re.M)}
    readme = (ROOT / "README.md").read_text()
    # Set by the program for dbt, not by anybody else.
    assert {name for name in used if name not in readme} <= {"ODOO_LAKE_BUILD_DATABASE"}


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    # Put together here, so that this file does not name them either.
    forbidden = [
        "/" + "work/",
        "/ro" + "ot/",
        "/t" + "mp/wt",
        ".lib" + "rary/",
        "index" + "-url",
        "extra-index" + "-url",
    ]
    found = []
    for name in tracked():
        path = ROOT / name
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        found += [f"{name}: {text}" for text in forbidden if text.encode() in data]
    home = os.environ.get("HOME", "")
    assert found == []
    assert len(home) < 3 or not any(home in (ROOT / page).read_text() for page in PAGES)
