"""The stack's configuration as one typed value, read by `settings_reader`.

Keys are `lakehouse:*` in camelCase. Secrets stay SecretStr until `secrets` hands them to Pulumi.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel

from .alert_routing import Alerting
from .notations import (
    Certificates,
    Cidr,
    Cron,
    DailyCron,
    Domain,
    Host,
    ImageReference,
    Issuer,
    Name,
    Port,
    Region,
    Registry,
    Url,
    WeeklyCron,
    written_as,
)
from .profile import Profile

EVERYWHERE = "0.0.0.0/0"


class Ingestion(StrEnum):
    AIRBYTE = "airbyte"
    DIRECT = "direct"


class StoreMode(StrEnum):
    INTERNAL = "internal"
    EXTERNAL = "external"


class Topology(StrEnum):
    SINGLE = "single"
    DISTRIBUTED = "distributed"


DEFAULT_TOPOLOGY = {Profile.LIGHTWEIGHT: Topology.SINGLE, Profile.PRODUCTION: Topology.DISTRIBUTED}


class StoreName(StrEnum):
    """The stack's object stores: one, and a second beside it while its topology changes."""

    FIRST = "first"
    SECOND = "second"


class Provisioner(StrEnum):
    JOB = "job"
    PROVIDER = "provider"


class CertManager(StrEnum):
    INSTALL = "install"
    EXISTING = "existing"


class TableFormat(StrEnum):
    """The format of silver and gold tables on Trino."""

    DELTA = "delta"
    ICEBERG = "iceberg"


class NodeExporter(StrEnum):
    ALWAYS = "always"
    NEVER = "never"
    PRODUCTION = "production"


class Replication(StrEnum):
    STANDARD = "standard"
    CDC = "cdc"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


class OdooSettings(Section):
    """The database that is read."""

    host: Host = Field(description="the host of Odoo's PostgreSQL server")
    port: Port = 5432
    database: str = Field(min_length=1, description="the name of Odoo's database")
    username: str = Field(default="odoo_lake", min_length=1)
    ssl_mode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] = "require"
    # The authority that signed the server's certificate, as PEM text; it is not secret.
    ca_certificate: Certificates | None = None
    # Raised together with the generation of the key that hashes personal data: everything is read and hashed anew.
    full_extraction: Annotated[int, Field(ge=1)] = 1

    @property
    def verifies(self) -> bool:
        """Whether the server has to prove who it is."""
        return self.ssl_mode.startswith("verify-")


class SecondStoreSettings(Section):
    topology: Topology


class ObjectStoreSettings(Section):
    mode: StoreMode = StoreMode.INTERNAL
    endpoint: Url | None = None
    region: Region = "us-east-1"
    topology: Topology | None = None
    provisioner: Provisioner = Provisioner.JOB
    # Where the store's API is reached from the machine that runs Pulumi; needed by provisioner: provider.
    provider_endpoint: Url | None = None
    # With provisioner: provider, take over buckets and identities that the Job made.
    adopt_existing: bool = False
    # A store's topology is fixed. Another one takes a second store, a copy, and a change of the endpoint.
    second: SecondStoreSettings | None = None
    serve_from: StoreName = StoreName.FIRST
    mirror_to: StoreName = StoreName.SECOND
    retire_old: bool = False

    @property
    def stores(self) -> tuple[StoreName, ...]:
        """Those that exist in an internal store."""
        if self.second is None:
            return (StoreName.FIRST,)
        return (self.serve_from,) if self.retire_old else tuple(StoreName)

    @property
    def hands_over(self) -> bool:
        """Whether the store that is copied to also serves: the other one is no longer written to."""
        return self.mirror_to is self.serve_from


class ImageSettings(Section):
    """The images that the user builds from this repository."""

    pipelines: ImageReference | None = None
    superset: ImageReference | None = None


class NetworkSettings(Section):
    """Addresses that network policies let pods reach or be reached from."""

    api_server_cidrs: list[Cidr] = []
    node_cidrs: list[Cidr] = []
    odoo_cidrs: list[Cidr] = []
    object_store_cidrs: list[Cidr] = []
    alert_receiver_cidrs: list[Cidr] = []
    connector_registry_cidrs: list[Cidr] = []
    certificate_issuer_cidrs: list[Cidr] = []
    identity_provider_cidrs: list[Cidr] = []


class IngressSettings(Section):
    class_name: Name | None = None
    cluster_issuer: Name | None = None
    # Annotations of every name, for what the controller needs to be told.
    annotations: dict[str, str] = {}
    # Annotations that put a login before web interfaces that have none of their own.
    authentication_annotations: dict[str, str] = {}
    # Annotations that make the controller speak HTTPS to Trino; these are those of ingress-nginx.
    https_backend_annotations: dict[str, str] = {"nginx.ingress.kubernetes.io/backend-protocol": "HTTPS"}
    namespace: Name = "ingress-nginx"


class AirbyteSettings(Section):
    replication: Replication = Replication.STANDARD
    # With the build after it well within four hours, which is what readers are promised.
    schedule: Cron = "0 */2 * * *"


class PersonSettings(Section):
    """A person who logs in to Trino; `companies` limits the rows that are seen, empty for all."""

    role: str
    companies: list[Annotated[int, Field(ge=1)]] = []


class OidcSettings(Section):
    """The company's identity provider (OpenID Connect), by which people log in to Trino beside their passwords."""

    issuer: Issuer
    client_id: str = Field(min_length=1, description="the name under which the provider knows Trino")
    # The claim of the provider's token that is a name of lakehouse:people.
    user_claim: Annotated[str, written_as(r"\w+", "not a claim; write it as preferred_username")] = "preferred_username"
    scopes: list[Annotated[str, written_as(r"[\w.:/-]+", "not a scope; write it as openid")]] = ["openid", "profile"]


class DataHubSettings(Section):
    # For the time of an upgrade: nothing writes while DataHub changes what it has stored.
    suspend_ingestion: bool = False


class RetentionSettings(Section):
    """How long copies are kept."""

    backup_days: Annotated[int, Field(ge=1, le=3650)] = 14
    metrics_days: Annotated[int, Field(ge=1, le=3650)] = 10
    noncurrent_version_days: Annotated[int, Field(ge=1, le=3650)] = 7


class BackupSettings(Section):
    """Copies of bronze in the store's backup bucket, and drills that restore; times are UTC."""

    # By default where data is protected.
    enabled: bool | None = None
    # At least once a day: LakeBackupOld says so after 26 hours.
    schedule: DailyCron = "30 0 * * *"
    # At least once a week: RestoreDrillOld says so after eight days.
    drill_schedule: WeeklyCron = "0 13 * * 6"


class PostgresSettings(Section):
    """What PostgreSQL's cluster starts from."""

    # Raised by one for a restore: the next cluster starts from the archive of the one before, and has its own.
    generation: Annotated[int, Field(ge=1)] = 1
    # The moment to restore; without it, everything that was archived.
    target_time: AwareDatetime | None = None


class Settings(Section):
    """Everything that a stack decides."""

    profile: Profile = Field(description="how big the platform is: lightweight or production")
    storage_class: Name = Field(description="the storage class of every volume; `kubectl get storageclass` lists them")
    odoo: OdooSettings = Field(description="the connection to Odoo's database: host, port, database, username")
    odoo_password: SecretStr | None = None
    ingestion: Ingestion = Ingestion.AIRBYTE
    schedule: Cron = "30 */2 * * *"
    table_format: TableFormat = TableFormat.DELTA
    people: dict[Name, PersonSettings] = {}
    oidc: OidcSettings | None = None
    oidc_client_secret: SecretStr | None = None
    object_store: ObjectStoreSettings = ObjectStoreSettings()
    object_store_credentials: SecretStr | None = None
    images: ImageSettings = ImageSettings()
    image_registry: Registry | None = None
    chart_directory: str | None = None
    domain: Domain | None = None
    ingress: IngressSettings = IngressSettings()
    network: NetworkSettings = NetworkSettings()
    cert_manager: CertManager = CertManager.INSTALL
    # Where an existing cert-manager keeps the secrets of cluster issuers: its own, unless it was told another.
    cert_manager_namespace: Name = "cert-manager"
    airbyte: AirbyteSettings = AirbyteSettings()
    data_hub: DataHubSettings = DataHubSettings()
    backup: BackupSettings = BackupSettings()
    postgres: PostgresSettings = PostgresSettings()
    retention: RetentionSettings = RetentionSettings()
    node_exporter: NodeExporter = NodeExporter.PRODUCTION
    alerting: Alerting = Alerting()
    alert_receivers: SecretStr | None = None
    protect_data: bool = True
    secret_generation: dict[str, Annotated[int, Field(ge=1)]] = {}
    kubernetes_version: (
        Annotated[str, written_as(r"1\.\d+", "not a version; write its first two numbers, such as 1.33")] | None
    ) = None
    overrides: dict[str, dict[str, Any]] = {}

    @property
    def topology(self) -> Topology:
        """The first store's."""
        return self.object_store.topology or DEFAULT_TOPOLOGY[self.profile]

    def topology_of(self, store: StoreName) -> Topology:
        second = self.object_store.second
        return second.topology if store is StoreName.SECOND and second is not None else self.topology

    @property
    def backs_up(self) -> bool:
        """Whether our own store has a copy of bronze; an external one is its owner's to copy."""
        wanted = self.protect_data if self.backup.enabled is None else self.backup.enabled
        return wanted and self.object_store.mode is StoreMode.INTERNAL

    @property
    def exports_nodes(self) -> bool:
        """Whether node-exporter runs; it needs the one privileged namespace."""
        in_production = self.node_exporter is NodeExporter.PRODUCTION and self.profile is Profile.PRODUCTION
        return in_production or self.node_exporter is NodeExporter.ALWAYS
