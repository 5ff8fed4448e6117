"""A label that a runbook's command selects by is on what the platform creates in that namespace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.monitoring.runbook_commands import RUNBOOKS, Command, commands_of
from tests.monitoring.scrape_targets import objects
from tests.program.conftest import shape
from tests.render.manifests import Object
from tests.render.releases import SHAPE

# Given by Airbyte, Dagster and Helm to what they make while they run.
OF_PRODUCTS = {"airbyte", "dagster/run-id", "owner", "status"}


def selected(command: Command) -> Iterator[tuple[str, str]]:
    """The keys and values that a kubectl command selects by."""
    words = command.words
    for index, word in enumerate(words[: words.index("--")] if "--" in words else words):
        option, _, text = word.partition("=")
        if option in ("-l", "--selector"):
            for part in (text or words[index + 1]).split(","):
                key, _, value = part.partition("=")
                yield key, value


def given(items: Iterable[Object]) -> Iterator[tuple[str, str, str]]:
    """Namespace, key and value of the labels of objects and of their pods."""
    for item in items:
        spec = item.get("spec") or {}
        template = (spec.get("jobTemplate", {}).get("spec") or spec).get("template") or {}
        for labelled in (item, template):
            metadata: Object = labelled.get("metadata") or {}
            for key, value in (metadata.get("labels") or {}).items():
                yield item["metadata"].get("namespace") or "", key, str(value)


def test_every_label_that_a_command_selects_by_is_given() -> None:
    moving = [item.manifest for item in shape("dev-store-copies").objects]
    known = {label for items in (*map(objects, SHAPE.values()), moving) for label in given(items)}
    anywhere = {(key, value) for _, key, value in known}
    unknown = []
    for command in (command for page in sorted(RUNBOOKS.rglob("*.md")) for command in commands_of(page)):
        words = command.words
        namespace = words[words.index("-n") + 1] if "-n" in words else None
        for key, value in selected(command):
            found = (namespace, key, value) in known if namespace else (key, value) in anywhere
            if key not in OF_PRODUCTS and not found:
                unknown.append(f"{command.file}: {namespace} {key}={value}")
    assert unknown == []
