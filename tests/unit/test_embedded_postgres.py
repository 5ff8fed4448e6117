from __future__ import annotations

import psycopg

from odoo_lake.source.embedded import EmbeddedPostgres


def test_a_database_is_created_empty_and_recreated_empty(postgres: EmbeddedPostgres) -> None:
    url = postgres.recreate_database("fresh start")
    postgres.execute("create table leftover (id int)", database="fresh start")
    assert postgres.recreate_database("fresh start") == url
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from pg_class where relname = 'leftover'").fetchone() == (0,)
