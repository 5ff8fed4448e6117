"""What only the production profile has: the query engine, the applications on it, and the orchestrator."""

from __future__ import annotations

import pulumi

from .components.authority import Authority, AuthorityArgs
from .components.dagster import Dagster, DagsterArgs
from .components.datahub import DataHub, DataHubArgs
from .components.ingestion import Ingestion, IngestionArgs
from .components.kafka import Kafka, KafkaArgs
from .components.metastore import Metastore, MetastoreArgs
from .components.opensearch import OpenSearch, OpenSearchArgs
from .components.query_log import QueryLog, QueryLogArgs
from .components.superset import SHOWN_DATABASE, Superset, SupersetArgs
from .components.trino import Trino, TrinoArgs
from .components.valkey import Valkey, ValkeyArgs
from .dagster_values import DagsterWiring
from .databases import LAKE_OPS, QUERY_LOG
from .datahub_recipes import SupersetLogin
from .plan import Foundations, Platform
from .secrets import secret_text
from .settings import CertManager, Settings
from .sizing import ProductionSizing
from .trino_catalogs import LakeServices


def build_production(on: Foundations, sizing: ProductionSizing, built: Platform) -> None:
    """Declare the products of the production profile."""
    metastore = _metastore(on, sizing)
    authority = _authority(on, sizing)
    query_log = _query_log(on, sizing, authority)
    built.products.append(query_log)
    trino = _trino(on, sizing, metastore, query_log)
    built.addresses["trino"] = f"https://{trino.access.host}:{trino.access.port}"
    built.secrets += [*trino.access.logins.values(), trino.access.authority, query_log.token]
    data_hub = _data_hub(on, sizing)
    built.addresses["datahub"] = data_hub.url
    built.secrets.append(data_hub.users)
    dagster = _dagster(on, sizing, trino)
    built.products.append(dagster)
    built.addresses["dagster"] = dagster.url
    built.secrets += [dagster.secrets.database, dagster.secrets.addresses]
    superset = _superset(on, sizing, trino)
    built.addresses["superset"] = superset.url
    ingestion = _ingestion(on, sizing, data_hub, trino, superset)
    built.secrets += [superset.admin, superset.catalog, ingestion.odoo]


def _metastore(on: Foundations, sizing: ProductionSizing) -> Metastore:
    plan, store = on.plan, on.store
    return Metastore(
        "metastore",
        MetastoreArgs(
            site=plan.site,
            sizing=sizing.metastore,
            database=on.postgres.logins["metastore"],
            connections=sizing.postgres.connections["metastore"],
            store_endpoint=store.endpoint,
            store_region=store.region,
            store_keys=store.keys["metastore"],
        ),
        plan.inside("metastore", after=(on.postgres, *store.ready)),
    )


def _authority(on: Foundations, sizing: ProductionSizing) -> Authority:
    plan = on.plan
    installed = plan.settings.cert_manager is CertManager.INSTALL
    namespace = sizing.system.namespace if installed else plan.settings.cert_manager_namespace
    return Authority(
        "authority", AuthorityArgs(site=plan.site, namespace=namespace), plan.inside("system", after=(on.operators,))
    )


def _query_log(on: Foundations, sizing: ProductionSizing, authority: Authority) -> QueryLog:
    plan, logins = on.plan, on.postgres.logins
    return QueryLog(
        "query-log",
        QueryLogArgs(
            site=plan.site,
            namespace=sizing.monitoring.namespace,
            sizing=sizing.monitoring.query_log,
            tables_namespace=sizing.postgres.namespace,
            tables_sizing=sizing.postgres.query_log_tables,
            senders=[sizing.trino.namespace],
            owner=logins[LAKE_OPS],
            writer=logins[QUERY_LOG],
            object_token=on.store.audit_token,
        ),
        plan.inside("monitoring", "postgres", "trino", after=(on.postgres, authority)),
    )


def _trino(on: Foundations, sizing: ProductionSizing, metastore: Metastore, query_log: QueryLog) -> Trino:
    plan, store = on.plan, on.store
    return Trino(
        "trino",
        TrinoArgs(
            site=plan.site,
            sizing=sizing.trino,
            services=LakeServices(s3_endpoint=store.endpoint, s3_region=store.region, metastore_uri=metastore.uri),
            table_format=plan.settings.table_format,
            store_keys=store.keys["trino"],
            behind_proxy=plan.settings.domain is not None,
            people=plan.settings.people,
            oidc=plan.settings.oidc,
            oidc_client_secret=_oidc_client_secret(plan.settings),
            readers={quota: budget.namespace for quota, budget in plan.budgets.items()},
            event_receiver=query_log.uri,
            event_token=query_log.token,
        ),
        # The authority is there when the query log is.
        plan.inside("trino", "dbt", "superset", "datahub", after=(query_log, metastore)),
    )


def _oidc_client_secret(settings: Settings) -> pulumi.Output[str] | None:
    if settings.oidc_client_secret is None:
        return None
    return pulumi.Output.secret(secret_text(settings.oidc_client_secret))


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


def _ingestion(
    on: Foundations, sizing: ProductionSizing, data_hub: DataHub, trino: Trino, superset: Superset
) -> Ingestion:
    plan = on.plan
    return Ingestion(
        "datahub-ingest",
        IngestionArgs(
            site=plan.site,
            sizing=sizing.datahub,
            gms=data_hub.gms,
            system=data_hub.system,
            extraction=plan.settings.ingestion,
            suspended=plan.settings.data_hub.suspend_ingestion,
            odoo=plan.settings.odoo,
            odoo_password=pulumi.Output.secret(secret_text(plan.settings.odoo_password)),
            trino=trino.access,
            superset=SupersetLogin(url=superset.url, secret=superset.catalog, database=SHOWN_DATABASE),
        ),
        plan.inside("datahub", after=(data_hub, trino, superset)),
    )


def _dagster(on: Foundations, sizing: ProductionSizing, trino: Trino) -> Dagster:
    plan, store, postgres = on.plan, on.store, on.postgres
    return Dagster(
        "dagster",
        DagsterArgs(
            wiring=DagsterWiring(
                site=plan.site,
                sizing=sizing.dagster,
                runs=sizing.dbt,
                ingestion=plan.settings.ingestion,
                odoo=plan.settings.odoo,
                hash_key=on.hash_key,
                schedule=plan.settings.schedule,
                sync_schedule=plan.settings.airbyte.schedule,
                store_endpoint=store.endpoint,
                store_region=store.region,
                keys=store.keys,
                trino=trino.access,
                airbyte=on.airbyte.access if on.airbyte else None,
            ),
            odoo_password=pulumi.Output.secret(secret_text(plan.settings.odoo_password)),
            database=postgres.logins["dagster"],
            run_record=postgres.logins[LAKE_OPS],
        ),
        plan.inside(
            "dagster", "dbt", after=(postgres, trino, *store.ready, *([on.airbyte.client] if on.airbyte else []))
        ),
    )


def _superset(on: Foundations, sizing: ProductionSizing, trino: Trino) -> Superset:
    plan, reader = on.plan, sizing.superset.namespace
    cache = Valkey(
        "valkey",
        ValkeyArgs(site=plan.site, sizing=sizing.valkey, reader=reader),
        plan.inside("valkey", "superset"),
    )
    return Superset(
        "superset",
        SupersetArgs(
            site=plan.site,
            sizing=sizing.superset,
            database=on.postgres.logins["superset"],
            cache_host=cache.host,
            cache_port=cache.port,
            cache=cache.password,
            trino=trino.access,
            catalog_namespace=sizing.datahub.namespace,
        ),
        plan.inside("superset", "datahub", after=(on.postgres, cache, trino)),
    )
