"""What `pulumi stack output` shows: addresses, secret names, sizes and next steps; never a secret's value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .budget import Amount
from .components.object_store import root_secret
from .labels import STORE_PRODUCTS
from .plan import Platform
from .settings import Settings
from .sizing import table, temporary, total


def outputs(settings: Settings, built: Platform) -> Mapping[str, Any]:
    rows, supporting = total(built.budgets, supporting=False), total(built.budgets, supporting=True)
    passing = temporary(built.budgets)
    return {
        "profile": str(settings.profile),
        "addresses": built.addresses,
        "secretNames": sorted({secret.name for secret in built.secrets}),
        "sizes": table(built.budgets),
        "totals": {
            "rows": str(rows),
            "supporting": str(supporting),
            **({"temporary": str(passing)} if passing != Amount() else {}),
            "all": str(rows + supporting + passing),
        },
        "notes": built.notes,
        "nextSteps": next_steps(settings),
    }


def next_steps(settings: Settings) -> list[str]:
    """What the user does after the first `up`."""
    database, root = settings.odoo, root_secret(STORE_PRODUCTS[settings.object_store.serve_from])
    return [
        "make smoke STACK=<stack>  # checks the running platform from inside its pods",
        f"odoo-lake grants  # prints the rights that {database.username} needs in {database.database}@{database.host}",
        "pulumi stack output sizes  # what every namespace may use, and what its pods need",
        f"kubectl -n lake-minio get secret {root} -o jsonpath='{{.data.password}}' | base64 -d  # a password",
    ]
