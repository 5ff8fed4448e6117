"""The tables of the run record; SQLite beside a local lake, PostgreSQL database `lake_ops` on Kubernetes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, ForeignKey, Index, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, given back as UTC: SQLite forgets the zone, and PostgreSQL answers in the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy reads it from the class


class ExtractRun(Base):
    """One extraction, from its start on."""

    __tablename__ = "extract_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str | None] = mapped_column(index=True)
    """The commit's id; NULL while it runs and when it failed."""
    status: Mapped[str]
    """running, succeeded or failed."""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    source: Mapped[str]
    odoo_version: Mapped[str | None]
    rows_written: Mapped[int] = mapped_column(default=0)
    rows_deleted: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class TableState(Base):
    """One table of one succeeded extraction."""

    __tablename__ = "table_state"

    run_id: Mapped[str] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    """initial, compare, changes or remove."""
    extracted_at: Mapped[datetime]
    freshness_hours: Mapped[float]
    """How old the table's data may be, from its contract."""
    source_rows: Mapped[int]
    rows_written: Mapped[int]
    rows_deleted: Mapped[int]


class DbtRun(Base):
    """One invocation of dbt."""

    __tablename__ = "dbt_run"

    invocation_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    """The extraction that it built from."""
    as_of: Mapped[str]
    status: Mapped[str]
    """succeeded or failed."""
    started_at: Mapped[datetime] = mapped_column(index=True)
    elapsed_seconds: Mapped[float]
    build_id: Mapped[str | None]
    """The publication that came of it; NULL when a test or a figure kept it from readers."""


class DbtNodeResult(Base):
    """One model, test, seed or snapshot of one invocation."""

    __tablename__ = "dbt_node_result"

    invocation_id: Mapped[str] = mapped_column(ForeignKey("dbt_run.invocation_id"), primary_key=True)
    unique_id: Mapped[str] = mapped_column(primary_key=True)
    resource_type: Mapped[str]
    status: Mapped[str]
    execution_seconds: Mapped[float]
    failures: Mapped[int | None]
    message: Mapped[str]


class ReconciliationResult(Base):
    """One check of one comparison with Odoo's own figures."""

    __tablename__ = "reconciliation_result"
    __table_args__ = (Index("reconciliation_result_by_time", "compared_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    """The extraction whose figures were compared."""
    as_of: Mapped[str]
    compared_at: Mapped[datetime]
    check_name: Mapped[str]
    keys_compared: Mapped[int]
    figures_compared: Mapped[int]
    differing_figures: Mapped[int]
    greatest_difference: Mapped[float]


class RestoreDrill(Base):
    """One drill of restoring, from its start on."""

    __tablename__ = "restore_drill"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    """running, succeeded or failed."""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    table_name: Mapped[str | None]
    restored_to: Mapped[datetime | None]
    objects: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    rows: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class LakeBackup(Base):
    """One copy of what cannot be built again, from its start on."""

    __tablename__ = "lake_backup"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    """running, succeeded or failed."""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    destination: Mapped[str]
    objects: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of all objects that the copy holds."""
    copied: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class MissingReferent(Base):
    """Rows that facts of one build refer to and Odoo no longer has."""

    __tablename__ = "missing_referent"

    build_id: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    published_at: Mapped[datetime]
    rows: Mapped[int]


class QueryLog(Base):
    """One query that Trino finished; what it said is not kept, since it may hold personal data."""

    __tablename__ = "query_log"

    query_id: Mapped[str] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(index=True)
    login: Mapped[str]
    """Who showed the password; another than the user where a program asks on behalf of its user."""
    groups: Mapped[str]
    """The user's groups, which are roles, with commas between them."""
    source: Mapped[str | None]
    """The program that asked, as it calls itself."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str]
    queued_ms: Mapped[int]
    elapsed_ms: Mapped[int]
    scanned_bytes: Mapped[int] = mapped_column(BigInteger)
    error_type: Mapped[str | None]


class ObjectAccess(Base):
    """Requests of one user on one bucket of the object store, of one kind, added up over a few minutes."""

    __tablename__ = "object_access"

    access_id: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[str]
    user_name: Mapped[str]
    """The identity whose key was shown."""
    action: Mapped[str]
    """As S3 calls it: GetObject, PutObject, ListObjectsV2."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    requests: Mapped[int]
    refusals: Mapped[int]
    """Those whose user may not do that, or is not known."""


class QueryLogColumn(Base):
    """One column that a query read."""

    __tablename__ = "query_log_column"

    query_id: Mapped[str] = mapped_column(ForeignKey("query_log.query_id"), primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    column_name: Mapped[str] = mapped_column(primary_key=True)
    is_sensitive: Mapped[bool] = mapped_column(index=True)
    is_masked: Mapped[bool]
    """Whether the user saw a mask in its place."""
