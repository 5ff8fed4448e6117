"""The one way a third-party chart is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from .mirror import registry_values
from .site import Site
from .values import overlay
from .versions import Chart

DEFAULT_TIMEOUT_SECONDS = 900


def install(
    name: str,
    chart: Chart,
    *,
    namespace: str,
    values: Mapping[str, Any],
    site: Site,
    opts: pulumi.ResourceOptions,
    skip_await: bool = False,
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS,
) -> Release:
    """Install `chart` as release `name`, which is also the prefix of its service names.

    `skip_await` is for charts whose hooks deadlock with Helm's wait. Values hold no secrets: one secret leaf would
    hide the whole map in every diff.
    """
    where: dict[str, Any]
    if site.chart_directory is not None:
        where = {"chart": str(site.chart_directory / chart.archive)}
    elif chart.is_oci:
        where = {"chart": chart.repository, "version": chart.version}
    else:
        where = {"chart": chart.name, "version": chart.version, "repository_opts": {"repo": chart.repository}}
    return Release(
        name,
        name=name,
        namespace=namespace,
        values=overlay(values, registry_values(chart, site.image_registry)),
        skip_await=skip_await,
        timeout=timeout_seconds,
        cleanup_on_fail=True,
        max_history=5,
        opts=opts,
        **where,
    )
