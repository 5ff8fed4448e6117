"""A stand-in for the operators, whose images cannot run here: custom resources become the pods that they declare.

Each operator acts only while its own Deployment is ready, as the real one does. Only what the API server counts and the
rest of the platform refers to is made: pods of the declared size, volumes, services, secrets, budgets, status.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import urllib3

from tests.cluster.control_plane import Api, ControlPlane, Object, Refused
from tests.cluster.operated import airbyte, certificates, kafka, postgres, prometheus

PERIOD_SECONDS = 0.2
MANAGER = "operators"

Reconcile = Callable[[Api, Object], Iterable[Object]]
# Kind -> the part of the operator's Deployment name (None: no operator has to run) and what it makes of one resource.
KINDS: dict[tuple[str, str], tuple[str | None, Reconcile]] = {
    ("postgresql.cnpg.io/v1", "Cluster"): ("cloudnative-pg", postgres.cluster),
    ("postgresql.cnpg.io/v1", "Database"): ("cloudnative-pg", postgres.database),
    ("kafka.strimzi.io/v1", "KafkaNodePool"): ("strimzi-cluster-operator", kafka.node_pool),
    ("kafka.strimzi.io/v1", "Kafka"): ("strimzi-cluster-operator", kafka.cluster),
    ("kafka.strimzi.io/v1", "KafkaTopic"): ("strimzi-cluster-operator", kafka.topic),
    ("monitoring.coreos.com/v1", "Prometheus"): ("operator", prometheus.server),
    ("monitoring.coreos.com/v1", "Alertmanager"): ("operator", prometheus.alertmanager),
    ("cert-manager.io/v1", "Certificate"): ("cert-manager", certificates.certificate),
    ("cert-manager.io/v1", "Issuer"): ("cert-manager", certificates.issuer),
    ("cert-manager.io/v1", "ClusterIssuer"): ("cert-manager", certificates.issuer),
    ("v1", "Pod"): (None, airbyte.bootloader),
}


class Operators:
    """Turns custom resources into pods until it is stopped; `failures` are refusals of the API server, by object."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="operators", daemon=True)
        self.failures: dict[str, str] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(PERIOD_SECONDS):
            try:
                self._reconcile()
                self.failures.pop("listing", None)
            except (Refused, urllib3.exceptions.HTTPError) as failure:
                self.failures["listing"] = str(failure)

    def _reconcile(self) -> None:
        running = _ready_deployments(self._api)
        for (api_version, kind), (operator, reconcile) in KINDS.items():
            if operator is not None and not any(operator in name for name in running):
                continue
            for resource in self._resources(api_version, kind):
                if "deletionTimestamp" not in resource["metadata"]:
                    self._make(resource, reconcile)

    def _resources(self, api_version: str, kind: str) -> list[Object]:
        try:
            return self._api.list(api_version, kind)
        except Refused as refusal:
            if refusal.status == 404:
                return []
            raise

    def _make(self, resource: Object, reconcile: Reconcile) -> None:
        name = f"{resource['kind']} {resource['metadata'].get('namespace')}/{resource['metadata']['name']}"
        try:
            for item in reconcile(self._api, resource):
                self._api.apply(_owned(item, resource), manager=MANAGER)
            self.failures.pop(name, None)
        except Refused as refusal:
            self.failures[name] = str(refusal)


@contextmanager
def operators(cluster: ControlPlane) -> Iterator[Operators]:
    """Run the stand-in beside a control plane."""
    running = Operators(cluster.api)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def _ready_deployments(api: Api) -> set[str]:
    deployments = api.list("apps/v1", "Deployment")
    return {item["metadata"]["name"] for item in deployments if item.get("status", {}).get("readyReplicas")}


def _owned(item: Object, owner: Object) -> Object:
    """`item` goes when its owner does."""
    metadata = owner["metadata"]
    reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": metadata["name"]}
    reference["uid"] = metadata["uid"]
    own = {"namespace": metadata.get("namespace"), **item["metadata"], "ownerReferences": [reference]}
    return {**item, "metadata": own}
