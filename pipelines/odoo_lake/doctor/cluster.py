"""Reads a cluster once, within a deadline: lists in parallel, nothing written, of Secrets only Helm's own notes."""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from odoo_lake.doctor.deadline import LateError, Reads
from odoo_lake.doctor.helm import newest_releases
from odoo_lake.doctor.snapshot import Object, Snapshot, Volume, name_of, namespace_of
from odoo_lake.errors import UserError

TIMEOUT_SECONDS = (3, 6)
_METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
_DISCOVERY = "application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList"
_PAGE = 1000
LISTS = {
    "Namespace": "/api/v1/namespaces",
    "Node": "/api/v1/nodes",
    "Pod": "/api/v1/pods",
    "Event": "/api/v1/events",
    "PersistentVolumeClaim": "/api/v1/persistentvolumeclaims",
    "Service": "/api/v1/services",
    "ServiceAccount": "/api/v1/serviceaccounts",
    "StorageClass": "/apis/storage.k8s.io/v1/storageclasses",
    "Deployment": "/apis/apps/v1/deployments",
    "StatefulSet": "/apis/apps/v1/statefulsets",
    "DaemonSet": "/apis/apps/v1/daemonsets",
    "Job": "/apis/batch/v1/jobs",
    "CronJob": "/apis/batch/v1/cronjobs",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/endpointslices",
    "Ingress": "/apis/networking.k8s.io/v1/ingresses",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/networkpolicies",
    "PodDisruptionBudget": "/apis/policy/v1/poddisruptionbudgets",
    "APIService": "/apis/apiregistration.k8s.io/v1/apiservices",
    "ValidatingWebhookConfiguration": "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
    "MutatingWebhookConfiguration": "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
}
# Names and labels only.
METADATA_LISTS = {"Secret": "/api/v1/secrets", "ConfigMap": "/api/v1/configmaps"}
# Of operators that a cluster may be without.
OPTIONAL_LISTS = {
    "Certificate": "/apis/cert-manager.io/v1/certificates",
    "Issuer": "/apis/cert-manager.io/v1/issuers",
    "ClusterIssuer": "/apis/cert-manager.io/v1/clusterissuers",
    "Cluster": "/apis/postgresql.cnpg.io/v1/clusters",
    "Backup": "/apis/postgresql.cnpg.io/v1/backups",
    "ScheduledBackup": "/apis/postgresql.cnpg.io/v1/scheduledbackups",
}

Get = Callable[..., Any]


@dataclass
class _UnreadError(Exception):
    status: int
    reason: str


def read_cluster(context: str = "", reads: Reads | None = None) -> Snapshot:
    """Read the cluster of a kubeconfig's context, or the one this pod runs in; UserError if it does not answer."""
    reads = reads or Reads()
    get = _connected(reads, context)
    now = datetime.now(UTC)
    jobs: dict[str, Callable[[], Any]] = {kind: partial(_list, get, path) for kind, path in LISTS.items()}
    jobs |= {kind: partial(_list, get, path, _METADATA) for kind, path in METADATA_LISTS.items()}
    jobs |= {kind: partial(_list, get, path) for kind, path in OPTIONAL_LISTS.items()}
    jobs["kinds"] = partial(_kinds, get)
    found, unread = _all_of(reads, jobs)
    _require(unread)
    kinds = found.pop("kinds", None)

    releases = [s for s in newest_releases(found.get("Secret", [])) if s["metadata"]["labels"]["status"] != "deployed"]
    notes, late_notes = _all_of(
        reads, {f"{namespace_of(s)}/{name_of(s)}": partial(_release_note, get, s) for s in releases}
    )
    nodes = [name_of(node) for node in found.get("Node", [])]
    volumes, late_volumes = _all_of(reads, {node: partial(_volumes, get, node) for node in nodes})
    for what, late in (("Helm's notes", late_notes), ("volumes", late_volumes)):
        unread |= {f"{what} of {name}": reason for name, reason in late.items()}
    described = {name: note for name, note in notes.items() if note}
    return Snapshot(now, found, kinds, described, tuple(v for each in volumes.values() for v in each), unread)


def _connected(reads: Reads, context: str) -> Get:
    try:
        return reads.result(reads.start(partial(_connection, context)))
    except LateError as error:
        raise UserError(
            f"The credentials of the kubeconfig {error}.",
            "Without them the cluster cannot be asked.",
            "Run `kubectl get nodes`: it calls the same credential plugin and shows what it waits for.",
        ) from error


def _all_of(reads: Reads, jobs: Mapping[str, Callable[[], Any]]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the jobs read side by side, by name, and of what could not be read the reason."""
    found: dict[str, Any] = {}
    unread: dict[str, str] = {}
    waiting = {name: reads.start(job) for name, job in jobs.items()}
    for name, future in waiting.items():
        try:
            found[name] = reads.result(future)
        except _UnreadError as failure:
            if name not in OPTIONAL_LISTS or failure.status != 404:
                unread[name] = failure.reason
        except LateError as failure:
            unread[name] = str(failure)
    return found, unread


def _connection(context: str) -> Get:
    """A GET of the API server that kubeconfig names."""
    import urllib3
    from kubernetes import client, config  # type: ignore[import-untyped]

    try:
        try:
            # The library would take the variable as it was when it was imported.
            file = os.environ.get("KUBECONFIG") or None
            api = config.new_client_from_config(config_file=file, context=context or None)
        except config.ConfigException:
            if context:
                raise
            config.load_incluster_config()
            api = client.ApiClient()
    except (config.ConfigException, OSError) as error:
        raise UserError(
            f"No cluster can be reached: {error}.",
            "There is nothing to read.",
            "Set KUBECONFIG, and give --context one of `kubectl config get-contexts`.",
        ) from error

    def get(path: str, query: Mapping[str, Any] | None = None, accept: str = "application/json") -> Any:
        try:
            answer = api.call_api(
                path,
                "GET",
                query_params=list((query or {}).items()),
                header_params={"Accept": accept},
                auth_settings=["BearerToken"],
                _preload_content=False,
                _request_timeout=TIMEOUT_SECONDS,
            )
            return json.loads(answer.data)
        except client.ApiException as error:
            raise _UnreadError(error.status, f"{error.status} {error.reason}") from error
        except (urllib3.exceptions.HTTPError, json.JSONDecodeError) as error:
            raise _UnreadError(0, f"{type(error).__name__}: {error}") from error

    api.configuration.retries = False
    return get


def _list(get: Get, path: str, accept: str = "application/json") -> list[Object]:
    found: list[Object] = []
    query: dict[str, Any] = {"limit": _PAGE}
    while True:
        page = get(path, query, accept)
        found += page.get("items") or []
        if not (token := page["metadata"].get("continue")):
            return found
        query["continue"] = token


def _require(unread: Mapping[str, str]) -> None:
    if "Pod" in unread:
        raise UserError(
            f"The pods cannot be listed: {unread['Pod']}.",
            "Without them nothing can be said about the platform.",
            "Check that the API server answers (`kubectl get pods -A`) and that your user may list pods.",
        )


def _kinds(get: Get) -> frozenset[str]:
    groups = get("/apis", accept=_DISCOVERY)["items"]
    return frozenset(
        f"{group['metadata']['name']}/{resource['responseKind']['kind']}"
        for group in groups
        for version in group.get("versions", [])
        for resource in version.get("resources", [])
        if resource.get("responseKind")
    )


def _release_note(get: Get, secret: Object) -> str:
    """Helm's description of a release, which is all that is read of it."""
    try:
        found = get(f"/api/v1/namespaces/{namespace_of(secret)}/secrets/{name_of(secret)}")
        packed = base64.b64decode(base64.b64decode(found["data"]["release"]))
        return str(json.loads(gzip.decompress(packed))["info"].get("description", ""))
    except (_UnreadError, KeyError, ValueError, OSError):
        return ""


def _volumes(get: Get, node: str) -> list[Volume]:
    """What a node's kubelet measures; nothing where it may not be asked."""
    try:
        summary = get(f"/api/v1/nodes/{node}/proxy/stats/summary")
    except _UnreadError:
        return []
    return list(measured_volumes(summary))


def measured_volumes(summary: Mapping[str, Any]) -> Iterator[Volume]:
    """The claims' volumes in a kubelet's summary."""
    for pod in summary.get("pods") or []:
        for volume in pod.get("volume") or []:
            claim = volume.get("pvcRef")
            if claim and volume.get("capacityBytes"):
                inodes = volume.get("inodesUsed", 0) / volume["inodes"] if volume.get("inodes") else 0.0
                used = 1 - volume.get("availableBytes", 0) / volume["capacityBytes"]
                yield Volume(claim["namespace"], claim["name"], used, inodes)
