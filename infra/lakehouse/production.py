"""What only the production profile has: the query engine, the applications on it, and the orchestrator."""

from __future__ import annotations

from .components.datahub import DataHub, DataHubArgs
from .components.kafka import Kafka, KafkaArgs
from .components.opensearch import OpenSearch, OpenSearchArgs
from .plan import Foundations, Platform
from .sizing import ProductionSizing


def build_production(on: Foundations, sizing: ProductionSizing, built: Platform) -> None:
    """Declare the products of the production profile."""
    data_hub = _data_hub(on, sizing)
    built.addresses["datahub"] = data_hub.url
    built.secrets.append(data_hub.users)


def _data_hub(on: Foundations, sizing: ProductionSizing) -> DataHub:
    plan = on.plan
    index = OpenSearch("opensearch", OpenSearchArgs(site=plan.site, sizing=sizing.datahub), plan.inside("datahub"))
    kafka = Kafka(
        "datahub",
        KafkaArgs(
            site=plan.site,
            sizing=sizing.datahub,
            operator=sizing.system.strimzi,
            operator_namespace=sizing.system.namespace,
        ),
        plan.inside("system", "datahub"),
    )
    return DataHub(
        "datahub",
        DataHubArgs(
            site=plan.site,
            sizing=sizing.datahub,
            database=on.postgres.logins["datahub"],
            bootstrap=kafka.bootstrap,
            index_host=index.host,
            index_port=index.port,
        ),
        plan.inside("datahub", after=(on.postgres, index, kafka)),
    )
