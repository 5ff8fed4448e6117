"""What may import what: the two programs not each other, and within each only what lies below."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIPELINES = ROOT / "pipelines" / "odoo_lake"
# From the ground up; a module may import what stands before its own line, and its own package.
LAYERS = (
    ("__init__", "errors", "parent_death", "progress", "cron"),
    ("contracts", "project", "product_setup"),
    ("settings",),
    ("business",),
    ("lake",),
    ("source", "sample", "object_store", "storage_check"),
    ("extract",),
    ("build",),
    ("reconcile",),
    ("record",),
    ("pipeline", "query_log"),
    ("trino", "restore"),
    ("backup",),
    ("doctor",),
    ("workspace",),
    ("airbyte", "gold_database", "report", "demo"),
    ("orchestration",),
    ("datahub", "metabase"),
    ("cli",),
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}


def imported(source: str) -> Iterator[str]:
    """Full names of the modules that a module imports, those inside functions too; relative ones begin with a dot."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def part_of(path: Path) -> str:
    return path.relative_to(PIPELINES).parts[0].removesuffix(".py")


def wrong_imports(path: Path, source: str) -> list[str]:
    own = part_of(path)
    names = [name.split(".") for name in imported(source)]
    own_names = [name[1] for name in names if name[0] == "odoo_lake" and len(name) > 1]
    return [name for name in own_names if name != own and LEVEL[name] >= LEVEL[own]]


def test_every_part_of_the_package_has_its_layer() -> None:
    assert {part_of(path) for path in PIPELINES.rglob("*.py")} == set(LEVEL)


@pytest.mark.parametrize("path", sorted(PIPELINES.rglob("*.py")), ids=lambda path: str(path.relative_to(PIPELINES)))
def test_a_module_imports_only_what_lies_below(path: Path) -> None:
    assert wrong_imports(path, path.read_text()) == []


def test_an_import_upwards_is_seen_even_in_a_function() -> None:
    source = "def f():\n    from odoo_lake.cli.app import main\n    import odoo_lake.lake.store"
    assert wrong_imports(PIPELINES / "build" / "run.py", source) == ["cli"]


@pytest.mark.parametrize(
    ("folder", "foreign"), [("infra", {"odoo_lake", "pipelines"}), ("pipelines", {"lakehouse", "infra"})]
)
def test_infra_and_pipelines_do_not_know_each_other(folder: str, foreign: set[str]) -> None:
    modules = [path for path in (ROOT / folder).rglob("*.py") if "site-packages" not in path.parts]
    assert modules
    found = {path: {name.split(".")[0] for name in imported(path.read_text())} & foreign for path in modules}
    assert {path: names for path, names in found.items() if names} == {}
