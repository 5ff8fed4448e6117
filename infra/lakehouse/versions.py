"""Every chart and image that is pulled, with its pin: one owner per version.

No bitnami* and no docker.io/minio: those registries are dead. `make images` prints what a stack pulls.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chart:
    """A third-party chart. `repository` is an HTTPS address, or oci:// with the chart's own path."""

    name: str
    repository: str
    version: str

    @property
    def is_oci(self) -> bool:
        return self.repository.startswith("oci://")

    @property
    def archive(self) -> str:
        """The file as `helm pull` names it."""
        return f"{self.name}-{self.version}.tgz"


@dataclass(frozen=True)
class Image:
    registry: str
    repository: str
    tag: str

    def reference(self, mirror: str | None) -> str:
        """What a pod names; a mirror keeps the repository's path."""
        return f"{mirror or self.registry}/{self.repository}:{self.tag}"


# renovate: datasource=helm depName=airbyte registryUrl=https://airbytehq.github.io/charts
AIRBYTE = Chart("airbyte", "https://airbytehq.github.io/charts", "2.2.0")
# renovate: datasource=helm depName=trino registryUrl=https://trinodb.github.io/charts/
TRINO = Chart("trino", "https://trinodb.github.io/charts/", "1.42.2")
# renovate: datasource=helm depName=superset registryUrl=https://apache.github.io/superset
SUPERSET = Chart("superset", "https://apache.github.io/superset", "0.15.2")
# renovate: datasource=helm depName=datahub registryUrl=https://helm.datahubproject.io/
DATAHUB = Chart("datahub", "https://helm.datahubproject.io/", "1.1.0")
# renovate: datasource=helm depName=dagster registryUrl=https://dagster-io.github.io/helm
DAGSTER = Chart("dagster", "https://dagster-io.github.io/helm", "1.12.7")
# renovate: datasource=helm depName=cloudnative-pg registryUrl=https://cloudnative-pg.github.io/charts
CLOUDNATIVE_PG = Chart("cloudnative-pg", "https://cloudnative-pg.github.io/charts", "0.29.0")
# renovate: datasource=helm depName=plugin-barman-cloud registryUrl=https://cloudnative-pg.github.io/charts
BARMAN_CLOUD = Chart("plugin-barman-cloud", "https://cloudnative-pg.github.io/charts", "0.7.0")
# renovate: datasource=helm depName=cert-manager registryUrl=https://charts.jetstack.io
CERT_MANAGER = Chart("cert-manager", "https://charts.jetstack.io", "v1.21.1")
# renovate: datasource=helm depName=opensearch registryUrl=https://opensearch-project.github.io/helm-charts/
OPENSEARCH = Chart("opensearch", "https://opensearch-project.github.io/helm-charts/", "3.6.0")
# renovate: datasource=docker depName=quay.io/strimzi-helm/strimzi-kafka-operator
STRIMZI = Chart("strimzi-kafka-operator", "oci://quay.io/strimzi-helm/strimzi-kafka-operator", "1.2.0")
# renovate: datasource=helm depName=kube-prometheus-stack registryUrl=https://prometheus-community.github.io/helm-charts
KUBE_PROMETHEUS = Chart("kube-prometheus-stack", "https://prometheus-community.github.io/helm-charts", "88.5.3")

# The maintained fork of the archived server: same on-disk format, environment and API.
# renovate: datasource=docker depName=docker.io/pgsty/silo
MINIO_IMAGE = Image("docker.io", "pgsty/silo", "RELEASE.2026-09-03T13-18-01Z")
# Airbyte supports PostgreSQL 13 to 17.
# renovate: datasource=docker depName=ghcr.io/cloudnative-pg/postgresql
POSTGRES_IMAGE = Image("ghcr.io", "cloudnative-pg/postgresql", "17.6-standard-bookworm")
# renovate: datasource=docker depName=docker.io/valkey/valkey
VALKEY_IMAGE = Image("docker.io", "valkey/valkey", "9.0.1")
# renovate: datasource=docker depName=docker.io/apache/hive
HIVE_IMAGE = Image("docker.io", "apache/hive", "4.0.1")
# renovate: datasource=docker depName=docker.io/trinodb/trino
TRINO_IMAGE = Image("docker.io", "trinodb/trino", "480")
# The last one whose nslookup finds services by their short names, as Dagster's chart asks for its code locations.
BUSYBOX_IMAGE = Image("docker.io", "library/busybox", "1.28")
# renovate: datasource=docker depName=ghcr.io/albertodonato/query-exporter
QUERY_EXPORTER_IMAGE = Image("ghcr.io", "albertodonato/query-exporter", "5.2.2")
# DataHub is tested with OpenSearch 2; the chart's default is 3.
# renovate: datasource=docker depName=docker.io/opensearchproject/opensearch
OPENSEARCH_IMAGE = Image("docker.io", "opensearchproject/opensearch", "2.19.5")
# The operator's version decides which ones it can run.
KAFKA_VERSION = "4.3.1"
KAFKA_METADATA_VERSION = "4.3-IV0"
# The release of the chart's application, with every source.
# renovate: datasource=docker depName=docker.io/acryldata/datahub-ingestion
DATAHUB_INGESTION_IMAGE = Image("docker.io", "acryldata/datahub-ingestion", "v1.7.0")
# renovate: datasource=docker depName=docker.io/metabase/metabase
METABASE_IMAGE = Image("docker.io", "metabase/metabase", "v0.63.19")
