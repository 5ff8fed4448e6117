"""The tables of the query log and of the object store's, and the one login that adds to them."""

from __future__ import annotations

from sqlalchemy import Engine, Table, text

from odoo_lake.record.tables import Base, ObjectAccess, QueryLog, QueryLogColumn

KINDS = (QueryLog, QueryLogColumn, ObjectAccess)
TABLES: tuple[Table, ...] = tuple(Base.metadata.tables[kind.__tablename__] for kind in KINDS)


def make_tables(record: Engine, writer: str) -> None:
    """Make them as their owner, where they are missing, and let `writer` add rows and do nothing else.

    Repeating it changes nothing.
    """
    Base.metadata.create_all(record, tables=list(TABLES))
    login = record.dialect.identifier_preparer.quote(writer)
    with record.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"revoke all on {table.name} from {login}"))
            connection.execute(text(f"grant insert on {table.name} to {login}"))
