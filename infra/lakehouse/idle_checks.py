"""Settings that would do nothing beside the others: each is a misunderstanding, so each is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .profile import Profile
from .settings import (
    AirbyteSettings,
    CertManager,
    Ingestion,
    IngressSettings,
    Provisioner,
    Settings,
    StoreMode,
    TableFormat,
)
from .sizing import Sizing

_CERT_MANAGER_NAMESPACE = Settings.model_fields["cert_manager_namespace"].default


@dataclass(frozen=True)
class Idle:
    """`is_idle` says whether the setting is there and does nothing, `why` in the words of the user's configuration."""

    key: str
    is_idle: Callable[[Settings], bool]
    why: str


IDLE: tuple[Idle, ...] = (
    Idle(
        "tableFormat",
        lambda s: s.table_format is TableFormat.ICEBERG and s.profile is Profile.LIGHTWEIGHT,
        "is iceberg, but the lightweight profile has no Trino: DuckDB writes Parquet",
    ),
    Idle(
        "oidc",
        lambda s: s.oidc is not None and s.profile is Profile.LIGHTWEIGHT,
        "is set, but the lightweight profile has no Trino to log in to",
    ),
    Idle(
        "oidcClientSecret",
        lambda s: s.oidc_client_secret is not None and s.oidc is None,
        "is set, but lakehouse:oidc is not: nobody is asked with it",
    ),
    Idle(
        "dataHub.suspendIngestion",
        lambda s: s.data_hub.suspend_ingestion and s.profile is Profile.LIGHTWEIGHT,
        "is true, but the lightweight profile has no DataHub",
    ),
    Idle(
        "airbyte",
        lambda s: s.ingestion is Ingestion.DIRECT and s.airbyte != AirbyteSettings(),
        "is set, but lakehouse:ingestion is direct: the runs extract, and Airbyte is not installed",
    ),
    Idle(
        "certManagerNamespace",
        lambda s: s.cert_manager is CertManager.INSTALL and s.cert_manager_namespace != _CERT_MANAGER_NAMESPACE,
        "is set, but lakehouse:certManager is install: it gets a namespace of this platform",
    ),
    Idle(
        "ingress",
        lambda s: s.domain is None and s.ingress != IngressSettings(),
        "is set, but lakehouse:domain is not: there is no host name to route",
    ),
    Idle(
        "objectStore.providerEndpoint",
        lambda s: s.object_store.provider_endpoint is not None and not _has_provider(s),
        "is set, but no provider makes the buckets",
    ),
    Idle(
        "objectStore.adoptExisting",
        lambda s: s.object_store.adopt_existing and not _has_provider(s),
        "is true, but no provider makes the buckets",
    ),
    Idle(
        "objectStore.provisioner",
        lambda s: s.object_store.provisioner is Provisioner.PROVIDER and not _is_ours(s),
        "is provider, but lakehouse:objectStore.mode is external: its owner makes buckets and users",
    ),
    Idle(
        "objectStoreCredentials",
        lambda s: s.object_store_credentials is not None and _is_ours(s),
        "is set, but lakehouse:objectStore.mode is internal: our own store has keys of its own",
    ),
)


def settings_do_something(settings: Settings, _: Sizing) -> Iterator[str]:
    """Every setting that would be ignored."""
    for idle in IDLE:
        if idle.is_idle(settings):
            path = " --path" if "." in idle.key else ""
            yield (
                f"lakehouse:{idle.key} {idle.why}. It would do nothing, or not what it seems. Remove it: "
                f"pulumi config rm{path} lakehouse:{idle.key}"
            )


def _is_ours(settings: Settings) -> bool:
    return settings.object_store.mode is StoreMode.INTERNAL


def _has_provider(settings: Settings) -> bool:
    return settings.object_store.provisioner is Provisioner.PROVIDER and _is_ours(settings)
