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


def addresses_of(odoo: OdooSettings, odoo_password: pulumi.Input[str], record: Login) -> dict[str, pulumi.Output[str]]:
    """Odoo's database and the run record; a password may hold any character."""
    place = f"{odoo.host}:{odoo.port}/{quote(odoo.database, safe='')}?sslmode={odoo.ssl_mode}"
    user = quote(odoo.username, safe="")
    source = pulumi.Output.from_input(odoo_password).apply(
        lambda password: f"postgresql://{user}:{quote(password, safe='')}@{place}"
    )
    run_record = pulumi.Output.concat(
        f"postgresql+psycopg://{record.username}:",
        record.password,
        f"@{record.host}:{record.port}/{LAKE_OPS}?sslmode=require",
    )
    return {SOURCE_KEY: pulumi.Output.secret(source), RECORD_KEY: pulumi.Output.secret(run_record)}
