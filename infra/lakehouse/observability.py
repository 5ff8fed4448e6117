"""Monitoring of either profile: what is installed, what it reads, and whom it tells."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi

from .addresses import source_url
from .alert_routing import receiver_secrets
from .components.metrics_access import MetricsAccess, MetricsAccessArgs
from .components.monitoring import Monitoring, MonitoringArgs
from .components.query_exporter import SECRET, QueryExporter, QueryExporterArgs
from .databases import METRICS
from .exporters import Exporter, exporters
from .monitoring_rules import deployed_parts
from .plan import Foundations, Platform
from .profile import Profile
from .scraping import targets
from .secrets import SecretRef, secret_text
from .settings import CertManager, Settings, StoreMode

# The driver that query-exporter's image has.
DRIVER = "postgresql+psycopg2"


def build_observability(on: Foundations, built: Platform) -> None:
    """Declare it after the products, so that what it reads of them is there."""
    monitoring = _monitoring(on)
    read = exporters(parts(on.plan.settings))
    access = _access(on, read, built)
    exporter = _query_exporter(on, read, access)
    built.addresses.update(monitoring.addresses)
    built.secrets += [monitoring.admin, exporter.addresses]
    built.notes += notes(on.plan.settings)


def parts(settings: Settings) -> frozenset[str]:
    """What rule files may require of this stack."""
    deployed = deployed_parts(str(settings.profile), str(settings.ingestion))
    absent = {"minio"} if settings.object_store.mode is StoreMode.EXTERNAL else set()
    return deployed - absent - (set() if settings.backs_up else {"backup"})


def notes(settings: Settings) -> list[str]:
    """What the monitoring of this stack does not see or tell."""
    found = []
    if not receiver_secrets(settings.alerting):
        found.append("lakehouse:alerting names no receiver: alerts are seen in Grafana, and nobody is told")
    if settings.object_store.mode is StoreMode.EXTERNAL:
        found.append(
            "the object store is external: its space, requests and backups are not watched, "
            "and only its own access log says who touches bronze"
        )
    elif settings.profile is Profile.LIGHTWEIGHT:
        found.append("nobody writes down who touches bronze and the backup: only profile production does")
    if settings.object_store.mode is StoreMode.INTERNAL and not settings.backs_up:
        found.append("lakehouse:backup is off: bronze has no copy, and no drill tries to restore it")
    if settings.cert_manager is CertManager.EXISTING:
        found.append("cert-manager is not of this stack: CertificateExpiring is silent until its metrics are scraped")
    return found


def _monitoring(on: Foundations) -> Monitoring:
    plan = on.plan
    settings, sizing = plan.settings, plan.sizing
    return Monitoring(
        "monitoring",
        MonitoringArgs(
            site=plan.site,
            settings=settings,
            sizing=sizing.monitoring,
            nodes=sizing.node if settings.exports_nodes else None,
            parts=parts(settings),
            targets=targets(settings, plan.budgets),
            receivers=_receivers(settings),
        ),
        # cert-manager issues the webhook's certificate; monitors stand beside the pods that they select.
        plan.inside(*plan.budgets, after=(on.operators,)),
    )


def _access(on: Foundations, read: Sequence[Exporter], built: Platform) -> MetricsAccess:
    plan, postgres = on.plan, on.postgres
    ours = [exporter for exporter in read if exporter.is_ours]
    return MetricsAccess(
        "metrics-access",
        MetricsAccessArgs(
            site=plan.site,
            namespace=plan.sizing.postgres.namespace,
            sizing=plan.sizing.postgres.grants,
            exporters=ours,
            owners={exporter.name: postgres.logins[exporter.name] for exporter in ours},
        ),
        # A product makes its tables when it starts.
        plan.inside("postgres", after=(postgres, *built.products)),
    )


def _query_exporter(on: Foundations, read: Sequence[Exporter], access: MetricsAccess) -> QueryExporter:
    plan, login = on.plan, on.postgres.logins[METRICS]
    odoo = plan.settings.odoo
    source = source_url(odoo, pulumi.Output.secret(secret_text(plan.settings.odoo_password)), driver=DRIVER)
    return QueryExporter(
        "query-exporter",
        QueryExporterArgs(
            site=plan.site,
            namespace=plan.sizing.monitoring.namespace,
            sizing=plan.sizing.monitoring.query_exporter,
            exporters=read,
            addresses={
                exporter.name: login.url(exporter.name, driver=DRIVER) if exporter.is_ours else source
                for exporter in read
            },
            odoo=odoo,
            # Odoo's password is the user's: raising this secret's own generation rolls the pod after a change of it.
            logins=[login.secret, SecretRef(SECRET, plan.site.generation(SECRET))],
        ),
        plan.inside("monitoring", after=(access,)),
    )


def _receivers(settings: Settings) -> dict[str, pulumi.Output[str]]:
    if settings.alert_receivers is None:
        return {}
    given = json.loads(settings.alert_receivers.get_secret_value())
    return {name: pulumi.Output.secret(text) for name, text in given.items()}
