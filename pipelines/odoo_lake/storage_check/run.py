"""All trials in their order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from odoo_lake.storage_check import conditions, folders, objects
from odoo_lake.storage_check.place import Place
from odoo_lake.storage_check.trial import Finding, Trial, Verdict, tried

DEFAULT_LARGE_MIB = 256


def trials(large_mib: int) -> tuple[Trial, ...]:
    """What the lake asks of a store; `large_mib` bounds the largest object."""
    return (
        Trial("path style", "every request: DuckDB, Trino and the extraction address buckets so", objects.path_style),
        Trial("read after write", "the pointer that publishes a build", objects.read_after_write),
        Trial("list after write", "finding what is committed", folders.list_after_write),
        Trial("conditional put", "commits and locks: one writer at a time", conditions.conditional_put),
        Trial("conditional replace", "leases of a lock that are renewed or taken over", conditions.conditional_replace),
        Trial("concurrent commits", "two writers of one Delta table", conditions.concurrent_commits),
        Trial("ranged read", "Parquet: a reader takes the footer and the columns it needs", objects.ranged_read),
        Trial("multipart", "Parquet files of more than a few MiB", objects.multipart),
        Trial("large objects", "large tables, backups", objects.large_objects(large_mib)),
        Trial("bulk delete", "compaction and the removal of old builds", folders.bulk_delete),
        Trial("versioning", "restoring what was overwritten or deleted", folders.versioning),
    )


CLEAN_UP = Trial("clean up", "leaving the bucket as it was", folders.clean_up)


def check_storage(place: Place, large_mib: int = DEFAULT_LARGE_MIB) -> Iterator[Finding]:
    """Try everything, one finding at a time, then delete what was written, also when the caller stops in between.

    Raises UserError when the bucket can't be reached at all.
    """
    place.check_reachable()
    is_clean = False
    try:
        for trial in trials(large_mib):
            yield tried(trial, place)
        is_clean = True
        yield tried(CLEAN_UP, place)
    finally:
        if not is_clean:
            with suppress(Exception):
                folders.clean_up(place)


def carries_the_lake(findings: list[Finding]) -> bool:
    return all(finding.verdict is not Verdict.FAILED for finding in findings)
