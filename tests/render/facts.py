"""What is known of each pinned chart without its archive: `tests/charts/<chart>.yaml`, written by `make charts-facts`.

The facts are the version and digest of the archive, the keys that its values files and templates know, the containers
that come out and the value that sizes each, and the hooks. They let a misspelt key fail where no chart can be had.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from tests.render.archives import PUBLISHED, Archive, Missing, find
from tests.render.manifests import Rendered, operated, render
from tests.render.releases import Release, releases

FOLDER = Path(__file__).resolve().parents[1] / "charts"
_HEADER = "# Facts read from the archive by `make charts-facts`; nothing here is written by hand.\n"
_READ = re.compile(r"(?P<sub>(?:charts/[^/]+/)*)(?:values\.yaml|templates/.+)")
_REFERENCE = re.compile(r"\.Values((?:\.[A-Za-z0-9_]+)+)")
# A map that a template writes out, walks or hands on whole: what is below it is the user's.
_WHOLE = (
    re.compile(r"(?:toYaml|toJson|toRawJson|omit|range\s[^}]*?:=)\s+\(?\$?\.Values((?:\.[A-Za-z0-9_]+)+)"),
    re.compile(r"\.Values((?:\.[A-Za-z0-9_]+)+)\s*\)?\s*\|\s*(?:toYaml|toJson|toRawJson)(?!\s*\|\s*sha256sum)"),
    re.compile(r"with\s+\$?\.Values((?:\.[A-Za-z0-9_]+)+)[^}]*}}[^{]*{{-?\s*(?:toYaml|tpl \(toYaml) \."),
    re.compile(r"range\s[^}]*?:=\s*index\s+\$?\.Values\s+\"([^\"]+)\""),
)
# Sizes that no chart and no profile uses: a container that shows one was sized by the value that got it.
_FIRST_MARK_MIB = 100_001


class ContainerFact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    container: str
    # The value whose `requests` and `limits` this container gets; None for a size that is fixed in the template.
    sized_by: str | None


class ChartFacts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    chart: str
    version: str
    sha256: str
    source: str
    containers: list[ContainerFact]
    hooks: list[str]
    # Keys that no values file has and a template reads, as dotted paths.
    template_keys: list[str]
    # Maps that a template takes whole: any key may stand below them.
    free_form: list[str]
    # Every key of the values files; where none stand below it the chart takes anything.
    keys: dict[str, Any]

    @property
    def is_published_archive(self) -> bool:
        return self.source == PUBLISHED


def load(chart: str) -> ChartFacts:
    return ChartFacts.model_validate(yaml.safe_load((FOLDER / f"{chart}.yaml").read_text()))


def recorded() -> list[str]:
    """Charts whose facts are kept."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read(archive: Archive, release: Release) -> ChartFacts:
    """The facts of an archive, as this release's values use it."""
    rendered = render(archive, release.name, release.namespace, release.values)
    keys: dict[str, Any] = {}
    named: set[str] = set()
    whole: set[str] = set()
    for path, text in _files(archive.path):
        prefix = _sub_chart(path)
        if prefix and prefix[0] not in rendered.sub_charts:
            continue
        if path.name == "values.yaml":
            _add(keys, prefix, yaml.safe_load(text) or {})
        else:
            named.update(_references(text, prefix, (_REFERENCE,)))
            whole.update(_references(text, prefix, _WHOLE))
    return ChartFacts(
        chart=archive.chart.name,
        version=archive.chart.version,
        sha256=archive.sha256,
        source=archive.source,
        containers=_containers(archive, release, rendered),
        hooks=sorted(f"{kind}/{name}: {moments}" for kind, name, moments in rendered.hooks),
        template_keys=sorted(path for path in named if not _in_tree(path, keys)),
        free_form=sorted(path for path in whole if _has_keys(path, keys)),
        keys=keys,
    )


def unknown_keys(values: Mapping[str, Any], facts: ChartFacts) -> list[str]:
    """Keys of `values` that the chart neither declares nor reads. Below a free-form map anything goes."""
    return list(_unknown(values, facts.keys, facts, ""))


def _unknown(values: Mapping[str, Any], keys: Mapping[str, Any], facts: ChartFacts, path: str) -> Iterator[str]:
    for key, value in values.items():
        where = f"{path}.{key}" if path else key
        if where in facts.free_form or where in facts.template_keys:
            continue
        below = keys.get(key)
        leads_to_known = any(other.startswith(where + ".") for other in facts.template_keys)
        if key not in keys and not leads_to_known:
            yield where
        elif isinstance(value, Mapping) and (below or leads_to_known):
            yield from _unknown(value, below or {}, facts, where)


def _files(archive: Path) -> Iterator[tuple[PurePosixPath, str]]:
    """The values files and templates of a chart and its sub-charts, below the chart's folder."""
    with tarfile.open(archive) as files:
        for member in files:
            path = PurePosixPath(member.name.partition("/")[2])
            content = files.extractfile(member) if _READ.fullmatch(str(path)) else None
            if content:
                yield path, content.read().decode()


def _sub_chart(path: PurePosixPath) -> tuple[str, ...]:
    """The names of the sub-charts that a file lies in, outermost first."""
    place = _READ.fullmatch(str(path))
    return tuple((place["sub"] if place else "").split("/")[1::2])


def _add(keys: dict[str, Any], prefix: tuple[str, ...], values: Mapping[str, Any]) -> None:
    """Add the keys of a values file below its sub-chart's name; `global` is shared."""
    for key, value in values.items():
        where = () if key == "global" else prefix
        here = keys
        for part in (*where, key):
            here = here.setdefault(part, {})
        _merge(here, value)


def _merge(keys: dict[str, Any], value: Any) -> None:
    if isinstance(value, Mapping):
        for key, below in value.items():
            _merge(keys.setdefault(key, {}), below)


def _has_keys(path: str, keys: Mapping[str, Any]) -> bool:
    """Whether the values files give the map keys of its own."""
    before, _, rest = path.partition(".")
    if path in keys:
        return bool(keys[path])
    return bool(rest) and before in keys and _has_keys(rest, keys[before])


def _in_tree(path: str, keys: Mapping[str, Any]) -> bool:
    here: Mapping[str, Any] | None = keys
    for part in path.split("."):
        if not here:
            return True
        if part not in here:
            return False
        here = here[part]
    return True


def _references(text: str, prefix: tuple[str, ...], patterns: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    for match in (match for pattern in patterns for match in pattern.finditer(text)):
        path = match[1].removeprefix(".")
        yield path if path.startswith("global.") else ".".join((*prefix, path))


def _containers(archive: Archive, release: Release, rendered: Rendered) -> list[ContainerFact]:
    marked, owners = _marked(release.values)
    sizes = {name: _memory(item) for name, item in sized(render(archive, release.name, release.namespace, marked))}
    return [ContainerFact(container=name, sized_by=owners.get(sizes[name])) for name, _ in sized(rendered)]


def sized(rendered: Rendered) -> list[tuple[str, Mapping[str, Any]]]:
    """Everything with `resources`: the containers, and custom resources that an operator makes pods of."""
    containers = [entry for pod in rendered.pods for entry in pod.containers]
    return [*containers, *((f"{item['kind']}/{item['metadata']['name']}", item["spec"]) for item in operated(rendered))]


def _memory(sized_item: Mapping[str, Any]) -> str:
    return str(((sized_item.get("resources") or {}).get("limits") or {}).get("memory"))


def _marked(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values with a unique memory limit at each size, and which path got which."""
    owners: dict[str, str] = {}

    def walk(value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [walk(item, f"{path}[{number}]") for number, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if path.lower().endswith("resources") and "limits" in value:
            mark = f"{_FIRST_MARK_MIB + len(owners)}Mi"
            owners[mark] = path
            return {**value, "limits": {**value["limits"], "memory": mark}}
        return {key: walk(item, f"{path}.{key}" if path else key) for key, item in value.items()}

    return walk(values, ""), owners


class _Indented(yaml.SafeDumper):
    """Lists stand below their key, as the linter wants them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def main() -> int:
    """Rewrite the facts of every chart whose archive can be had."""
    for release in releases("production"):
        archive = find(release.chart)
        if isinstance(archive, Missing):
            sys.stderr.write(f"{release.chart.name} {release.chart.version}: {archive.reason}; its facts stay\n")
            continue
        facts = read(archive, release).model_dump()
        text = yaml.dump(facts, Dumper=_Indented, sort_keys=False, width=150)
        (FOLDER / f"{release.chart.name}.yaml").write_text(_HEADER + text)
        sys.stderr.write(f"{release.chart.name} {release.chart.version}: {len(facts['containers'])} containers\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
