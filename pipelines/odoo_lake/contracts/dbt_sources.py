"""dbt's source definitions, derived from the contracts."""

from __future__ import annotations

from typing import Any

import yaml

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Contract

HEADER = "# Derived from contracts/odoo by `odoo-lake contract sources`; a test keeps it current.\n"
FILE = "models/staging/odoo/_odoo__sources.yml"


def sources_yaml(catalogue: Catalogue) -> str:
    """The text of the sources file."""
    document = {
        "version": 2,
        "sources": [
            {
                "name": "odoo",
                "description": "Odoo's tables as extracted: every version of every row.",
                "database": "{{ var('bronze_database', target.database) }}",
                "schema": "{{ var('bronze_schema', 'bronze') }}",
                "loaded_at_field": "_airbyte_extracted_at",
                "tables": [_table(contract) for contract in catalogue.values()],
            }
        ],
    }
    return HEADER + yaml.dump(document, Dumper=_IndentedDumper, sort_keys=False, width=130, allow_unicode=True)


def _table(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.table,
        "description": contract.meaning,
        "config": {"meta": {"owner": contract.owner, "primary_key": list(contract.primary_key)}},
    }


class _IndentedDumper(yaml.SafeDumper):
    """Indents lists below their key, as yamllint asks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
