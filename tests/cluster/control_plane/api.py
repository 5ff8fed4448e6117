"""A client of the Kubernetes API: objects are plain mappings, every refusal is an exception that names the object."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

Object = dict[str, Any]
FIELD_MANAGER = "tests"


class Refused(Exception):  # noqa: N818 - a refusal is often the expected answer
    """The API server said no: HTTP `status`, Kubernetes' `reason` and its `message`."""

    def __init__(self, status: int, reason: str, message: str, what: str) -> None:
        super().__init__(f"{what}: {status} {reason}: {message}")
        self.status, self.reason, self.message = status, reason, message


@dataclass(frozen=True)
class _Resource:
    plural: str
    namespaced: bool


class Api:
    """Requests to one API server, as the bearer of `token`."""

    def __init__(self, url: str, authority: Path, token: str) -> None:
        self._url = url
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._pool = urllib3.PoolManager(maxsize=8, headers=headers, ca_certs=str(authority), retries=False, timeout=60)
        self._resources: dict[tuple[str, str], _Resource] = {}

    def create(self, item: Object) -> Object:
        """Create `item`; an unknown field is refused, as `kubectl create` does."""
        path = self._collection(item) + "?fieldValidation=Strict"
        return self.request("POST", path, item, what=describe(item))

    def apply(self, item: Object, manager: str = FIELD_MANAGER) -> Object:
        """Create or change `item` by server-side apply, which is how Pulumi writes."""
        path = f"{self.path(item)}?fieldManager={manager}&fieldValidation=Strict&force=true"
        return self.request("PATCH", path, item, content="application/apply-patch+yaml", what=describe(item))

    def get(self, item: Object) -> Object:
        """The object that has the kind, namespace and name of `item`."""
        return self.request("GET", self.path(item), what=describe(item))

    def find(self, item: Object) -> Object | None:
        """As `get`, or None where it does not exist."""
        try:
            return self.get(item)
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    def list(self, api_version: str, kind: str, namespace: str | None = None, selector: str = "") -> list[Object]:
        """Every object of a kind, of one namespace or of all."""
        probe: Object = {"apiVersion": api_version, "kind": kind, "metadata": {"namespace": namespace}}
        query = f"?labelSelector={selector}" if selector else ""
        found = self.request("GET", self._collection(probe, everywhere=namespace is None) + query)["items"]
        return [{"apiVersion": api_version, "kind": kind, **item} for item in found]

    def patch(self, item: Object, change: Object, subresource: str = "") -> Object:
        """Merge `change` into the object that has the identity of `item`."""
        path = self.path(item) + (f"/{subresource}" if subresource else "")
        return self.request("PATCH", path, change, content="application/merge-patch+json", what=describe(item))

    def delete(self, item: Object) -> None:
        """Delete the object that has the identity of `item`, if it exists."""
        try:
            self.request("DELETE", self.path(item), {"propagationPolicy": "Background"}, what=describe(item))
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def evict(self, pod: Object) -> None:
        """Ask for the eviction of a pod; a PodDisruptionBudget answers 429."""
        metadata = {key: pod["metadata"][key] for key in ("name", "namespace")}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        self.request("POST", f"{self.path(pod)}/eviction", body, what=describe(pod))

    def ready(self) -> bool:
        """Whether the server takes requests."""
        try:
            return self._pool.request("GET", f"{self._url}/readyz").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def path(self, item: Object) -> str:
        return f"{self._collection(item)}/{item['metadata']['name']}"

    def request(self, method: str, path: str, body: object = None, *, content: str = "", what: str = "") -> Object:
        """One request; the answer's JSON object. Raises Refused for any answer of 400 and above."""
        headers = dict(self._pool.headers)
        data = None
        if body is not None:
            headers["Content-Type"] = content or "application/json"
            data = json.dumps(body).encode()
        answer = self._pool.request(method, self._url + path, body=data, headers=headers)
        text = answer.data.decode()
        if answer.status >= 400:
            try:
                status = json.loads(text)
                reason, message = status.get("reason", ""), status.get("message", text)
            except json.JSONDecodeError:
                reason, message = "", text
            raise Refused(answer.status, reason, message, what or path)
        document: Object = json.loads(text)
        return document

    def _collection(self, item: Object, *, everywhere: bool = False) -> str:
        resource = self._resource(item["apiVersion"], item["kind"])
        root = _root(item["apiVersion"])
        if not resource.namespaced or everywhere:
            return f"{root}/{resource.plural}"
        return f"{root}/namespaces/{item['metadata'].get('namespace') or 'default'}/{resource.plural}"

    def _resource(self, api_version: str, kind: str) -> _Resource:
        if (api_version, kind) not in self._resources:
            for entry in self.request("GET", _root(api_version))["resources"]:
                if "/" not in entry["name"]:
                    resource = _Resource(entry["name"], entry["namespaced"])
                    self._resources[api_version, entry["kind"]] = resource
        if (api_version, kind) not in self._resources:
            raise Refused(404, "NotFound", f"the server knows no {kind} of {api_version}", kind)
        return self._resources[api_version, kind]


def describe(item: Object) -> str:
    """`Kind namespace/name`, for messages."""
    metadata = item["metadata"]
    return f"{item['kind']} {metadata.get('namespace') or '-'}/{metadata.get('name')}"


def wait_until(
    what: str, condition: Callable[[], bool], seconds: float = 60, *, explain: Callable[[], Iterable[str]] = list
) -> None:
    """Poll until `condition` holds; otherwise a TimeoutError that says `what`, and why in the lines of `explain`."""
    for _ in _polls(seconds):
        if condition():
            return
    raise TimeoutError("\n  ".join([f"{what}: not so after {seconds:.0f} s", *explain()]))


def _polls(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    yield
    while time.monotonic() < deadline:
        time.sleep(0.1)
        yield


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
