"""Files that Airbyte lands beside committed runs: no reader sees them until a sweep has taken them over.

Airbyte names a file after the moment of its sync, so names sort by time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from odoo_lake.lake.bronze import EXTRACTED_AT
from odoo_lake.lake.commits import ROOT, RUN_FOLDER
from odoo_lake.lake.duck import open_duckdb, quoted
from odoo_lake.lake.location import Lake

_EPOCH = datetime.fromtimestamp(0, UTC)


def landed_files(lake: Lake, table: str, after: str | None) -> tuple[str, ...]:
    """A table's landed files that are newer than the file named, oldest first."""
    found = lake.layer("bronze").list(f"{ROOT}/{table}")
    landed = (path for path in found if path.endswith(".parquet") and RUN_FOLDER not in path)
    return tuple(sorted(path for path in landed if after is None or path > after))


def newest_landing(lake: Lake, paths: tuple[str, ...]) -> datetime | None:
    """When the newest row in these files was read from the source, by Airbyte's clock."""
    if not paths:
        return None
    urls = ", ".join(quoted(lake.layer("bronze").url(path)) for path in paths)
    with open_duckdb() as duck:
        lake.grant_access(duck)
        [(newest,)] = duck.execute(
            f"select epoch_us(max({EXTRACTED_AT}::timestamp)) from read_parquet([{urls}], union_by_name = true)"
        ).fetchall()
    return None if newest is None else _EPOCH + timedelta(microseconds=newest)
