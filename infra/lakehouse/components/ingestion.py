"""DataHub's ingestion: a CronJob for each recipe, one after the other through the night.

Each has its slot, which its deadlines cannot overrun, so that the row never holds two of their pods.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from ..budget import Pod
from ..datahub_recipes import FILES, WORK, Recipe, Sources, SupersetLogin, contract_tables, recipes
from ..labels import labels, top_level
from ..pods import CONTAINER_SECURITY, pod_security, resources, variables
from ..rows import DataHubBudget
from ..secrets import SecretRef, pod_annotations
from ..settings import Ingestion as Extraction
from ..settings import OdooSettings
from ..site import Site
from ..trino_clients import AUTHORITY_KEY, TrinoAccess
from ..versions import DATAHUB_INGESTION_IMAGE
from .datahub import KEYS, SYSTEM_CLIENT

PRODUCT, COMPONENT = "datahub", "ingestion"
ODOO_SECRET = "datahub-odoo"  # noqa: S105 - the name of a Kubernetes secret
# The chart's own name for DataHub's parts.
SYSTEM_CLIENT_ID = "__datahub_system"
PROJECT = Path(__file__).resolve().parents[3]
# The user of DataHub's image.
RUN_AS = 1000
# After the pipeline's nightly run; UTC.
FIRST_HOUR = 4
SLOT_MINUTES = 20
STARTING_DEADLINE_SECONDS = 300
DEADLINE_SECONDS = 840


@dataclass(frozen=True, kw_only=True)
class IngestionArgs:
    """`gms` is DataHub's API, `system` the login of its own parts; `extraction` decides on Dagster's steps."""

    site: Site
    sizing: DataHubBudget
    gms: str
    system: SecretRef
    extraction: Extraction
    suspended: bool
    odoo: OdooSettings
    odoo_password: pulumi.Output[str]
    trino: TrinoAccess
    superset: SupersetLogin


class Ingestion(pulumi.ComponentResource):
    """The recipes' files and CronJobs. `odoo` is the secret with the password of Odoo's database."""

    odoo: SecretRef

    def __init__(self, name: str, args: IngestionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Ingestion", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space, top = args.sizing.namespace, top_level(PRODUCT, COMPONENT, args.site.profile)
        self.odoo = SecretRef(ODOO_SECRET, args.site.generation(ODOO_SECRET))
        password = k8s.core.v1.Secret(
            ODOO_SECRET,
            metadata={"name": ODOO_SECRET, "namespace": space, "labels": top},
            string_data={"password": args.odoo_password},
            opts=child,
        )
        sources = Sources(
            odoo=args.odoo,
            odoo_password=self.odoo,
            tables=contract_tables(PROJECT),
            trino=args.trino,
            superset=args.superset,
        )
        for slot, recipe in enumerate(recipes(sources)):
            own, text = f"{name}-{recipe.name}", recipe.text(args.gms)
            content = {"recipe.yaml": text, **recipe.files}
            files = f"{own}-{hashlib.sha256(''.join(content.values()).encode()).hexdigest()[:10]}"
            recipe_file = k8s.core.v1.ConfigMap(
                own,
                metadata={"name": files, "namespace": space, "labels": top},
                data=content,
                immutable=True,
                opts=child,
            )
            k8s.batch.v1.CronJob(
                own,
                metadata={"name": own, "namespace": space, "labels": top},
                spec=cron_job_spec(args, recipe, slot, files),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[password, recipe_file]),
            )
        self.register_outputs({})


def schedule(slot: int) -> str:
    hour, minute = divmod(FIRST_HOUR * 60 + slot * SLOT_MINUTES, 60)
    return f"{minute} {hour % 24} * * *"


def cron_job_spec(args: IngestionArgs, recipe: Recipe, slot: int, files: str) -> k8s.batch.v1.CronJobSpecArgsDict:
    secrets = {args.system, *(secret for secret, _ in recipe.variables.values())}
    annotations = pod_annotations(*sorted(secrets, key=lambda secret: secret.name))
    return {
        "schedule": schedule(slot),
        "suspend": args.suspended,
        "time_zone": "Etc/UTC",
        "concurrency_policy": "Forbid",
        "starting_deadline_seconds": STARTING_DEADLINE_SECONDS,
        "successful_jobs_history_limit": 1,
        "failed_jobs_history_limit": 3,
        "job_template": {
            "metadata": {"labels": labels(PRODUCT, COMPONENT)},
            "spec": {
                "backoff_limit": 1,
                "active_deadline_seconds": DEADLINE_SECONDS,
                "template": {
                    "metadata": {"labels": labels(PRODUCT, COMPONENT), "annotations": annotations},
                    "spec": pod_spec(args, recipe, files),
                },
            },
        },
    }


def pod_spec(args: IngestionArgs, recipe: Recipe, files: str) -> k8s.core.v1.PodSpecArgsDict:
    _, run = args.sizing.run or ("", None)
    if run is None:
        raise ValueError("the sizing has no ingestion pod")
    [size] = run.containers.values()
    sources: list[k8s.core.v1.VolumeProjectionArgsDict] = [{"config_map": {"name": files}}]
    if recipe.authority is not None:
        item: k8s.core.v1.KeyToPathArgsDict = {"key": AUTHORITY_KEY, "path": AUTHORITY_KEY}
        sources.append({"secret": {"name": recipe.authority.name, "items": [item]}})
    return {
        "restart_policy": "Never",
        "automount_service_account_token": False,
        "security_context": pod_security(RUN_AS),
        "init_containers": [_export(args, size)] if recipe.exports else [],
        "containers": [_ingest(args, recipe, size)],
        "volumes": [
            {"name": "files", "projected": {"sources": sources}},
            {"name": "work", "empty_dir": {"size_limit": "256Mi"}},
            {"name": "tmp", "empty_dir": {"size_limit": "1Gi"}},
        ],
    }


def _export(args: IngestionArgs, size: Pod) -> k8s.core.v1.ContainerArgsDict:
    """Writes what the recipe reads, from the project inside the image of the runs."""
    command = ["odoo-lake", "datahub", "export", f"--directory={WORK}", f"--source-database={args.odoo.database}"]
    env = variables({"ODOO_LAKE_INGESTION": str(args.extraction)})
    return _container("export", args.site.pipelines_image, command, env, size)


def _ingest(args: IngestionArgs, recipe: Recipe, size: Pod) -> k8s.core.v1.ContainerArgsDict:
    plain = {"DATAHUB_TELEMETRY_ENABLED": "false", "DATAHUB_SYSTEM_CLIENT_ID": SYSTEM_CLIENT_ID}
    if recipe.authority is not None:
        # The image names the system's authorities here, and Python's HTTP client puts that above the recipe.
        plain["REQUESTS_CA_BUNDLE"] = f"{FILES}/{AUTHORITY_KEY}"
    secret = {"DATAHUB_SYSTEM_CLIENT_SECRET": (args.system, KEYS[SYSTEM_CLIENT]), **recipe.variables}
    command = ["datahub", "ingest", "run", "--config", f"{FILES}/recipe.yaml", "--no-progress"]
    env = [*variables(plain), *(ref.env(name, key) for name, (ref, key) in secret.items())]
    return _container("ingest", args.site.image(DATAHUB_INGESTION_IMAGE), command, env, size)


def _container(
    name: str, image: str, command: list[str], env: list[k8s.core.v1.EnvVarArgsDict], size: Pod
) -> k8s.core.v1.ContainerArgsDict:
    home = {"HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}  # noqa: S108 - an emptyDir of this pod alone
    return {
        "name": name,
        "image": image,
        "command": command,
        "env": [*variables(home), *env],
        "resources": resources(size),
        "security_context": CONTAINER_SECURITY,
        "volume_mounts": [
            {"name": "files", "mount_path": FILES, "read_only": True},
            {"name": "work", "mount_path": WORK},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108
        ],
    }
