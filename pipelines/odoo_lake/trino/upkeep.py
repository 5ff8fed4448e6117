"""What maintenance of the tables on Trino is asked to do."""

from __future__ import annotations

from dataclasses import dataclass

RETENTION_DAYS = 7
FROM_FILES = 8


@dataclass(frozen=True)
class Upkeep:
    """How long replaced files stay, and from how many small files on a table is rewritten."""

    retention_days: int = RETENTION_DAYS
    from_files: int = FROM_FILES
