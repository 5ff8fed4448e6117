"""What each product's quota holds: its pods by name, and the heaps, pools and limits that follow from their sizes.

One class per quota; the numbers come from sizing/<profile>.yaml. A field that is a Workload, Job or Run counts.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .budget import DEFAULT_SIZE, Budget, Job, Pod, Run, Workload
from .quantities import Cpu, Memory
from .settings import StoreName

# Trino asks for 70-85 % of the container; the rest is metaspace, code cache and direct buffers.
TRINO_HEAP_PERCENT = 80
# memory.heap-headroom-per-node is 30 % of the heap, and Trino refuses to start when per-node query memory and
# headroom exceed the heap together.
TRINO_QUERY_PERCENT_OF_HEAP = 60
TRINO_SMALLEST_WORKER = Memory.parse("2Gi")
# A service's JVM needs a third of its container for threads, metaspace and direct buffers.
JVM_HEAP_PERCENT = 64
# OpenSearch and Kafka read their files through the page cache: half of the container is left to it.
PAGE_CACHE_HEAP_PERCENT = 50
# Of the broker's volume; the rest is for segments that are not closed yet, and for Kafka's own topics.
KAFKA_LOG_PERCENT = 70
# PostgreSQL's documentation starts shared_buffers at a quarter of the memory.
POSTGRES_BUFFERS_PERCENT = 25
# A backend of these products takes up to this much beside the buffers.
POSTGRES_MIB_PER_CONNECTION = 6
POSTGRES_RESERVED_CONNECTIONS = 20
# One process of Superset with its libraries and a result at hand.
SUPERSET_MIB_PER_PROCESS = 480
# Buffers of clients and fragmentation come on top of the data.
VALKEY_MEMORY_PERCENT = 70
# DuckDB's own limit leaves room for Python, dbt and the allocator.
DUCKDB_MEMORY_PERCENT = 70
# Prometheus' documentation keeps retention.size at 80-85 % of the volume: the WAL and compactions need the rest.
PROMETHEUS_KEPT_PERCENT = 85
# Sidecars whose size no profile changes: they copy files. The operator has no flag for its reloader's scratch, so that
# is the namespace's default.
CONFIG_RELOADER = Pod(cpu=Cpu(10), memory=Memory(32), scratch=DEFAULT_SIZE.scratch)
GRAFANA_SIDECAR = Pod(cpu=Cpu(15), memory=Memory(96), scratch=Memory(64))
GRAFANA_SIDECARS = 2


class MinioBudget(Budget):
    """`second` are the servers of the second store, which are there while the object store moves, and after.

    `backup` is the pod that copies bronze, or tries to restore it.
    """

    server: Workload
    second: Workload | None = None
    provision: Job
    backup: Run

    def servers(self, store: StoreName) -> Workload:
        """Raises ValueError for a store that the settings do not have."""
        found = self.server if store is StoreName.FIRST else self.second
        if found is None:
            raise ValueError(f"there is no {store} store")
        return found


class AirbyteBudget(Budget):
    server: Workload
    worker: Workload
    launcher: Workload
    workload_api: Workload
    cron: Workload
    temporal: Workload
    manifest: Workload
    bootloader: Job
    apply: Job
    sync: Run


class LocalDbtBudget(Budget):
    """dbt with DuckDB in one CronJob pod: the rows dbt and DuckDB."""

    run_pod: Run

    @property
    def duckdb_memory(self) -> Memory:
        return self.run_pod.amount.memory.share(DUCKDB_MEMORY_PERCENT)


class MetabaseBudget(Budget):
    server: Workload
    apply: Job

    @property
    def heap(self) -> Memory:
        return self.server.memory.share(JVM_HEAP_PERCENT)


class TrinoBudget(Budget):
    coordinator: Workload
    worker: Workload

    @property
    def worker_heap(self) -> Memory:
        return self.worker.memory.share(TRINO_HEAP_PERCENT)

    @property
    def coordinator_heap(self) -> Memory:
        return self.coordinator.memory.share(TRINO_HEAP_PERCENT)

    @property
    def query_memory_per_node(self) -> Memory:
        """What one query may use on a node; the smaller of the two kinds of node decides."""
        return min(self.worker_heap, self.coordinator_heap).share(TRINO_QUERY_PERCENT_OF_HEAP)

    @property
    def query_memory(self) -> Memory:
        return self.query_memory_per_node * max(self.worker.replicas, 1)

    def problems(self, name: str) -> list[str]:
        found = super().problems(name)
        if self.worker.replicas and self.worker.memory < TRINO_SMALLEST_WORKER:
            found.append(
                f"{name}.worker.memory is {self.worker.memory}; below {TRINO_SMALLEST_WORKER} the JVM has no room for "
                f"a query after its headroom. Raise it under lakehouse:overrides.{name}, or set "
                "worker.replicas: 0 to run queries on the coordinator."
            )
        return found


class SupersetBudget(Budget):
    web: Workload
    worker: Workload
    beat: Workload
    init: Job

    @property
    def web_processes(self) -> int:
        return max(1, self.web.memory.mib // SUPERSET_MIB_PER_PROCESS)

    @property
    def worker_processes(self) -> int:
        return max(1, self.worker.memory.mib // SUPERSET_MIB_PER_PROCESS)


class DataHubBudget(Budget):
    opensearch: Workload
    kafka: Workload
    gms: Workload
    frontend: Workload
    actions: Workload
    system_update: Job
    ingestion: Run

    @property
    def opensearch_heap(self) -> Memory:
        return self.opensearch.memory.share(PAGE_CACHE_HEAP_PERCENT)

    @property
    def kafka_heap(self) -> Memory:
        return self.kafka.memory.share(PAGE_CACHE_HEAP_PERCENT)

    @property
    def kafka_log(self) -> Memory:
        """What all topics together may keep on the broker's volume."""
        return self.kafka.volume.share(KAFKA_LOG_PERCENT)

    @property
    def gms_heap(self) -> Memory:
        return self.gms.memory.share(JVM_HEAP_PERCENT)

    @property
    def frontend_heap(self) -> Memory:
        return self.frontend.memory.share(JVM_HEAP_PERCENT)

    @property
    def system_update_heap(self) -> Memory:
        return self.system_update.memory.share(JVM_HEAP_PERCENT)


class DagsterBudget(Budget):
    web: Workload
    daemon: Workload
    code_location: Workload
    migrate: Job


class DagsterRunBudget(Budget):
    """The dbt row: pods that Dagster's daemon starts, kept apart by their priority class."""

    run_pod: Run


class SupportingBudget(Budget):
    """A quota that is not in the user's sizing table; its totals are printed apart."""

    supporting: ClassVar[bool] = True


class PostgresBudget(SupportingBudget):
    """`backup` is the sidecar that archives each instance; `connections` what each database's owner may open.

    `grants` is a Job that lets one login read what another owns.
    """

    instance: Workload
    backup: Workload
    grants: Job
    connections: dict[str, int] = Field(min_length=1)

    @property
    def shared_buffers(self) -> Memory:
        return self.instance.memory.share(POSTGRES_BUFFERS_PERCENT)

    @property
    def max_connections(self) -> int:
        """What the memory beside the buffers can serve."""
        return (self.instance.memory - self.shared_buffers).mib // POSTGRES_MIB_PER_CONNECTION

    def problems(self, name: str) -> list[str]:
        found = super().problems(name)
        wanted, room = sum(self.connections.values()), self.max_connections - POSTGRES_RESERVED_CONNECTIONS
        if wanted > room:
            found.append(
                f"{name}.connections add up to {wanted}, but {self.instance.memory} serve {self.max_connections} "
                f"connections, {POSTGRES_RESERVED_CONNECTIONS} of them reserved: {wanted} > {room}. Products would be "
                f"refused at peak times. Lower them, or raise lakehouse:overrides.{name}.instance.memory."
            )
        if self.backup.replicas != self.instance.replicas:
            found.append(
                f"{name}.backup.replicas is {self.backup.replicas}, but every one of the {self.instance.replicas} "
                "instances has one sidecar. The quota would be counted wrongly. Set both to the same number under "
                f"lakehouse:overrides.{name}."
            )
        return found


class ProductionPostgresBudget(PostgresBudget):
    """With the Job that makes the query log's tables."""

    query_log_tables: Job


class MetastoreBudget(SupportingBudget):
    server: Workload
    schema_job: Job

    @property
    def heap(self) -> Memory:
        return self.server.memory.share(JVM_HEAP_PERCENT)


class ValkeyBudget(SupportingBudget):
    server: Workload

    @property
    def data_memory(self) -> Memory:
        return self.server.memory.share(VALKEY_MEMORY_PERCENT)


class SystemBudget(SupportingBudget):
    """Operators and cert-manager."""

    cnpg: Workload
    barman: Workload
    cert_manager: Workload
    cert_manager_webhook: Workload
    cert_manager_cainjector: Workload
    cert_manager_check: Job


class ProductionSystemBudget(SystemBudget):
    """With the operator of Kafka's broker."""

    strimzi: Workload


class MonitoringBudget(SupportingBudget):
    prometheus: Workload
    alertmanager: Workload
    grafana: Workload
    operator: Workload
    kube_state_metrics: Workload
    query_exporter: Workload

    @property
    def kept_metrics(self) -> Memory:
        """What Prometheus may keep; beyond it the oldest go."""
        return self.prometheus.volume.share(PROMETHEUS_KEPT_PERCENT)


class ProductionMonitoringBudget(MonitoringBudget):
    """With the receiver of Trino's finished queries."""

    query_log: Workload


class NodeBudget(SupportingBudget):
    """One exporter pod on every node; `replicas` is the number of nodes that the quota provides for."""

    exporter: Workload
