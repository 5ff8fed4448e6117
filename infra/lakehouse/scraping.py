"""What Prometheus reads: one PodMonitor per job, with the job labels that the rules and dashboards name.

Pods are selected, not services, so that every target is listed the same way. The charts' own monitors (the cluster's
state, the kubelets, Prometheus' own parts) come with kube-prometheus-stack.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .labels import STORE_PRODUCTS, selector
from .settings import CertManager, Settings, StoreMode
from .trino_access import METRICS_USER
from .trino_values import TLS_SECRET

MONITORING_API = "monitoring.coreos.com/v1"
INTERVAL = "30s"
# Numbers that MinIO gathers from all servers and drives.
SLOW_INTERVAL = "60s"
# A coordinator serves some 2,700 names; these hold all that is read here.
TRINO_KEPT = "trino_(execution|memory|failuredetector|metadata|dispatcher)_.*"


@dataclass(frozen=True, kw_only=True)
class Https:
    """A target with a login: names of secrets in its namespace, with `username` and `password`, and with `ca.crt`."""

    login: str
    certificate: str
    host: str


@dataclass(frozen=True, kw_only=True)
class Target:
    """One job: the pods that serve its metrics, and how they are read. `port` is the container port's name."""

    job: str
    namespace: str
    pods: Mapping[str, str]
    port: str
    path: str = "/metrics"
    interval: str = INTERVAL
    # Labels of the metrics win over those of the target, where the metrics speak of other objects.
    honor_labels: bool = False
    kept: str | None = None
    """Metrics whose names match; all of them where it is None."""
    https: Https | None = None
    one_pod: bool = False
    """There is never a second pod. Then its counters go on when it is replaced, as those of one process that restarts:
    what the new pod counts before it is first read is not missed."""


def targets(settings: Settings, quotas: Collection[str]) -> list[Target]:
    """The jobs of a stack with these quotas."""
    found = [*_postgres(), *_operators(settings, quotas), *_query_exporter()]
    if settings.object_store.mode is StoreMode.INTERNAL:
        found += _minio(STORE_PRODUCTS[settings.object_store.serve_from])
    if "trino" in quotas:
        found += [_trino(), _query_log()]
    if "metabase" in quotas:
        pods = selector("metabase", "server")
        found.append(Target(job="metabase", namespace="lake-metabase", pods=pods, port="metrics"))
    if "datahub" in quotas:
        gms = {"app.kubernetes.io/name": "datahub-gms"}
        found.append(
            Target(job="datahub", namespace="lake-datahub", pods=gms, port="prometheus", path="/actuator/prometheus")
        )
    return found


def pod_monitor(target: Target) -> dict[str, Any]:
    """The specification of a target's PodMonitor, which selects pods of its own namespace."""
    endpoint: dict[str, Any] = {
        "port": target.port,
        "path": target.path,
        "interval": target.interval,
        "honorLabels": target.honor_labels,
        # The operator's own job label is the monitor's name with its namespace.
        "relabelings": [{"action": "replace", "targetLabel": "job", "replacement": target.job}],
    }
    if target.kept is not None:
        endpoint["metricRelabelings"] = [{"action": "keep", "sourceLabels": ["__name__"], "regex": target.kept}]
    if target.one_pod:
        endpoint["metricRelabelings"] = [{"action": "labeldrop", "regex": "pod|instance"}]
    if (https := target.https) is not None:
        ca = {"secret": {"name": https.certificate, "key": "ca.crt"}}
        endpoint |= {
            "scheme": "https",
            "basicAuth": {key: {"name": https.login, "key": key} for key in ("username", "password")},
            "tlsConfig": {"ca": ca, "serverName": https.host},
        }
    return {"selector": {"matchLabels": dict(target.pods)}, "podMetricsEndpoints": [endpoint]}


def _postgres() -> list[Target]:
    instances = {"cnpg.io/cluster": "postgres", "cnpg.io/podRole": "instance"}
    return [Target(job="postgres", namespace="lake-postgres", pods=instances, port="metrics")]


def _trino() -> Target:
    coordinator = {"app.kubernetes.io/name": "trino", "app.kubernetes.io/component": "coordinator"}
    https = Https(login=f"trino-{METRICS_USER}", certificate=TLS_SECRET, host="trino")
    return Target(job="trino", namespace="lake-trino", pods=coordinator, port="https", kept=TRINO_KEPT, https=https)


def _query_log() -> Target:
    pods = selector("query-log", "server")
    return Target(job="query-log", namespace="lake-monitoring", pods=pods, port="metrics", one_pod=True)


def _query_exporter() -> list[Target]:
    pods = selector("query-exporter", "server")
    return [Target(job="query-exporter", namespace="lake-monitoring", pods=pods, port="metrics")]


def _minio(servers: str) -> list[Target]:
    """MinIO's v3 metrics: one path of each kind holds all collectors below it."""
    paths = {
        "minio-cluster": ("/minio/metrics/v3/cluster", SLOW_INTERVAL),
        "minio-drives": ("/minio/metrics/v3/system/drive", SLOW_INTERVAL),
        "minio-requests": ("/minio/metrics/v3/api/requests", INTERVAL),
    }
    return [
        Target(
            job=job,
            namespace="lake-minio",
            pods=selector(servers, "server"),
            port="api",
            path=path,
            interval=interval,
        )
        for job, (path, interval) in paths.items()
    ]


def _operators(settings: Settings, quotas: Collection[str]) -> list[Target]:
    pods = {"app.kubernetes.io/name": "cloudnative-pg"}
    found = [Target(job="cloudnative-pg", namespace="lake-system", pods=pods, port="metrics", interval=SLOW_INTERVAL)]
    if settings.cert_manager is CertManager.INSTALL:
        controller = {"app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller"}
        found.append(
            Target(
                job="cert-manager",
                namespace="lake-system",
                pods=controller,
                port="http-metrics",
                interval=SLOW_INTERVAL,
                # A certificate's own namespace is what an operator needs to know.
                honor_labels=True,
            )
        )
    if "datahub" in quotas:
        strimzi = {"strimzi.io/kind": "cluster-operator"}
        found.append(Target(job="strimzi", namespace="lake-system", pods=strimzi, port="http", interval=SLOW_INTERVAL))
    return found
