"""What settings must agree on with one another and with the sizes, before anything is created."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import yaml
from pydantic import ValidationError

from .addresses import HASH_KEY_SECRET
from .alert_checks import alerts_reach_their_receivers, mutes_name_components
from .chart_archives import charts_are_there
from .databases import ROLES
from .errors import ConfigError
from .idle_checks import settings_do_something
from .metastore_config import pool_size
from .profile import Profile
from .settings import Ingestion, Settings
from .sizing import LightweightSizing, ProductionSizing
from .store_checks import archives_databases, store_is_complete
from .trino_access import PROJECT, Policy, load_policy, published_tables
from .trino_catalogs import CONCURRENT_CHANGES
from .trino_clients import CLIENTS

OLDEST_KUBERNETES = (1, 31)

AnySizing = LightweightSizing | ProductionSizing
Check = Callable[[Settings, AnySizing], Iterator[str]]


def images_are_named(settings: Settings, _: AnySizing) -> Iterator[str]:
    wanted = {"pipelines": settings.images.pipelines}
    if settings.profile is Profile.PRODUCTION:
        wanted["superset"] = settings.images.superset
    for name, value in wanted.items():
        if value is None:
            yield (
                f"lakehouse:images.{name} is not set. Its pods have no image to start from. Build and push it with "
                f"`make images-build REGISTRY=<your registry>`, then run: pulumi config set --path "
                f"lakehouse:images.{name} <reference>"
            )


def odoo_is_reachable(settings: Settings, _: AnySizing) -> Iterator[str]:
    if settings.odoo_password is None:
        yield (
            "lakehouse:odooPassword is not set. Nothing can be read from Odoo's database. "
            "Run: pulumi config set --secret lakehouse:odooPassword"
        )
        return
    password = settings.odoo_password.get_secret_value()
    if password != password.strip():
        yield (
            "lakehouse:odooPassword is (hidden) and starts or ends with white space, as a file's last line does. "
            "PostgreSQL would refuse it. Run: pulumi config set --secret lakehouse:odooPassword"
        )


def odoo_can_prove_itself(settings: Settings, _: AnySizing) -> Iterator[str]:
    odoo = settings.odoo
    if odoo.verifies and odoo.ca_certificate is None:
        yield (
            f"lakehouse:odoo.sslMode is {odoo.ssl_mode}, but lakehouse:odoo.caCertificate is not set. Nothing would "
            "say whom to trust, and every connection to Odoo would be refused. Give the authority's certificate: "
            'pulumi config set --path lakehouse:odoo.caCertificate -- "$(cat root.crt)", or set sslMode: require.'
        )
    if odoo.ca_certificate is not None and not odoo.verifies:
        yield (
            f"lakehouse:odoo.caCertificate is set, but lakehouse:odoo.sslMode is {odoo.ssl_mode}, which verifies no "
            "server. It would do nothing, or not what it seems. Set sslMode: verify-full, or remove it: "
            "pulumi config rm --path lakehouse:odoo.caCertificate"
        )


def hash_key_changes_with_the_hashes(settings: Settings, _: AnySizing) -> Iterator[str]:
    generation = settings.secret_generation.get(HASH_KEY_SECRET, 1)
    if generation != settings.odoo.full_extraction:
        yield (
            f"lakehouse:secretGeneration.{HASH_KEY_SECRET} is {generation}, but lakehouse:odoo.fullExtraction is "
            f"{settings.odoo.full_extraction}. Values hashed with one key do not match those hashed with another, so "
            "the key and everything that was hashed change together. Set both to the same number."
        )


def names_have_a_domain(settings: Settings, _: AnySizing) -> Iterator[str]:
    ingress = settings.ingress
    if settings.domain is not None and ingress.class_name is None:
        yield (
            f"lakehouse:domain is {settings.domain!r}, but lakehouse:ingress.className is not set. No controller would "
            "serve the names. Run: pulumi config set --path lakehouse:ingress.className <class>"
        )


def retention_fits_the_volume(settings: Settings, sizing: AnySizing) -> Iterator[str]:
    # 40 scrape targets' series at 30 s take about 0.35 GiB a day.
    daily_mib, room = 360, sizing.monitoring.kept_metrics
    needed = settings.retention.metrics_days * daily_mib
    if needed > room.mib:
        yield (
            f"lakehouse:retention.metricsDays is {settings.retention.metrics_days}: {needed}Mi at {daily_mib}Mi a day, "
            f"but Prometheus keeps {room} of its volume of {sizing.monitoring.prometheus.volume}. The oldest days "
            "would be missing. Keep fewer, or raise lakehouse:overrides.monitoring.prometheus.volume."
        )


def kubernetes_is_new_enough(settings: Settings, _: AnySizing) -> Iterator[str]:
    if settings.kubernetes_version is None:
        return
    major, minor = (int(part) for part in settings.kubernetes_version.split("."))
    if (major, minor) < OLDEST_KUBERNETES:
        oldest = ".".join(str(part) for part in OLDEST_KUBERNETES)
        yield (
            f"lakehouse:kubernetesVersion is {settings.kubernetes_version}, older than {oldest}. The charts and the "
            "policies use fields that it does not know. Upgrade the cluster."
        )


def restore_is_complete(settings: Settings, _: AnySizing) -> Iterator[str]:
    postgres = settings.postgres
    if postgres.generation == 1 and postgres.target_time is not None:
        yield (
            f"lakehouse:postgres.targetTime is {postgres.target_time.isoformat()}, but lakehouse:postgres.generation "
            "is 1. A cluster of the first generation starts empty, so nothing would be restored. Set generation to 2, "
            "or remove it: pulumi config rm --path lakehouse:postgres.targetTime"
        )
    if postgres.generation > 1 and not archives_databases(settings):
        yield (
            f"lakehouse:postgres.generation is {postgres.generation}, but lakehouse:objectStoreCredentials has neither "
            "backup nor default. There is no archive to restore from. Set the key pair of backup, or generation to 1."
        )


def extraction_has_one_writer(settings: Settings, _: AnySizing) -> Iterator[str]:
    if settings.ingestion is Ingestion.DIRECT and "airbyte" in settings.overrides:
        yield (
            "lakehouse:ingestion is direct, but lakehouse:overrides.airbyte is set. Airbyte is not installed, so the "
            "sizes would do nothing. Remove the override, or set ingestion to airbyte."
        )


def connections_are_of_known_logins(_: Settings, sizing: AnySizing) -> Iterator[str]:
    for name in sorted(set(sizing.postgres.connections) - {role.name for role in ROLES}):
        yield (
            f"postgres.connections.{name} is {sizing.postgres.connections[name]}, but PostgreSQL has no such login. "
            f"The number would do nothing. Remove lakehouse:overrides.postgres.connections.{name}."
        )


def metastore_serves_trino(_: Settings, sizing: AnySizing) -> Iterator[str]:
    if not isinstance(sizing, ProductionSizing):
        return
    connections, servers = sizing.postgres.connections.get("metastore", 0), sizing.metastore.server.replicas
    pool = pool_size(connections, servers)
    if pool <= CONCURRENT_CHANGES:
        yield (
            f"postgres.connections.metastore is {connections}, which gives each pool of {servers} metastore server(s) "
            f"{pool} connections, but Trino changes {CONCURRENT_CHANGES} tables at once. They would wait for one "
            "another for ever. Raise lakehouse:overrides.postgres.connections.metastore."
        )


def access_policy_is_sound(settings: Settings, _: AnySizing) -> Iterator[str]:
    if settings.profile is not Profile.PRODUCTION:
        if settings.people:
            yield (
                "lakehouse:people is set, but the lightweight profile has no Trino to log in to. It would do nothing. "
                "Remove it: pulumi config rm lakehouse:people"
            )
        return
    try:
        policy = load_policy(PROJECT)
        published_tables(PROJECT, policy)
    except (ValueError, yaml.YAMLError) as error:
        yield f"contracts/access.yaml can't be used: {_told(error)}. Trino would have no rules. Correct the file."
        return
    yield from _people_have_roles(settings, policy)


def _people_have_roles(settings: Settings, policy: Policy) -> Iterator[str]:
    open_to_people = [name for name, role in policy.roles.items() if not role.builds]
    for name, person in settings.people.items():
        if name in {client.name for client in CLIENTS}:
            yield (
                f"lakehouse:people.{name} has the name of one of the platform's own logins. One of the two could not "
                "log in. Choose another name."
            )
        if person.role not in open_to_people:
            yield (
                f"lakehouse:people.{name}.role is {person.role!r}; a person has one of {', '.join(open_to_people)}. "
                f"Trino would show nothing. Run: pulumi config set --path lakehouse:people.{name}.role <role>"
            )


def identity_provider_is_complete(settings: Settings, _: AnySizing) -> Iterator[str]:
    if settings.oidc is None:
        return
    if settings.oidc_client_secret is None:
        yield (
            "lakehouse:oidc is set, but lakehouse:oidcClientSecret is not. Trino could not ask the identity provider. "
            "Run: pulumi config set --secret lakehouse:oidcClientSecret"
        )
    if settings.domain is None:
        yield (
            "lakehouse:oidc is set, but lakehouse:domain is not. The identity provider could send nobody back to "
            "Trino. Run: pulumi config set lakehouse:domain <your domain>"
        )
    if not settings.people:
        yield (
            "lakehouse:oidc is set, but lakehouse:people is not. Nobody could log in. Run: pulumi config set --path "
            "lakehouse:people.<name>.role <role>"
        )


def _told(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return " ".join(str(error).split())
    return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())


CHECKS: tuple[Check, ...] = (
    images_are_named,
    odoo_is_reachable,
    odoo_can_prove_itself,
    hash_key_changes_with_the_hashes,
    store_is_complete,
    names_have_a_domain,
    retention_fits_the_volume,
    alerts_reach_their_receivers,
    mutes_name_components,
    kubernetes_is_new_enough,
    charts_are_there,
    restore_is_complete,
    settings_do_something,
    extraction_has_one_writer,
    connections_are_of_known_logins,
    metastore_serves_trino,
    access_policy_is_sound,
    identity_provider_is_complete,
)


def check(settings: Settings, sizing: AnySizing) -> None:
    """Raises ConfigError with every contradiction."""
    if problems := [problem for one in CHECKS for problem in one(settings, sizing)]:
        raise ConfigError(problems)
