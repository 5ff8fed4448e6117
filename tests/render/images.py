"""Every image that a stack pulls, for a registry of copies: `make images STACK=prod`. No cluster is asked.

They stand in typed objects, in rendered charts, and in what operators are told: variables, arguments and resources of
theirs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from lakehouse.versions import Chart
from rules import REGISTRIES
from tests.program.recorder import Program, committed_config, committed_stacks, is_named_by, revealed, run_program
from tests.render.archives import Missing, find
from tests.render.manifests import render
from tests.render.releases import CHARTS

# Keys whose text is an image, whatever registry it names.
_KEYS = {"image", "imageName"}
_TAGGED = r"[a-z0-9][a-z0-9._/-]*(?::[A-Za-z0-9][A-Za-z0-9._-]*)?(?:@sha256:[0-9a-f]{64})?"
_WHOLE = re.compile(r"[a-z0-9][a-z0-9.:/_-]*/[a-z0-9._/-]+:[A-Za-z0-9][A-Za-z0-9._-]*")


class NotRenderedError(Exception):
    """A chart whose archive cannot be had: its images are not known."""


def images(program: Program, mirror: str | None = None) -> list[str]:
    """Every image once, in the order of their names; raises NotRenderedError. `mirror` is the stack's own registry."""
    registries = (*REGISTRIES, mirror) if mirror else REGISTRIES
    named = re.compile(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, registries))})/{_TAGGED}")
    found = set(_in((item.manifest for item in program.objects), named))
    for item in program.releases:
        inputs = revealed(item.inputs)
        archive = find(_chart(inputs))
        if isinstance(archive, Missing):
            raise NotRenderedError(f"{archive.chart.name} {archive.chart.version} is {archive.reason}")
        objects = render(archive, inputs["name"], inputs["namespace"], inputs.get("values") or {}).objects
        found.update(_in((o for o in objects if o["kind"] != "CustomResourceDefinition"), named))
    return sorted(image for image in found if ":" in image)


def _chart(inputs: dict[str, Any]) -> Chart:
    return next(chart for chart in CHARTS.values() if is_named_by(chart, str(inputs["chart"])))


def _in(values: Iterable[Any], named: re.Pattern[str]) -> Iterator[str]:
    for value in values:
        yield from _of(value, "", named)


def _of(value: Any, key: str, named: re.Pattern[str]) -> Iterator[str]:
    if isinstance(value, dict):
        # A variable says in its name what its value is.
        variable = str(value.get("name", "")) if isinstance(value.get("value"), str) else ""
        for below, item in value.items():
            yield from _of(item, variable if below == "value" else str(below), named)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _of(item, key, named)
    elif isinstance(value, str):
        if key in _KEYS or (key.endswith("IMAGE") and _WHOLE.fullmatch(value)):
            yield value
        else:
            yield from named.findall(value)


def main(stack: str) -> int:
    known = committed_stacks()
    if stack not in known:
        sys.stderr.write(f"STACK is {stack!r}, so no stack is chosen. Run: make images STACK=<{'|'.join(known)}>\n")
        return 2
    try:
        config = committed_config(stack)
        listed = images(run_program(config, stack=stack), config.get("lakehouse:imageRegistry"))
    except NotRenderedError as error:
        sys.stderr.write(
            f"The list would not be whole: {error}. Put the archive there, or make the repository reachable.\n"
        )
        return 1
    sys.stdout.write("\n".join(listed) + "\n")
    sys.stderr.write("Airbyte pulls its connectors when a sync starts, as its own registry names them.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
