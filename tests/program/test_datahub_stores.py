"""DataHub's Kafka and OpenSearch: sizes that leave room for what is not heap, and no need of a privileged pod."""

from __future__ import annotations

from typing import Any

import yaml

from lakehouse import sizing
from lakehouse.budget import Budget
from lakehouse.profile import Profile
from lakehouse.quantities import Memory
from tests.program.conftest import shape
from tests.program.recorder import Program, run_program, stack_config

MIB = 1024 * 1024


def values(program: Program, release: str) -> Any:
    [found] = [r.manifest["values"] for r in program.releases if r.name == release]
    return found


def spec(kind: str) -> Any:
    return shape("prod").named(kind, "datahub", "lake-datahub").manifest["spec"]


def budget() -> Budget:
    return dict(sizing.load(Profile.PRODUCTION).budgets())["datahub"]


def test_the_operator_watches_the_brokers_namespace_and_makes_restricted_pods() -> None:
    strimzi = values(shape("prod"), "strimzi")
    assert strimzi["watchNamespaces"] == ["lake-datahub"]
    assert {"name": "STRIMZI_POD_SECURITY_PROVIDER_CLASS", "value": "restricted"} in strimzi["extraEnvs"]
    [release] = [r for r in shape("prod").releases if r.name == "strimzi"]
    assert release.inputs["namespace"] == "lake-system"
    [component] = [r for r in shape("prod").resources if r.typ == "lakehouse:index:Kafka"]
    assert any("Namespace::lake-datahub" in urn for urn in component.dependencies), "its role bindings go there"


def test_the_broker_is_there_before_its_cluster_is_asked_for() -> None:
    [cluster] = [r for r in shape("prod").of("Kafka") if r.typ.startswith("kubernetes:")]
    assert any("datahub-kafkanodepool" in urn for urn in cluster.dependencies)
    [pool] = shape("prod").of("KafkaNodePool")
    assert any("Release::strimzi" in urn for urn in pool.dependencies)
    assert pool.metadata["labels"]["strimzi.io/cluster"] == cluster.metadata["name"]
    assert cluster.metadata["annotations"]["pulumi.com/waitFor"] == "condition=Ready"


def test_one_broker_keeps_every_topic_alone() -> None:
    pool, config = spec("KafkaNodePool"), spec("Kafka")["kafka"]["config"]
    assert (pool["replicas"], pool["roles"]) == (1, ["controller", "broker"])
    for topics in ("default", "offsets.topic", "transaction.state.log"):
        assert config[f"{topics}.replication.factor"] == 1
    # DataHub's chart has its producers send messages of up to 5 MB.
    assert config["message.max.bytes"] >= 5242880


def test_the_topics_cannot_fill_the_brokers_volume() -> None:
    [volume] = spec("KafkaNodePool")["storage"]["volumes"]
    config = spec("Kafka")["kafka"]["config"]
    # Ten topics that DataHub writes without an end; deletion leaves one open segment to each.
    kept = 10 * (config["log.retention.bytes"] + config["log.segment.bytes"])
    assert kept < Memory.parse(volume["size"]).mib * MIB * 0.9
    assert config["log.retention.bytes"] > 4 * config["log.segment.bytes"]


def test_heaps_leave_half_to_the_page_cache() -> None:
    pods = budget().workloads
    for heap, size in (
        (spec("KafkaNodePool")["jvmOptions"]["-Xmx"], pods["kafka"]),
        (values(shape("prod"), "opensearch")["opensearchJavaOpts"].rpartition("-Xmx")[2], pods["opensearch"]),
    ):
        assert heap == f"{size.memory.mib // 2}m"
    larger = run_program(
        stack_config("prod", overrides={"datahub": {"opensearch": {"memory": "1600Mi"}}}), stack="prod"
    )
    assert values(larger, "opensearch")["opensearchJavaOpts"] == "-Xms800m -Xmx800m"


def test_opensearch_runs_without_privileges_and_without_a_second_majors_index() -> None:
    opensearch = values(shape("prod"), "opensearch")
    assert opensearch["image"]["tag"].startswith("2.")
    config = yaml.safe_load(opensearch["config"]["opensearch.yml"])
    assert config["node.store.allow_mmap"] is False
    assert config["plugins.security.disabled"] is True
    assert opensearch["persistence"]["enableInitChown"] is False
    assert opensearch["persistence"]["storageClass"] == spec("KafkaNodePool")["storage"]["volumes"][0]["class"]


def test_lightweight_has_neither() -> None:
    names = {r.name for r in shape("dev").releases}
    assert names
    assert not names & {"strimzi", "opensearch"}
    assert not shape("dev").of("KafkaNodePool")


def test_a_mirror_serves_both() -> None:
    mirrored = run_program(stack_config("prod", imageRegistry="mirror.example.internal"), stack="prod")
    assert values(mirrored, "strimzi")["defaultImageRegistry"] == "mirror.example.internal"
    assert values(mirrored, "opensearch")["global"]["dockerRegistry"] == "mirror.example.internal"
