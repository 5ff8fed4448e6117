"""How each chart is told of the registry that holds copies of its images (`lakehouse:imageRegistry`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import versions
from .versions import Chart

# Dagster and Superset run images that the program names whole.
_VALUES: Mapping[Chart, Callable[[str], dict[str, Any]]] = {
    versions.AIRBYTE: lambda mirror: {"global": {"image": {"registry": mirror}}},
    versions.TRINO: lambda mirror: {"image": {"registry": mirror}},
    versions.SUPERSET: lambda _: {},
    versions.DATAHUB: lambda mirror: {"global": {"imageRegistry": mirror}},
    versions.DAGSTER: lambda _: {},
    # The chart has one key for registry and path.
    versions.CLOUDNATIVE_PG: lambda mirror: {"image": {"repository": f"{mirror}/cloudnative-pg/cloudnative-pg"}},
    versions.BARMAN_CLOUD: lambda mirror: {"image": {"registry": mirror}, "sidecarImage": {"registry": mirror}},
    versions.CERT_MANAGER: lambda mirror: {"imageRegistry": mirror},
    versions.OPENSEARCH: lambda mirror: {"global": {"dockerRegistry": mirror}},
    versions.STRIMZI: lambda mirror: {"defaultImageRegistry": mirror},
    versions.KUBE_PROMETHEUS: lambda mirror: {"global": {"imageRegistry": mirror}},
}


def registry_values(chart: Chart, mirror: str | None) -> dict[str, Any]:
    """What a release's values have beside the rest; nothing without a mirror."""
    return {} if mirror is None else _VALUES[chart](mirror)
