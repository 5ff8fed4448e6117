"""Does everything that a pod names exist, and would the check notice if it did not?"""

from __future__ import annotations

import pytest

from tests.cluster.control_plane import Object, describe
from tests.cluster.deployment import Deployment
from tests.cluster.references import references, unresolved

KINDS = ("Secret", "ConfigMap", "PersistentVolumeClaim", "ServiceAccount")


def pod(spec: Object) -> Object:
    containers = [{"name": "server", **spec.pop("container", {})}]
    metadata = {"name": "pod", "namespace": "here"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers, **spec}}


def named(kind: str, name: str, *keys: str) -> Object:
    return {"kind": kind, "metadata": {"name": name, "namespace": "here"}, "data": dict.fromkeys(keys, "")}


KEY = {"name": "s", "key": "password"}
VARIABLE = {"container": {"env": [{"name": "A", "valueFrom": {"secretKeyRef": KEY}}]}}
OPTIONAL = {"container": {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {**KEY, "optional": True}}}]}}
PROJECTED = {"volumes": [{"name": "v", "projected": {"sources": [{"configMap": {"name": "c"}}]}}]}
ITEMS = {"volumes": [{"name": "v", "secret": {"secretName": "s", "items": [{"key": "password", "path": "p"}]}}]}


@pytest.mark.parametrize(
    ("spec", "objects", "missing"),
    [
        (VARIABLE, [named("Secret", "s", "password")], []),
        (VARIABLE, [named("Secret", "s", "user")], ["Pod here/pod needs Secret here/s key password"]),
        (VARIABLE, [named("ConfigMap", "s", "password")], ["Pod here/pod needs Secret here/s key password"]),
        (OPTIONAL, [], []),
        ({"container": {"envFrom": [{"configMapRef": {"name": "c"}}]}}, [], ["Pod here/pod needs ConfigMap here/c"]),
        (ITEMS, [named("Secret", "s")], ["Pod here/pod needs Secret here/s key password"]),
        (PROJECTED, [], ["Pod here/pod needs ConfigMap here/c"]),
        (
            {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]},
            [],
            ["Pod here/pod needs PersistentVolumeClaim here/data"],
        ),
        ({"serviceAccountName": "robot"}, [], ["Pod here/pod needs ServiceAccount here/robot"]),
        ({"initContainers": [{"name": "i", **VARIABLE["container"]}]}, [named("Secret", "s", "password")], []),
        ({"imagePullSecrets": [{"name": "registry"}]}, [], ["Pod here/pod needs Secret here/registry"]),
    ],
)
def test_missing_objects_and_keys_are_named(spec: Object, objects: list[Object], missing: list[str]) -> None:
    assert unresolved([pod(dict(spec))], objects) == missing


@pytest.fixture(scope="module")
def present(deployment: Deployment) -> list[Object]:
    api = deployment.cluster.api
    return [item for kind in KINDS for name in deployment.namespaces for item in api.list("v1", kind, name)]


@pytest.mark.cluster
def test_every_reference_of_every_pod_resolves(deployment: Deployment, present: list[Object]) -> None:
    assert unresolved(deployment.templates, present) == []


@pytest.mark.cluster
def test_each_referenced_object_is_missed_when_it_is_taken_away(deployment: Deployment, present: list[Object]) -> None:
    templates = deployment.templates
    wanted = {(r.kind, r.namespace, r.name) for template in templates for r in references(template)}
    assert wanted
    for item in present:
        identity = (item["kind"], item["metadata"]["namespace"], item["metadata"]["name"])
        without = [other for other in present if other is not item]
        problems = unresolved(templates, without)
        assert bool(problems) is (identity in wanted), f"{describe(item)}: {problems}"
