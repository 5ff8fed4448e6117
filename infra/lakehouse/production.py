"""What only the production profile has: the query engine, the applications on it, and the orchestrator."""

from __future__ import annotations

from .components.kafka import Kafka, KafkaArgs
from .components.opensearch import OpenSearch, OpenSearchArgs
from .plan import Foundations, Platform
from .sizing import ProductionSizing


def build_production(on: Foundations, sizing: ProductionSizing, built: Platform) -> None:
    """Declare the products of the production profile."""
    del built
    _data_hub(on, sizing)


def _data_hub(on: Foundations, sizing: ProductionSizing) -> None:
    plan = on.plan
    OpenSearch("opensearch", OpenSearchArgs(site=plan.site, sizing=sizing.datahub), plan.inside("datahub"))
    Kafka(
        "datahub",
        KafkaArgs(
            site=plan.site,
            sizing=sizing.datahub,
            operator=sizing.system.strimzi,
            operator_namespace=sizing.system.namespace,
        ),
        plan.inside("system", "datahub"),
    )
