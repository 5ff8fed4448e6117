"""The checks of names and hosts see what they are to see."""

from __future__ import annotations

import pytest

from tests.render.manifests import Object, Pod
from tests.render.references import Address, Reference, addresses, missing_mounts, provided, references, services

POD = Pod(
    "Deployment",
    "web",
    "lake-web",
    {
        "serviceAccountName": "web",
        "initContainers": [{"name": "wait", "envFrom": [{"secretRef": {"name": "early"}}]}],
        "containers": [
            {
                "name": "web",
                "env": [
                    {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "database", "key": "password"}}},
                    {"name": "HINT", "valueFrom": {"secretKeyRef": {"name": "hint", "key": "h", "optional": True}}},
                    {"name": "DB_HOST", "value": "pg"},
                    {"name": "CACHE_URL", "value": "redis://:secret@valkey:6379/0"},
                    {"name": "JDBC_URL", "value": "jdbc:postgresql://lake-rw.lake-postgres.svc:5432/x"},
                    {"name": "GREETING", "value": "hello"},
                    {"name": "PUBLIC_URL", "value": "https://lake.example.com"},
                ],
                "args": ["--store=http://minio.lake-minio.svc.cluster.local:9000"],
                "volumeMounts": [{"name": "conf", "mountPath": "/a"}, {"name": "gone", "mountPath": "/b"}],
            }
        ],
        "volumes": [
            {"name": "conf", "configMap": {"name": "web-conf", "items": [{"key": "a", "path": "a"}]}},
            {"name": "all", "projected": {"sources": [{"secret": {"name": "tls"}}]}},
            {"name": "data", "persistentVolumeClaim": {"claimName": "web-data"}},
        ],
    },
)
CONF: Object = {
    "kind": "ConfigMap",
    "metadata": {"name": "web-conf"},
    "data": {"a": "uri=thrift://hive.lake-hive:9083"},
}


def test_every_way_to_refer_to_a_name_is_seen() -> None:
    assert references(POD) == {
        Reference("ServiceAccount", "lake-web", "web"),
        Reference("Secret", "lake-web", "early"),
        Reference("Secret", "lake-web", "database", "password"),
        Reference("ConfigMap", "lake-web", "web-conf", "a"),
        Reference("Secret", "lake-web", "tls"),
        Reference("PersistentVolumeClaim", "lake-web", "web-data"),
    }


def test_a_mount_without_its_volume_is_seen() -> None:
    assert missing_mounts(POD) == ["Deployment/web/web mounts gone"]


def test_hosts_are_seen_in_variables_arguments_and_configuration() -> None:
    assert addresses(POD, {"web-conf": CONF}) == {
        Address("lake-web", "pg", None),
        Address("lake-web", "valkey", 6379),
        Address("lake-postgres", "lake-rw", 5432),
        Address("lake-minio", "minio", 9000),
        Address("lake-hive", "hive", 9083),
    }


@pytest.mark.parametrize(
    ("item", "names"),
    [
        (
            {"kind": "Secret", "metadata": {"name": "s", "namespace": "n"}, "stringData": {"k": "v"}},
            {Reference("Secret", "n", "s"), Reference("Secret", "n", "s", "k")},
        ),
        (
            {"kind": "Certificate", "metadata": {"name": "c"}, "spec": {"secretName": "s"}},
            {Reference("Secret", "own", "s", key) for key in (None, "tls.crt", "tls.key", "ca.crt")},
        ),
        ({"kind": "ServiceAccount", "metadata": {"name": "a"}}, {Reference("ServiceAccount", "own", "a")}),
        ({"kind": "Deployment", "metadata": {"name": "d"}}, set()),
    ],
)
def test_objects_provide_their_names(item: Object, names: set[Reference]) -> None:
    assert provided([item], "own") == names


def test_operators_make_services() -> None:
    cluster: Object = {"kind": "Cluster", "metadata": {"name": "lake", "namespace": "pg"}, "spec": {}}
    kafka: Object = {
        "kind": "Kafka",
        "metadata": {"name": "k", "namespace": "hub"},
        "spec": {"kafka": {"listeners": [{"name": "plain", "port": 9092}]}},
    }
    assert services([cluster, kafka], "own") == {
        ("pg", "lake-rw"): {5432},
        ("pg", "lake-ro"): {5432},
        ("pg", "lake-r"): {5432},
        ("hub", "k-kafka-bootstrap"): {9092},
    }
