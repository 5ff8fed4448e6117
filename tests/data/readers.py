"""Readers of what is published, while something is done to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from tests.data.lakes import Place

# Two figures of two tables, both that builds change: seen together, or not at all.
WATCHED = """
select
    (select sum(expected_revenue) from gold.sales_pipeline)::varchar as pipeline,
    (select sum(cost) from silver.fact_timesheet)::varchar as cost,
    (select publication::json->>'build_id' from meta.publication) as build_id
"""
# Within one process DuckDB opens a file once, and would go on with one that has been replaced.
OPENING = threading.Lock()


def see(place: Place) -> tuple[str, ...]:
    """What any DuckDB shell sees in the published catalogue."""
    with OPENING, duckdb.connect(str(place.root / "lake.duckdb"), read_only=True) as duck:
        [row] = duck.execute(WATCHED).fetchall()
    return tuple(row)


@contextmanager
def readers(place: Place) -> Iterator[set[tuple[str, ...]]]:
    """What readers see while something goes on; they read over and over, by both ways, and may not fail."""
    seen: set[tuple[str, ...]] = set()
    errors: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(see(place))
                seen.add(tuple(place.query(WATCHED)[0].values()))
            except Exception as error:
                errors.append(error)
            time.sleep(0.2)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
    assert errors == []


def contents(place: Place) -> dict[str, tuple[Any, ...]]:
    """Rows and a checksum of every published table, without what differs from run to run."""
    found = {}
    with duckdb.connect(str(place.root / "lake.duckdb"), read_only=True) as duck:
        for schema, name in sorted(place.tables()):
            columns = "* exclude (extracted_at)" if _has_moment(duck, schema, name) else "*"
            statement = f"select count(*), bit_xor(hash(t::varchar)) from (select {columns} from {schema}.{name}) as t"
            [row] = duck.execute(statement).fetchall()
            found[f"{schema}.{name}"] = row
    return found


def _has_moment(duck: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    columns = duck.execute(f"describe {schema}.{name}").fetchall()
    return any(column[0] == "extracted_at" for column in columns)
