"""Dagster: web server, daemon and our code location; each run is a pod of the dbt row.

It makes no bucket, database or identity; all are given by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import yaml

from .. import release
from ..addresses import addresses_of
from ..dagster_values import DATABASE_KEY, WEB_PORT, DagsterSecrets, DagsterWiring, dagster_values
from ..labels import top_level
from ..secrets import SecretRef
from ..versions import DAGSTER
from .apply_job import FILES, ApplyJob, ApplyJobArgs
from .postgres import Login

DATABASE_SECRET = "dagster-database"  # noqa: S105 - the name of a Kubernetes secret
ADDRESSES_SECRET = "dagster-addresses"  # noqa: S105 - the name of a Kubernetes secret


@dataclass(frozen=True, kw_only=True)
class DagsterArgs:
    """`wiring` is what needs no secret's value; `run_record` is written by the runs."""

    wiring: DagsterWiring
    odoo_password: pulumi.Input[str]
    database: Login
    run_record: Login


class Dagster(pulumi.ComponentResource):
    """The release after its database is migrated. `url` is inside the cluster: Dagster has no login of its own."""

    url: str
    secrets: DagsterSecrets

    def __init__(self, name: str, args: DagsterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Dagster", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        site, space = args.wiring.site, args.wiring.sizing.namespace
        self.url = f"http://{name}-dagster-webserver.{space}.svc.cluster.local:{WEB_PORT}"
        self.secrets = DagsterSecrets(
            database=SecretRef(DATABASE_SECRET, args.database.secret.generation),
            addresses=SecretRef(ADDRESSES_SECRET, args.run_record.secret.generation),
        )
        contents: dict[str, Mapping[str, pulumi.Input[str]]] = {
            DATABASE_SECRET: {DATABASE_KEY: args.database.password},
            ADDRESSES_SECRET: addresses_of(args.wiring.odoo, args.odoo_password, args.run_record),
        }
        made = [
            k8s.core.v1.Secret(
                secret,
                metadata={
                    "name": secret,
                    "namespace": space,
                    "labels": top_level(name, "credential", site.profile),
                },
                string_data=content,
                opts=child,
            )
            for secret, content in contents.items()
        ]
        values = dagster_values(args.wiring, args.database, self.secrets)
        after = pulumi.ResourceOptions(parent=self, depends_on=made)
        migration = ApplyJob(f"{name}-migrate", migration_args(name, args, self.secrets.database, values), after)
        release.install(
            name,
            DAGSTER,
            namespace=space,
            values=values,
            site=site,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*made, migration]),
        )
        self.register_outputs({"url": self.url})


def migration_args(name: str, args: DagsterArgs, database: SecretRef, values: dict[str, Any]) -> ApplyJobArgs:
    """The Job that makes the tables, or brings those of an older version to this one's."""
    return ApplyJobArgs(
        site=args.wiring.site,
        product=name,
        component="migrate",
        namespace=args.wiring.sizing.namespace,
        image=args.wiring.site.pipelines_image,
        command=["dagster", "instance", "migrate"],
        size=args.wiring.sizing.migrate,
        files={"dagster.yaml": yaml.safe_dump(migration_instance(values), sort_keys=True)},
        variables={"DAGSTER_HOME": FILES},
        secret_variables={"DAGSTER_PG_PASSWORD": (database, DATABASE_KEY)},
    )


def migration_instance(values: dict[str, Any]) -> dict[str, Any]:
    """A dagster.yaml with the release's database and nothing that writes to disk."""
    database = values["postgresql"]
    return {
        "storage": {
            "postgres": {
                "postgres_db": {
                    "hostname": database["postgresqlHost"],
                    "port": database["service"]["port"],
                    "username": database["postgresqlUsername"],
                    "db_name": database["postgresqlDatabase"],
                    "password": {"env": "DAGSTER_PG_PASSWORD"},
                    "params": database["postgresqlParams"],
                    "scheme": database["postgresqlScheme"],
                }
            }
        },
        "compute_logs": {"module": "dagster.core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
        "local_artifact_storage": {
            "module": "dagster.core.storage.root",
            "class": "LocalArtifactStorage",
            "config": {"base_dir": "/tmp"},  # noqa: S108 - an emptyDir
        },
        "telemetry": {"enabled": False},
    }
