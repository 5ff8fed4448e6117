"""What was read of a cluster at one moment, and how to look into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

Object = Mapping[str, Any]
PLATFORM_PREFIX = "lake-"


@dataclass(frozen=True)
class Volume:
    """How full a claim's volume is, as its node's kubelet measured it; shares from 0 to 1."""

    namespace: str
    claim: str
    used_share: float
    used_inodes_share: float


@dataclass(frozen=True)
class Snapshot:
    """The objects of a cluster by kind. `kinds` is None where discovery could not be read."""

    now: datetime
    objects: Mapping[str, Sequence[Object]] = field(default_factory=dict)
    kinds: frozenset[str] | None = None
    """Every served kind as `group/Kind`."""
    release_notes: Mapping[str, str] = field(default_factory=dict)
    """Helm's own description of unfinished releases, by `namespace/secret`."""
    volumes: tuple[Volume, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    """What could not be read, and why."""

    def everywhere(self, kind: str) -> Sequence[Object]:
        return self.objects.get(kind, [])

    def platform(self, kind: str) -> Iterator[Object]:
        """The objects of a kind in the platform's namespaces."""
        return (item for item in self.everywhere(kind) if namespace_of(item).startswith(PLATFORM_PREFIX))

    def names(self, kind: str) -> set[tuple[str, str]]:
        return {(namespace_of(item), name_of(item)) for item in self.everywhere(kind)}

    def has_read(self, kind: str) -> bool:
        return kind in self.objects and kind not in self.unread

    def events_about(self, kind: str, namespace: str, name: str) -> list[Object]:
        """Warnings about an object, newest first."""
        return self._events.get((kind, namespace, name), [])

    def older_than(self, moment: datetime | None, age: timedelta) -> bool:
        return moment is not None and self.now - moment > age

    @cached_property
    def _events(self) -> dict[tuple[str, str, str], list[Object]]:
        found: dict[tuple[str, str, str], list[Object]] = {}
        for event in self.everywhere("Event"):
            if event.get("type") != "Normal":
                about = event.get("involvedObject", {})
                key = (about.get("kind", ""), about.get("namespace", ""), about.get("name", ""))
                found.setdefault(key, []).append(event)
        for events in found.values():
            events.sort(key=last_seen, reverse=True)
        return found

    @cached_property
    def ready_endpoints(self) -> Mapping[tuple[str, str], int]:
        """The number of ready addresses of each service."""
        counts: dict[tuple[str, str], int] = {}
        for item in self.everywhere("EndpointSlice"):
            service = labels_of(item).get("kubernetes.io/service-name", "")
            ready = [e for e in item.get("endpoints") or [] if e.get("conditions", {}).get("ready") is not False]
            key = (namespace_of(item), service)
            counts[key] = counts.get(key, 0) + len(ready)
        return counts


def name_of(item: Object) -> str:
    return str(item["metadata"]["name"])


def namespace_of(item: Object) -> str:
    return str(item["metadata"].get("namespace", ""))


def labels_of(item: Object) -> Mapping[str, str]:
    return item["metadata"].get("labels") or {}


def created(item: Object) -> datetime | None:
    return moment(item["metadata"].get("creationTimestamp"))


def status_of(item: Object) -> Mapping[str, Any]:
    return item.get("status") or {}


def describe(kind: str, item: Object) -> str:
    """`Kind namespace/name`, or `Kind name` of what is in no namespace."""
    return describe_name(kind, namespace_of(item), name_of(item))


def describe_name(kind: str, namespace: str, name: str) -> str:
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def condition(item: Object, kind: str) -> Mapping[str, Any]:
    """A condition of an object's status; empty where it has none."""
    conditions: Iterable[Mapping[str, Any]] = status_of(item).get("conditions") or []
    return next((c for c in conditions if c.get("type") == kind), {})


def changed(found: Mapping[str, Any]) -> datetime | None:
    """When a condition became what it is."""
    return moment(found.get("lastTransitionTime"))


def moment(text: str | None) -> datetime | None:
    """A time as the API writes it."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def last_seen(event: Object) -> datetime:
    series = event.get("series") or {}
    text = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    return moment(text or event["metadata"].get("creationTimestamp")) or datetime.min.replace(tzinfo=UTC)


def first_seen(event: Object) -> datetime | None:
    text = event.get("firstTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp")
    return moment(text)


def owner_of(item: Object) -> tuple[str, str]:
    """Kind and name of the controller of an object; empty where it has none."""
    owners = item["metadata"].get("ownerReferences") or []
    return next(((o["kind"], o["name"]) for o in owners if o.get("controller")), ("", ""))


def selects(selector: Mapping[str, str], item: Object) -> bool:
    own = labels_of(item)
    return all(own.get(key) == value for key, value in selector.items())
