"""The same arguments give the same rows, however many threads work on them."""

from __future__ import annotations

import datetime
from typing import Any

import duckdb
import psycopg
import pytest

from odoo_lake.sample import Scale, generate
from odoo_lake.source.embedded import EmbeddedPostgres

pytestmark = pytest.mark.data


def checksums(postgres: EmbeddedPostgres, *, seed: int) -> dict[str, tuple[Any, ...]]:
    url = postgres.recreate_database("sample_determinism")
    today = datetime.date(2026, 11, 22)
    summary = generate(url, odoo_version=18, scale=Scale.SMALL, seed=seed, today=today)
    sums: dict[str, tuple[Any, ...]] = {}
    with psycopg.connect(url) as connection:
        for table, rows in summary.rows.items():
            query = f'select count(*), sum(hashtextextended(t::text, 0)::numeric) from "{table}" t'
            row = connection.execute(query.encode()).fetchone()
            assert row is not None
            assert row[0] == rows, table
            sums[table] = row
    return sums


def test_the_same_seed_makes_the_same_database(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = duckdb.connect
    first = checksums(postgres, seed=1)
    monkeypatch.setattr(duckdb, "connect", lambda: connect(config={"threads": 1}))
    assert checksums(postgres, seed=1) == first
    other = checksums(postgres, seed=2)
    assert other["account_move_line"] != first["account_move_line"]
    assert other["res_currency"] == first["res_currency"]
