"""Every setting that a page, or a message of the program, names exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lakehouse.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "infra").glob("*.md"), *(ROOT / "ops").rglob("*.md")]
# `lakehouse:index:Postgres` is a type of resource.
NAMED = re.compile(r"\blakehouse:((?!index:)[a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)*)(?![A-Za-z.]*[<{])")
NESTED = re.compile(r"\blakehouse:([A-Za-z.]+)")
SCHEMA = Settings.model_json_schema()


def named(text: str) -> set[str]:
    return set(NAMED.findall(text))


def exists(setting: str) -> bool:
    return follow(SCHEMA, setting.split("."))


def follow(schema: dict[str, Any], path: list[str]) -> bool:
    """Whether the path leads somewhere; below a map everything is a name that its user chose."""
    if not path:
        return True
    for one in variants(schema):
        if path[0] in one.get("properties", {}):
            return follow(one["properties"][path[0]], path[1:])
        if isinstance(one.get("additionalProperties"), dict) or one.get("format") == "password":
            return True
    return False


def variants(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        yield from variants(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from variants(one)
    else:
        yield schema


def test_a_setting_that_is_not_there_is_told_apart() -> None:
    assert named("set `lakehouse:postgres.generation`; lakehouse:index:Postgres") == {"postgres.generation"}
    for real in ("odoo.host", "overrides.airbyte.replicas", "objectStoreCredentials.default.accessKey", "people"):
        assert exists(real), real
    for invented in ("postgres.recovery", "odoo.hots", "profiles", "schedule.hour"):
        assert not exists(invented), invented


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_settings_that_exist(page: Path) -> None:
    assert not sorted(setting for setting in named(page.read_text()) if not exists(setting))


def test_messages_name_settings_that_exist() -> None:
    sources = [file for part in ("infra/lakehouse", "pipelines/odoo_lake") for file in (ROOT / part).rglob("*.py")]
    found = {file.name: sorted(s for s in named(file.read_text()) if not exists(s)) for file in sources}
    assert not {name: settings for name, settings in found.items() if settings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_part_of_a_setting_is_set_by_its_path(page: Path) -> None:
    """Without `--path`, Pulumi takes the dots for a part of the key's name."""
    commands = re.findall(r"pulumi config (?:set|rm|get) [^`\n]*", page.read_text())
    nested = [command for command in commands if any("." in setting for setting in NESTED.findall(command))]
    assert not [command for command in nested if "--path" not in command]
