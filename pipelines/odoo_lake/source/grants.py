"""The SQL of a login that may read what the contracts allow or what monitoring measures, and nothing else."""

from __future__ import annotations

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Privacy
from odoo_lake.lake.duck import identifier
from odoo_lake.source.odoo import DETECTION_COLUMNS, DETECTION_RELATION, ROW_ADDRESS, ROW_VERSION, OdooDatabase


def grant_statements(catalogue: Catalogue, database: OdooDatabase, database_name: str, role: str) -> list[str]:
    """Statements to run as owner of the database; running them again changes nothing."""
    name = identifier(role)
    granted: dict[str, list[str]] = {DETECTION_RELATION: list(DETECTION_COLUMNS)}
    for contract in catalogue.values():
        present = database.relations[contract.relation].columns if contract.relation in database.relations else {}
        columns = granted.setdefault(contract.relation, [ROW_VERSION, ROW_ADDRESS] if present else [])
        columns += [
            column.name
            for column in contract.columns
            if column.name in present and column.name not in columns and column.privacy is not Privacy.DROP
        ]
    return [
        *_login_statements(database_name, role),
        f"grant usage on schema public to {name};",
        *(
            f"grant select ({', '.join(map(identifier, columns))}) on public.{identifier(relation)} to {name};"
            for relation, columns in sorted(granted.items())
            if columns
        ),
    ]


def monitoring_statements(database_name: str, role: str) -> list[str]:
    """Statements to run as superuser, for a login that query-exporter measures with: statistics, and no table."""
    return [*_login_statements(database_name, role), f"grant pg_read_all_stats to {identifier(role)};"]


def _login_statements(database_name: str, role: str) -> list[str]:
    name, literal = identifier(role), role.replace("'", "''")
    return [
        f"do $$ begin if not exists (select from pg_roles where rolname = '{literal}')"
        f" then create role {name} login; end if; end $$;",
        f"alter role {name} set default_transaction_read_only = on;",
        f"grant connect on database {identifier(database_name)} to {name};",
    ]
