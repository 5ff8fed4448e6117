"""DataHub's ingestion recipes: what each reads, and which secrets its variables come from. They hold no secret.

DataHub has no identity in the object store. What dbt and Dagster would leave there, the first step of a recipe's pod
writes anew from the project inside the pipelines image: the very files that the runs use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .addresses import CA_KEY, certificate_of
from .secrets import SecretRef
from .settings import OdooSettings
from .trino_catalogs import LAKE
from .trino_clients import AUTHORITY_KEY, CATALOG, TrinoAccess

FILES, WORK = "/etc/lakehouse", "/work"
AUTHORITY_FILE = f"{FILES}/{AUTHORITY_KEY}"
READERS_SCHEMAS = ("silver", "gold")
# What a recipe no longer finds is shown as deleted, unless it is so much that the source must be at fault.
_STATEFUL = {"enabled": True, "remove_stale_metadata": True, "fail_safe_threshold": 40.0}
# Days after which DataHub's own traces of runs, usage and deleted entities go.
_KEEP_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`variables` are those that the source's configuration names as ${NAME}, `files` stand beside the recipe; with
    `exports` it reads the project's files, with `authority` it trusts who signed its server's certificate."""

    name: str
    source: str
    config: Mapping[str, Any]
    variables: Mapping[str, tuple[SecretRef, str]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    exports: bool = False
    authority: SecretRef | None = None

    def text(self, gms: str) -> str:
        """The file that `datahub ingest run` reads."""
        document = {
            # The state of the last run is kept under this name.
            "pipeline_name": f"lakehouse-{self.name}",
            "source": {"type": self.source, "config": dict(self.config)},
            "sink": {"type": "datahub-rest", "config": {"server": gms}},
        }
        return yaml.safe_dump(document, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class SupersetLogin:
    """`secret` has `username` and `password`; `database` is the name that Superset shows for Trino."""

    url: str
    secret: SecretRef
    database: str


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What is read. `tables` are Odoo's tables of the contracts."""

    odoo: OdooSettings
    odoo_password: SecretRef
    tables: Sequence[str]
    trino: TrinoAccess
    superset: SupersetLogin


def contract_tables(project: Path) -> tuple[str, ...]:
    """Odoo's tables that the contracts name."""
    documents = (yaml.safe_load(path.read_text()) for path in sorted((project / "contracts" / "odoo").glob("*.yaml")))
    return tuple(sorted({table["physicalName"] for document in documents for table in document["schema"]}))


def recipes(sources: Sources) -> tuple[Recipe, ...]:
    """In the order in which they run: what others refer to comes first."""
    return (_odoo(sources), _trino(sources.trino), _dbt(), _dagster(), _superset(sources.superset), _cleanup())


def _odoo(sources: Sources) -> Recipe:
    """Odoo's tables and columns; no row is read, and nothing of what the contracts leave out."""
    odoo = sources.odoo
    trusted = {"sslrootcert": f"{FILES}/{CA_KEY}"} if odoo.ca_certificate else {}
    listed = "|".join(re.escape(table) for table in sources.tables)
    return Recipe(
        name="odoo",
        source="postgres",
        config={
            "host_port": f"{odoo.host}:{odoo.port}",
            "database": odoo.database,
            "username": odoo.username,
            "password": "${ODOO_PASSWORD}",
            "options": {"connect_args": {"sslmode": odoo.ssl_mode, **trusted}},
            "schema_pattern": {"allow": ["^public$"]},
            "table_pattern": {"allow": [rf"^{re.escape(odoo.database)}\.public\.({listed})$"]},
            "include_views": False,
            "include_stored_procedures": False,
            "profiling": {"enabled": False},
            "stateful_ingestion": _STATEFUL,
        },
        variables={"ODOO_PASSWORD": (sources.odoo_password, "password")},
        files=certificate_of(odoo),
    )


def _trino(trino: TrinoAccess) -> Recipe:
    """What an analyst sees: silver and gold. Where it comes from, dbt's recipe tells."""
    return Recipe(
        name="trino",
        source="trino",
        config={
            "host_port": f"{trino.host}:{trino.port}",
            "database": LAKE,
            "username": CATALOG,
            "password": "${TRINO_PASSWORD}",
            "options": {"connect_args": {"http_scheme": "https", "verify": AUTHORITY_FILE}},
            "schema_pattern": {"allow": [f"^{schema}$" for schema in READERS_SCHEMAS]},
            "ingest_lineage_to_connectors": False,
            "include_view_lineage": False,
            "include_view_column_lineage": False,
            "profiling": {"enabled": False},
            "stateful_ingestion": _STATEFUL,
        },
        variables={"TRINO_PASSWORD": (trino.logins[CATALOG], "password")},
        authority=trino.authority,
    )


def _dbt() -> Recipe:
    """Models, sources and tests with their descriptions. The project is parsed, not compiled: no SQL to show."""
    return Recipe(
        name="dbt",
        source="dbt",
        config={
            "manifest_path": f"{WORK}/manifest.json",
            "target_platform": "trino",
            "include_compiled_code": False,
            "include_column_lineage": False,
            "stateful_ingestion": _STATEFUL,
        },
        exports=True,
    )


def _dagster() -> Recipe:
    """Jobs with what their steps read and write, and the origin of bronze."""
    return Recipe(
        name="dagster",
        source="file",
        config={"path": f"{WORK}/lineage.json", "stateful_ingestion": _STATEFUL},
        exports=True,
    )


def _superset(superset: SupersetLogin) -> Recipe:
    """Dashboards and charts on the tables of Trino."""
    return Recipe(
        name="superset",
        source="superset",
        config={
            "connect_uri": superset.url,
            "username": "${SUPERSET_USERNAME}",
            "password": "${SUPERSET_PASSWORD}",
            "provider": "db",
            "ingest_datasets": True,
            "database_alias": {superset.database: LAKE},
            "stateful_ingestion": _STATEFUL,
        },
        variables={
            "SUPERSET_USERNAME": (superset.secret, "username"),
            "SUPERSET_PASSWORD": (superset.secret, "password"),
        },
    )


def _cleanup() -> Recipe:
    """DataHub's own housekeeping; its web interface would run it, but may not ingest here."""
    return Recipe(
        name="cleanup",
        source="datahub-gc",
        config={
            "truncate_indices": True,
            "truncate_index_older_than_days": _KEEP_DAYS,
            "dataprocess_cleanup": {"retention_days": _KEEP_DAYS},
            "soft_deleted_entities_cleanup": {"retention_days": _KEEP_DAYS},
        },
    )
