"""What the program adds to helm-values/kube-prometheus-stack.yaml: sizes, claims, retention, names of secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .budget import Pod, Workload
from .rows import CONFIG_RELOADER, GRAFANA_SIDECAR, GRAFANA_SIDECARS, MonitoringBudget, NodeBudget
from .settings import Settings
from .values import chart_values
from .versions import KUBE_PROMETHEUS
from .web import public_url


def monitoring_values(
    settings: Settings,
    sizing: MonitoringBudget,
    nodes: NodeBudget | None,
    *,
    admin_secret: str,
    alertmanager_secret: str,
    receiver_secrets: Sequence[str],
) -> dict[str, Any]:
    """`nodes` is None where no node-exporter runs. None of the values is secret."""
    computed: dict[str, Any] = {
        "prometheusOperator": {
            "resources": sizing.operator.resources(),
            "prometheusConfigReloader": {"resources": CONFIG_RELOADER.resources()},
        },
        "prometheus": {
            "prometheusSpec": {
                "resources": sizing.prometheus.without(CONFIG_RELOADER).resources(),
                "retention": f"{settings.retention.metrics_days}d",
                "retentionSize": f"{sizing.kept_metrics.mib}MiB",
                "storageSpec": _claim(sizing.prometheus, settings.storage_class),
            }
        },
        "alertmanager": {
            "alertmanagerSpec": {
                "resources": sizing.alertmanager.without(CONFIG_RELOADER).resources(),
                "configSecret": alertmanager_secret,
                # Mounted below /etc/alertmanager/secrets.
                "secrets": list(receiver_secrets),
                "storage": _claim(sizing.alertmanager, settings.storage_class),
            }
        },
        "grafana": {
            "admin": {"existingSecret": admin_secret},
            "resources": sizing.grafana.without(*[GRAFANA_SIDECAR] * GRAFANA_SIDECARS).resources(),
            "sidecar": {"resources": GRAFANA_SIDECAR.resources()},
        },
        "kube-state-metrics": {"resources": sizing.kube_state_metrics.resources()},
        "nodeExporter": {"enabled": nodes is not None},
    }
    if nodes is not None:
        computed["prometheus-node-exporter"] = _node_exporter(nodes)
    if public_url("grafana", settings) is not None:
        computed["grafana"]["grafana.ini"] = {"server": {"root_url": grafana_url(settings)}}
    return chart_values(KUBE_PROMETHEUS, computed)


def grafana_url(settings: Settings) -> str:
    """Where a person opens Grafana; inside the cluster without a domain."""
    return public_url("grafana", settings) or "http://grafana.lake-monitoring.svc.cluster.local"


def _node_exporter(nodes: NodeBudget) -> dict[str, Any]:
    exporter: Pod = nodes.exporter
    return {"namespaceOverride": nodes.namespace, "resources": exporter.resources()}


def _claim(workload: Workload, storage_class: str) -> dict[str, Any]:
    spec = {
        "storageClassName": storage_class,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": str(workload.volume)}},
    }
    return {"volumeClaimTemplate": {"spec": spec}}
