"""The one table of who talks to whom. A component adds its rows here; rows of absent namespaces are left out."""

from __future__ import annotations

from .alert_routing import receiver_secrets
from .labels import DRILL, LAKE_BACKUP, MIRROR, STORE_PRODUCTS, selector
from .metastore_config import THRIFT_PORT
from .network import Elsewhere, Flow, Outside, Pods
from .profile import Profile
from .settings import EVERYWHERE, CertManager, Settings, StoreMode
from .trino_config import HTTP_PORT, HTTPS_PORT
from .web import named

STORES = {store: Pods.of("lake-minio", selector(name, "server")) for store, name in STORE_PRODUCTS.items()}
MINIO_MIRROR = Pods.of("lake-minio", selector(MIRROR, "mirror"))
LAKE_COPIES = tuple(Pods.of("lake-minio", selector(LAKE_BACKUP, component)) for component in (LAKE_BACKUP, DRILL))
MINIO_JOB = Pods.of("lake-minio", selector("minio", "provision"))
POSTGRES = Pods.of("lake-postgres")
AIRBYTE = Pods.of("lake-airbyte")
LOCAL_DBT = Pods.of("lake-dbt")
METABASE_SERVER = Pods.of("lake-metabase", selector("metabase", "server"))
METABASE_JOB = Pods.of("lake-metabase", selector("metabase", "apply"))
METASTORE = Pods.of("lake-metastore")
TRINO = Pods.of("lake-trino")
TRINO_COORDINATOR = Pods.of("lake-trino", selector("trino", "coordinator"))
SUPERSET = Pods.of("lake-superset")
VALKEY = Pods.of("lake-valkey")
DATAHUB = Pods.of("lake-datahub")
INGESTION = Pods.of("lake-datahub", selector("datahub", "ingestion"))
KAFKA = Pods.of("lake-datahub", {"strimzi.io/name": "datahub-kafka"})
DAGSTER = Pods.of("lake-dagster")
SYSTEM = Pods.of("lake-system")
CERT_MANAGER = Pods.of("lake-system", selector("cert-manager", "controller"))
STRIMZI = Pods.of("lake-system", {"strimzi.io/kind": "cluster-operator"})
MONITORING = Pods.of("lake-monitoring")
PROMETHEUS = Pods.of("lake-monitoring", {"app.kubernetes.io/name": "prometheus"})
ALERTMANAGER = Pods.of("lake-monitoring", {"app.kubernetes.io/name": "alertmanager"})
QUERY_EXPORTER = Pods.of("lake-monitoring", selector("query-exporter", "server"))
QUERY_LOG = Pods.of("lake-monitoring", selector("query-log", "server"))

S3_PORT = 9000
POSTGRES_PORT = 5432
VALKEY_PORT = 6379
QUERY_LOG_PORT, QUERY_LOG_METRICS_PORT, OBJECT_LOG_PORT = 8090, 8091, 8092


def unset_networks(settings: Settings) -> list[str]:
    """The addresses that were not given, so that their ports are open to everywhere; for the outputs."""
    network = settings.network
    open_ports = {
        "network.apiServerCidrs (port 443, 6443)": network.api_server_cidrs,
        "network.nodeCidrs (webhook, kubelet and node-exporter ports)": network.node_cidrs,
        f"network.odooCidrs (port {settings.odoo.port})": network.odoo_cidrs,
    }
    if settings.object_store.mode is StoreMode.EXTERNAL:
        open_ports["network.objectStoreCidrs"] = network.object_store_cidrs
    if settings.domain is not None and settings.ingress.cluster_issuer and settings.cert_manager is CertManager.INSTALL:
        open_ports["network.certificateIssuerCidrs (port 80, 443)"] = network.certificate_issuer_cidrs
    if settings.oidc is not None:
        open_ports["network.identityProviderCidrs"] = network.identity_provider_cidrs
    if receiver_secrets(settings.alerting):
        open_ports["network.alertReceiverCidrs"] = network.alert_receiver_cidrs
    return [f"lakehouse:{name} is not set: open to {EVERYWHERE}" for name, cidrs in open_ports.items() if not cidrs]


def flows(settings: Settings) -> tuple[Flow, ...]:
    """Every allowed path of the stack."""
    network = settings.network
    api_server = Outside("the API server", tuple(network.api_server_cidrs) or (EVERYWHERE,))
    nodes = Outside("the nodes", tuple(network.node_cidrs) or (EVERYWHERE,))
    odoo = Outside("Odoo's database", tuple(network.odoo_cidrs) or (EVERYWHERE,))
    odoo_port = (settings.odoo.port,)
    return (
        *_to_object_store(settings),
        # --- PostgreSQL
        Flow(SYSTEM, POSTGRES, (8000, POSTGRES_PORT), "the operator reads its instances' state"),
        Flow(POSTGRES, POSTGRES, (POSTGRES_PORT, 8000), "replication"),
        Flow(POSTGRES, SYSTEM, (9090,), "instances call the backup plugin"),
        *(
            Flow(product, POSTGRES, (POSTGRES_PORT,), "metadata")
            for product in (AIRBYTE, LOCAL_DBT, METABASE_SERVER, METASTORE, SUPERSET, DATAHUB, DAGSTER)
        ),
        *(Flow(job, POSTGRES, (POSTGRES_PORT,), "the run record") for job in LAKE_COPIES if settings.backs_up),
        Flow(POSTGRES, api_server, (443, 6443), "instances report to their Cluster object"),
        # --- operators
        Flow(SYSTEM, api_server, (443, 6443), "controllers watch their objects"),
        Flow(SYSTEM, SYSTEM, (9090, 9443, 10250), "the operator calls the backup plugin"),
        Flow(nodes, SYSTEM, (9443, 10250), "the API server calls admission webhooks"),
        # --- Airbyte
        Flow(AIRBYTE, AIRBYTE, (7233, 8001, 8007, 8080, 8085, 9000), "its own services"),
        Flow(AIRBYTE, api_server, (443, 6443), "the launcher starts sync pods"),
        Flow(AIRBYTE, odoo, odoo_port, "sources read Odoo's database"),
        # --- extraction, dbt
        Flow(LOCAL_DBT, odoo, odoo_port, "direct extraction, sweep and reconciliation"),
        Flow(DAGSTER, odoo, odoo_port, "direct extraction, sweep and reconciliation"),
        Flow(DAGSTER, api_server, (443, 6443), "the daemon starts run pods"),
        Flow(DAGSTER, AIRBYTE, (8001,), "the code location asks which syncs are finished"),
        Flow(DAGSTER, DAGSTER, (3030,), "the web server and the daemon load the code location"),
        # --- Trino
        Flow(TRINO, TRINO, (HTTP_PORT,), "nodes exchange data; each request carries their shared secret"),
        Flow(TRINO, METASTORE, (THRIFT_PORT,), "which tables there are"),
        *(Flow(client, TRINO_COORDINATOR, (HTTPS_PORT,), "queries") for client in (SUPERSET, DATAHUB, DAGSTER)),
        *_to_the_identity_provider(settings),
        *_of_the_query_log(settings),
        # --- Superset
        Flow(SUPERSET, VALKEY, (VALKEY_PORT,), "cache, and the queue of its workers"),
        # --- DataHub
        Flow(DATAHUB, DATAHUB, (8080, 9090, 9091, 9092, 9200), "its own services"),
        Flow(INGESTION, odoo, odoo_port, "Odoo's tables and columns"),
        Flow(INGESTION, SUPERSET, (8088,), "dashboards and charts"),
        Flow(STRIMZI, KAFKA, (8443, 9090, 9091), "the operator rolls and watches its broker"),
        *_from_browsers(settings),
        # --- Metabase
        Flow(METABASE_JOB, METABASE_SERVER, (3000,), "its set-up"),
        # --- monitoring
        Flow(MONITORING, api_server, (443, 6443), "service discovery and object state"),
        Flow(MONITORING, MONITORING, (3000, 8080, 8081, 9090, 9093, 9094, 9560, 10250), "its own services"),
        Flow(nodes, MONITORING, (10250,), "the API server calls the rules' admission webhook"),
        Flow(QUERY_EXPORTER, POSTGRES, (POSTGRES_PORT,), "figures that only databases have"),
        Flow(QUERY_EXPORTER, odoo, odoo_port, "what an extraction does to Odoo's database"),
        Flow(PROMETHEUS, POSTGRES, (9187,), "metrics"),
        *(Flow(PROMETHEUS, store, (S3_PORT,), "metrics") for store in _own_stores(settings)),
        Flow(PROMETHEUS, SYSTEM, (8080, 9402), "metrics"),
        Flow(PROMETHEUS, TRINO_COORDINATOR, (HTTPS_PORT,), "metrics"),
        Flow(PROMETHEUS, DATAHUB, (4319,), "metrics"),
        Flow(PROMETHEUS, METABASE_SERVER, (9191,), "metrics"),
        Flow(PROMETHEUS, nodes, (9100, 10250), "metrics of nodes and kubelets"),
        *_to_receivers(settings),
    )


def _to_object_store(settings: Settings) -> tuple[Flow, ...]:
    readers = {
        AIRBYTE: "sync pods write bronze, servers write logs",
        LOCAL_DBT: "builds read bronze and write silver and gold",
        METASTORE: "the metastore checks locations",
        TRINO: "queries",
        DAGSTER: "runs, and their logs",
        POSTGRES: "backups",
    }
    if settings.object_store.mode is StoreMode.EXTERNAL:
        cidrs = tuple(settings.network.object_store_cidrs) or (EVERYWHERE,)
        store = Outside("the external object store", cidrs)
        port = _port_of(settings.object_store.endpoint or "")
        return tuple(Flow(pods, store, (port,), why) for pods, why in readers.items())
    stores = _own_stores(settings)
    moving = (MINIO_MIRROR,) if len(stores) > 1 else ()
    return tuple(
        flow
        for store in stores
        for flow in (
            *(Flow(pods, store, (S3_PORT,), why) for pods, why in readers.items()),
            Flow(store, store, (S3_PORT,), "servers of one pool"),
            Flow(MINIO_JOB, store, (S3_PORT,), "buckets, identities and policies"),
            *(Flow(job, store, (S3_PORT,), "bronze and its copy") for job in LAKE_COPIES if settings.backs_up),
            *(Flow(mirror, store, (S3_PORT,), "copies one store to the other") for mirror in moving),
        )
    )


def _to_the_identity_provider(settings: Settings) -> tuple[Flow, ...]:
    if settings.oidc is None:
        return ()
    provider = Outside("the identity provider", tuple(settings.network.identity_provider_cidrs) or (EVERYWHERE,))
    return (Flow(TRINO_COORDINATOR, provider, (_port_of(settings.oidc.issuer),), "who logs in"),)


def _of_the_query_log(settings: Settings) -> tuple[Flow, ...]:
    if settings.profile is not Profile.PRODUCTION:
        return ()
    return (
        Flow(TRINO_COORDINATOR, QUERY_LOG, (QUERY_LOG_PORT,), "finished queries"),
        Flow(QUERY_LOG, POSTGRES, (POSTGRES_PORT,), "the query log"),
        Flow(PROMETHEUS, QUERY_LOG, (QUERY_LOG_METRICS_PORT,), "metrics"),
        *(Flow(store, QUERY_LOG, (OBJECT_LOG_PORT,), "who touched what") for store in _internal_stores(settings)),
    )


def _own_stores(settings: Settings) -> list[Pods]:
    """Two while the object store moves; pods find the one that serves by its address."""
    return [STORES[store] for store in settings.object_store.stores]


def _internal_stores(settings: Settings) -> list[Pods]:
    return _own_stores(settings) if settings.object_store.mode is StoreMode.INTERNAL else []


def _from_browsers(settings: Settings) -> tuple[Flow, ...]:
    controller, webs = Elsewhere(settings.ingress.namespace), named(settings)
    found = [Flow(controller, web.pods, (web.pod_port,), "browsers") for web in webs]
    if webs and settings.ingress.cluster_issuer is not None:
        proof = {"acme.cert-manager.io/http01-solver": "true"}
        spaces = dict.fromkeys(web.namespace for web in webs)
        found += [
            Flow(controller, Pods.of(space, proof), (8089,), "the issuer asks who owns a name") for space in spaces
        ]
        issuer = Outside("the certificate issuer", tuple(settings.network.certificate_issuer_cidrs) or (EVERYWHERE,))
        found.append(Flow(CERT_MANAGER, issuer, (80, 443), "it orders certificates, and tries the proof itself first"))
    return tuple(found)


def _to_receivers(settings: Settings) -> tuple[Flow, ...]:
    alerting = settings.alerting
    channels = receiver_secrets(alerting)
    if not channels:
        return ()
    ports = {443} if channels.keys() - {"email", "webhook"} else set()
    if alerting.email:
        ports.add(int(alerting.email.server.rpartition(":")[2]))
    if alerting.webhook:
        ports.add(_port_of(alerting.webhook))
    receivers = Outside("who is told of alerts", tuple(settings.network.alert_receiver_cidrs) or (EVERYWHERE,))
    return (Flow(ALERTMANAGER, receivers, tuple(sorted(ports)), "alerts"),)


def _port_of(url: str) -> int:
    scheme, _, rest = url.partition("://")
    port = rest.partition("/")[0].partition(":")[2]
    return int(port) if port else (443 if scheme == "https" else 80)
