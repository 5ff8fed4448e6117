"""Who read a table's sensitive columns, and who touched a bucket."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from odoo_lake.record.tables import ObjectAccess, QueryLog, QueryLogColumn


@dataclass(frozen=True)
class Reading:
    """One query and the sensitive columns that it read of one table."""

    query_id: str
    created_at: datetime
    user_name: str
    login: str
    groups: str
    source: str | None
    state: str
    columns: tuple[str, ...]
    """Those that were masked say so."""


def readings(record: Engine, table: str, since: datetime) -> list[Reading]:
    """Queries that read sensitive columns of `schema.table` since a moment, the newest first."""
    statement = (
        select(QueryLog, QueryLogColumn)
        .join(QueryLogColumn, QueryLogColumn.query_id == QueryLog.query_id)
        .where(QueryLogColumn.table_name == table, QueryLogColumn.is_sensitive, QueryLog.created_at >= since)
        .order_by(QueryLog.created_at.desc(), QueryLog.query_id, QueryLogColumn.column_name)
    )
    columns: dict[str, list[str]] = defaultdict(list)
    queries: dict[str, QueryLog] = {}
    with Session(record, expire_on_commit=False) as session:
        for query, column in session.execute(statement):
            queries[query.query_id] = query
            columns[query.query_id].append(f"{column.column_name}{' (masked)' if column.is_masked else ''}")
    return [
        Reading(
            query_id=query.query_id,
            created_at=query.created_at,
            user_name=query.user_name,
            login=query.login,
            groups=query.groups,
            source=query.source,
            state=query.state,
            columns=tuple(columns[query.query_id]),
        )
        for query in queries.values()
    ]


def accesses(record: Engine, bucket: str, since: datetime) -> list[ObjectAccess]:
    """What was done on a bucket since a moment, the newest first."""
    statement = (
        select(ObjectAccess)
        .where(ObjectAccess.bucket == bucket, ObjectAccess.last_at >= since)
        .order_by(ObjectAccess.last_at.desc(), ObjectAccess.user_name, ObjectAccess.action)
    )
    with Session(record, expire_on_commit=False) as session:
        return list(session.scalars(statement))


def accesses_begin(record: Engine) -> datetime | None:
    """The moment from which on requests are known; None where none ever was written down."""
    with Session(record) as session:
        return session.scalar(select(func.min(ObjectAccess.first_at)))
