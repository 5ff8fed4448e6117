"""The agreed buckets, and the agreed rights on them: what the program's list is compared with, and a real server."""

from __future__ import annotations

BUCKETS = ("odoo-lake-bronze", "odoo-lake-silver", "odoo-lake-gold", "odoo-lake-airbyte", "odoo-lake-backup")
# Identity -> bucket -> rights, with the prefixes where they are not the whole bucket.
LAKE = {"odoo-lake-bronze": "R", "odoo-lake-silver": "RWD", "odoo-lake-gold": "RWD"}
MATRIX: dict[str, dict[str, str]] = {
    "extractor": {"odoo-lake-bronze": "RW"},
    "airbyte-destination": {"odoo-lake-bronze": "RWD"},
    "airbyte-platform": {"odoo-lake-airbyte": "RWD"},
    "transform": LAKE,
    "trino": LAKE,
    "metastore": LAKE,
    "dagster": {"odoo-lake-backup": "RWD"},
    "backup": {
        "odoo-lake-bronze": "R",
        "odoo-lake-silver": "R",
        "odoo-lake-gold": "R",
        "odoo-lake-backup": "RWD",
    },
    "analyst": {"odoo-lake-gold": "R"},
}
PREFIXES = {("dagster", "odoo-lake-backup"): ("dagster/",), ("backup", "odoo-lake-backup"): ("postgres/", "lake/")}
