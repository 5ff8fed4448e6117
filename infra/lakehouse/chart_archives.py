"""The charts that a stack installs, and whether a folder of archives holds each of them at the pinned version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from . import versions
from .profile import Profile
from .settings import CertManager, Ingestion, Settings
from .sizing import Sizing
from .versions import Chart

ALWAYS = (versions.CLOUDNATIVE_PG, versions.BARMAN_CLOUD, versions.KUBE_PROMETHEUS)
IN_PRODUCTION = (
    versions.TRINO,
    versions.SUPERSET,
    versions.DATAHUB,
    versions.DAGSTER,
    versions.OPENSEARCH,
    versions.STRIMZI,
)


def installed_charts(settings: Settings) -> tuple[Chart, ...]:
    """In no order that matters."""
    return (
        *ALWAYS,
        *(IN_PRODUCTION if settings.profile is Profile.PRODUCTION else ()),
        *((versions.AIRBYTE,) if settings.ingestion is Ingestion.AIRBYTE else ()),
        *((versions.CERT_MANAGER,) if settings.cert_manager is CertManager.INSTALL else ()),
    )


def charts_are_there(settings: Settings, _: Sizing) -> Iterator[str]:
    """Every chart of the stack, when they come from a folder."""
    if settings.chart_directory is None:
        return
    folder = Path(settings.chart_directory)
    given = f"lakehouse:chartDirectory is {settings.chart_directory!r}"
    if not folder.is_dir():
        yield (
            f"{given}, which is not a folder. No chart could be installed. Fill one with `helm pull`, or remove the "
            "setting to pull from the charts' repositories."
        )
        return
    for chart in installed_charts(settings):
        if not (folder / chart.archive).is_file():
            source = chart.repository if chart.is_oci else f"{chart.name} --repo {chart.repository}"
            yield (
                f"{given}, which holds no {chart.archive}. The program supports no other version of {chart.name}. "
                f"Run: helm pull {source} --version {chart.version} --destination {settings.chart_directory}"
            )
