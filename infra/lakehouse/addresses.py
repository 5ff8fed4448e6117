"""Database addresses with passwords in them, as the pipeline's program takes them: each is one variable of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pulumi

from .databases import LAKE_OPS
from .settings import OdooSettings

if TYPE_CHECKING:
    from .components.postgres import Login

SOURCE_KEY, RECORD_KEY = "source", "run-record"
SOURCE_VARIABLE, RECORD_VARIABLE = "ODOO_LAKE_SOURCE", "ODOO_LAKE_OPS"
# The copy of gold, where there is one.
GOLD_KEY, GOLD_VARIABLE = "gold", "ODOO_LAKE_GOLD_DATABASE"


def source_url(odoo: OdooSettings, password: pulumi.Input[str], *, driver: str = "postgresql") -> pulumi.Output[str]:
    """Odoo's database; its password is the user's and may hold any character."""
    place = f"{odoo.host}:{odoo.port}/{quote(odoo.database, safe='')}?sslmode={odoo.ssl_mode}"
    user = quote(odoo.username, safe="")
    address = pulumi.Output.from_input(password).apply(lambda text: f"{driver}://{user}:{quote(text, safe='')}@{place}")
    return pulumi.Output.secret(address)


def addresses_of(odoo: OdooSettings, odoo_password: pulumi.Input[str], record: Login) -> dict[str, pulumi.Output[str]]:
    """Odoo's database and the run record."""
    return {
        SOURCE_KEY: source_url(odoo, odoo_password),
        RECORD_KEY: record.url(LAKE_OPS, driver="postgresql+psycopg"),
    }
