"""Kafka for DataHub: the Strimzi operator in lake-system, and one broker that is its own controller.

The topics hold changes on their way from one part of DataHub to the other; what they say is in PostgreSQL already.
DataHub's own update Job creates them, each with its retention, before anything else connects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from .. import release
from ..budget import Pod
from ..labels import top_level
from ..rows import DataHubBudget
from ..site import Site
from ..values import chart_values
from ..versions import KAFKA_METADATA_VERSION, KAFKA_VERSION, STRIMZI

API_VERSION = "kafka.strimzi.io/v1"
PORT = 9092
# Topics of one partition each that DataHub writes without an end: the log is shared out among them.
TOPICS = 10
# DataHub's producers and consumers take messages up to this size; the broker's default is 1 MB.
MESSAGE_BYTES = 5 * 1024 * 1024
# Only closed segments are deleted: small ones keep the volume near what the topics may hold.
SEGMENT_BYTES = 128 * 1024 * 1024
TIMEOUT = pulumi.CustomTimeouts(create="15m", update="15m")


@dataclass(frozen=True, kw_only=True)
class KafkaArgs:
    """`operator` is the size of the operator's pod, which lives in `operator_namespace`."""

    site: Site
    sizing: DataHubBudget
    operator: Pod
    operator_namespace: str


class Kafka(pulumi.ComponentResource):
    """Operator and broker. `bootstrap` is the address for pods of the broker's namespace."""

    bootstrap: str

    def __init__(self, name: str, args: KafkaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Kafka", name, {}, opts)
        self.bootstrap = f"{name}-kafka-bootstrap:{PORT}"
        operator = release.install(
            "strimzi",
            STRIMZI,
            namespace=args.operator_namespace,
            values=operator_values(args),
            site=args.site,
            opts=pulumi.ResourceOptions(parent=self),
        )
        pool = _custom(
            name, args, "KafkaNodePool", pool_spec(args), pulumi.ResourceOptions(parent=self, depends_on=[operator])
        )
        _custom(
            name,
            args,
            "Kafka",
            cluster_spec(args),
            pulumi.ResourceOptions(parent=self, depends_on=[pool], custom_timeouts=TIMEOUT),
        )
        self.register_outputs({"bootstrap": self.bootstrap})


def operator_values(args: KafkaArgs) -> dict[str, Any]:
    computed: dict[str, Any] = {
        "resources": args.operator.resources(),
        "watchNamespaces": [args.sizing.namespace],
    }
    return chart_values(STRIMZI, computed)


def pool_spec(args: KafkaArgs) -> dict[str, Any]:
    """One broker. Its volume goes with the namespace, not with the broker."""
    size, heap = args.sizing.kafka, args.sizing.kafka_heap.jvm()
    volume = {
        "id": 0,
        "type": "persistent-claim",
        "size": str(size.volume),
        "class": args.site.storage_class,
        "deleteClaim": False,
        "kraftMetadata": "shared",
    }
    return {
        "replicas": size.replicas,
        "roles": ["controller", "broker"],
        "resources": size.resources(),
        "jvmOptions": {"-Xms": heap, "-Xmx": heap},
        "storage": {"type": "jbod", "volumes": [volume]},
        "template": {"pod": {"metadata": {"labels": {"app.kubernetes.io/component": "broker"}}}},
    }


def cluster_spec(args: KafkaArgs) -> dict[str, Any]:
    """Without topic and user operators: topics are DataHub's, and the network policy says who connects."""
    one = args.sizing.kafka.replicas
    per_topic = args.sizing.kafka_log.mib * 1024 * 1024 // TOPICS
    return {
        "kafka": {
            "version": KAFKA_VERSION,
            "metadataVersion": KAFKA_METADATA_VERSION,
            "listeners": [{"name": "plain", "port": PORT, "type": "internal", "tls": False}],
            "config": {
                "default.replication.factor": one,
                "min.insync.replicas": 1,
                "offsets.topic.replication.factor": one,
                "transaction.state.log.replication.factor": one,
                "transaction.state.log.min.isr": 1,
                "message.max.bytes": MESSAGE_BYTES,
                "log.segment.bytes": SEGMENT_BYTES,
                "log.retention.bytes": per_topic,
            },
        },
    }


def _custom(
    name: str, args: KafkaArgs, kind: str, spec: Mapping[str, Any], opts: pulumi.ResourceOptions
) -> k8s.apiextensions.CustomResource:
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": args.sizing.namespace,
        "labels": {**top_level("kafka", kind.lower(), args.site.profile), "strimzi.io/cluster": name},
    }
    if kind == "Kafka":
        metadata["annotations"] = {"pulumi.com/waitFor": "condition=Ready"}
    return k8s.apiextensions.CustomResource(
        f"{name}-{kind.lower()}", api_version=API_VERSION, kind=kind, metadata=metadata, spec=dict(spec), opts=opts
    )
