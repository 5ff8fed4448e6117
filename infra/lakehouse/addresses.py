"""Database addresses with passwords in them, as the pipeline's program takes them: each is one variable of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pulumi
import pulumi_kubernetes as k8s

from .databases import LAKE_OPS
from .settings import OdooSettings

if TYPE_CHECKING:
    from .components.postgres import Login

# The certificate of the authority that signed Odoo's server's; only its own address names it: libpq would compare every
# other server with it too if it stood in the environment.
CA_KEY, CA_VOLUME, CA_FOLDER, CA_FILE = "odoo-ca.crt", "odoo-authority", "/etc/lakehouse/odoo", "ca.crt"
CA_PATH = f"{CA_FOLDER}/{CA_FILE}"
HASH_KEY_SECRET = "pipeline-hash-key"  # noqa: S105 - the name of a Kubernetes secret
HASH_KEY, HASH_KEY_VARIABLE, REHASH_VARIABLE = "key", "ODOO_LAKE_HASH_KEY", "ODOO_LAKE_REHASH"
SOURCE_KEY, RECORD_KEY = "source", "run-record"
SOURCE_VARIABLE, RECORD_VARIABLE = "ODOO_LAKE_SOURCE", "ODOO_LAKE_OPS"
# The copy of gold, where there is one.
GOLD_KEY, GOLD_VARIABLE = "gold", "ODOO_LAKE_GOLD_DATABASE"


def source_url(odoo: OdooSettings, password: pulumi.Input[str], *, driver: str = "postgresql") -> pulumi.Output[str]:
    """Odoo's database; its password is the user's and may hold any character. With a certificate, CA_PATH is read."""
    place = f"{odoo.host}:{odoo.port}/{quote(odoo.database, safe='')}?sslmode={odoo.ssl_mode}"
    if odoo.ca_certificate:
        place += f"&sslrootcert={CA_PATH}"
    user = quote(odoo.username, safe="")
    address = pulumi.Output.from_input(password).apply(lambda text: f"{driver}://{user}:{quote(text, safe='')}@{place}")
    return pulumi.Output.secret(address)


def certificate_of(odoo: OdooSettings) -> dict[str, str]:
    """An entry of the secret with the address, where there is a certificate."""
    return {CA_KEY: odoo.ca_certificate} if odoo.ca_certificate else {}


def certificate_volumes(odoo: OdooSettings, secret: str) -> list[k8s.core.v1.VolumeArgsDict]:
    """A pod's volume of that entry; none without a certificate."""
    items: list[k8s.core.v1.KeyToPathArgsDict] = [{"key": CA_KEY, "path": CA_FILE}]
    return [{"name": CA_VOLUME, "secret": {"secret_name": secret, "items": items}}] if odoo.ca_certificate else []


def certificate_mounts(odoo: OdooSettings) -> list[k8s.core.v1.VolumeMountArgsDict]:
    return [{"name": CA_VOLUME, "mount_path": CA_FOLDER, "read_only": True}] if odoo.ca_certificate else []


def rehash_request(odoo: OdooSettings) -> dict[str, str]:
    """Lets extraction hash everything anew, once for each number."""
    return {REHASH_VARIABLE: str(odoo.full_extraction)} if odoo.full_extraction > 1 else {}


def addresses_of(odoo: OdooSettings, odoo_password: pulumi.Input[str], record: Login) -> dict[str, pulumi.Input[str]]:
    """Odoo's database and the run record."""
    return {
        **certificate_of(odoo),
        SOURCE_KEY: source_url(odoo, odoo_password),
        RECORD_KEY: record.url(LAKE_OPS, driver="postgresql+psycopg"),
    }
