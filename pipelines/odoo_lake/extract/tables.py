"""Read one table in one of the plan's modes; what comes back is what the commit will say of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo_lake.extract.plan import Mode, TablePlan
from odoo_lake.extract.reader import SnapshotReader, Written
from odoo_lake.lake.bronze import DELETED_AT, EXTRACTED_AT, bronze_rows, bronze_types, deletion_mark, newest_rows
from odoo_lake.lake.commits import ROOT, STATE, DataFile, TableCommit
from odoo_lake.lake.duck import identifier, quoted
from odoo_lake.lake.store import Store
from odoo_lake.source.odoo import ROW_VERSION

# A range is one file and one step of the progress bar: large enough for good compression (32 MiB of the table),
# small enough for memory (256 MiB), and several for each reader, so that all of them end at about the same time.
_FEWEST_PAGES, _MOST_PAGES = 4_096, 32_768
_RANGES_PER_READER = 4
# Beyond this many changed rows, reading the table and keeping those is faster than asking for them by key.
_KEYS_PER_STATEMENT = 10_000
_MOST_KEYS_ASKED_FOR = 100_000


@dataclass(frozen=True)
class Range:
    """A part of a table by row address; `end` is None for the last one."""

    start: int
    end: int | None

    @property
    def condition(self) -> str:
        upper = f" and ctid < '({self.end},0)'::tid" if self.end is not None else ""
        return f"ctid >= '({self.start},0)'::tid{upper}"


def ranges(plan: TablePlan, readers: int) -> list[Range | None]:
    """The parts of a table's first read; [None] is the whole table."""
    size = min(max(plan.pages // (readers * _RANGES_PER_READER), _FEWEST_PAGES), _MOST_PAGES)
    if not plan.has_row_ranges or plan.pages <= size:
        return [None]
    starts = list(range(0, plan.pages, size))
    # Rows may lie in pages added since: the last range has no end.
    return [Range(start, end) for start, end in zip(starts, [*starts[1:], None], strict=True)]


@dataclass(frozen=True)
class TableReader:
    """Everything that reading one table needs."""

    reader: SnapshotReader
    bronze: Store
    plan: TablePlan
    files: tuple[DataFile, ...]
    """The table's committed files, for modes that compare."""
    overlap: timedelta

    @property
    def _folder(self) -> str:
        return f"{ROOT}/{self.plan.table}/run_id={self.reader.snapshot.run_id}"

    @property
    def _key(self) -> str:
        return ", ".join(identifier(name) for name in self.plan.contract.primary_key)

    def write_range(self, part: Range | None, number: int) -> DataFile | None:
        """Write the rows of one range as they are."""
        condition = f"{self.plan.condition} and {part.condition}" if part else self.plan.condition
        return self._write_rows(self._source_rows(condition), f"part-{number:05d}")

    def sweep_and_keep_keys(self) -> str | None:
        """Write the key state, for a table whose changes are looked for by key."""
        if self.plan.contract.cursor is None:
            return None
        self._sweep()
        return self._keep_keys()

    def initial(self, files: Sequence[DataFile], key_state: str | None) -> TableCommit:
        """The commit of a first read, whose ranges are written."""
        rows = sum(file.rows for file in files)
        return self._commit(files, rows=rows, source_rows=rows, key_state=key_state, compared=True)

    def read(self) -> TableCommit:
        """Read the table in any mode but the initial one."""
        modes = {
            Mode.COMPARE: self._compare,
            Mode.CHANGES: self._changes,
            Mode.LANDED: self._take_landed,
            Mode.REMOVE: self._remove,
        }
        return modes[self.plan.mode]()

    def _compare(self) -> TableCommit:
        self._load("fresh", self._source_rows(self.plan.condition))
        changed = self._write_rows(self._differing_from(self._current()), "part-00000")
        deleted = self._write_deletions(f"select {self._key} from known anti join fresh using ({self._key})")
        [(source_rows,)] = self._execute("select count(*) from fresh")
        key_state = self.sweep_and_keep_keys()
        return self._commit([changed], deleted=deleted, source_rows=source_rows, key_state=key_state, compared=True)

    def _changes(self) -> TableCommit:
        plan = self.plan
        before = plan.previous.key_state if plan.previous else None
        if before is None:
            raise ValueError(f"{plan.table} has no key state to find changes with")
        self._sweep()
        self._load("known", f"select * from {quoted(self.bronze.url(before))}")
        count, gone, source_rows = self._differences()
        files = []
        if not plan.has_row_versions:
            files.append(self._write_rows(self._overlapping_rows(), "part-00000"))
        elif count:
            files.append(self._write_rows(self._changed_rows(count), "part-00000"))
        deleted = self._write_deletions(f"select {self._key} from gone") if gone else None
        key_state = self._keep_keys() if count or gone else before
        return self._commit(files, deleted=deleted, source_rows=source_rows, key_state=key_state, compared=False)

    def _take_landed(self) -> TableCommit:
        """Copy Airbyte's rows as they are, then read what they lack."""
        before = self.plan.previous.key_state if self.plan.previous else None
        self._sweep()
        known = f"select * from {quoted(self.bronze.url(before))}" if before else "select * from swept where false"
        self._load("known", known)
        files = [self._copy_landed()] if self.plan.landed else []
        count, gone, source_rows = self._differences()
        files.append(self._write_rows(self._changed_rows(count), "part-00000") if count else None)
        deleted = self._write_deletions(f"select {self._key} from gone") if gone else None
        key_state = self._keep_keys()
        return self._commit(files, deleted=deleted, source_rows=source_rows, key_state=key_state, compared=False)

    def _differences(self) -> tuple[int, ...]:
        """Load `changed` and `gone`, the keys by which `swept` differs from `known`; their counts, and the source's."""
        self._load(
            "changed",
            f"select {self._key} from swept left join known using ({self._key})"
            " where known.row_version is distinct from swept.row_version",
        )
        self._load("gone", f"select {self._key} from known anti join swept using ({self._key})")
        [counts] = self._execute(
            "select (select count(*) from changed), (select count(*) from gone), (select count(*) from swept)"
        )
        return counts

    def _copy_landed(self) -> DataFile | None:
        """Write Airbyte's rows in the contract's types, and bring `known` up to date with them."""
        urls = [self.bronze.url(path) for path in self.plan.landed or ()]
        rows = bronze_rows(urls, bronze_types(self.plan.projection.columns))
        copied = self._write_file("landed-00000", lambda url: self.reader.write(rows, url, self.plan.table))
        self._load(
            "landed",
            f"select {self._key}, {self._cursor_version()}, {DELETED_AT} is not null as is_gone from ({rows})"
            f" qualify row_number() over (partition by {self._key} order by {EXTRACTED_AT} desc) = 1",
        )
        self._load(
            "known",
            f"select {self._key}, row_version from landed where not is_gone"
            f" union all select {self._key}, row_version from known anti join landed using ({self._key})",
        )
        return copied

    def _remove(self) -> TableCommit:
        self._load("known", f"select {self._key} from ({self._current()})")
        deleted = self._write_deletions(f"select {self._key} from known")
        return self._commit([], deleted=deleted, source_rows=0, key_state=None, compared=True)

    def _select(self, condition: str) -> str:
        return f"select {self.plan.projection.select_list} from {self.plan.relation} where {condition}"

    def _source_rows(self, condition: str) -> str:
        return f"select * from {self.reader.query(self._select(condition))}"

    def _differing_from(self, rows: str) -> str:
        """The rows of `fresh` that these rows, loaded as `known`, lack or hold otherwise."""
        names = [identifier(column.name) for column in self.plan.projection.columns]
        self._load("known", f"select {self._key}, hash({', '.join(names)}) as content from ({rows})")
        fresh = ", ".join(f"fresh.{name}" for name in names)
        differs = f"content is null or content <> hash({fresh})"
        return f"select fresh.* from fresh left join known using ({self._key}) where {differs}"

    def _current(self) -> str:
        """The newest bronze rows in today's columns, whatever columns they were written with."""
        urls = [self.bronze.url(file.path) for file in self.files]
        columns = self.plan.projection.columns or tuple(
            self.plan.contract.column(name) for name in self.plan.contract.primary_key
        )
        return newest_rows(bronze_rows(urls, bronze_types(columns)), self.plan.contract.primary_key)

    def _sweep(self) -> None:
        """Every key of the source, with its row version where that may be read, or the cursor in its place."""
        if self.plan.landed is not None:
            statement = f"select {self._key}, {self.plan.contract.cursor} from {self.plan.relation}"
            rows = self.reader.query(f"{statement} where {self.plan.condition}")
            self._load("swept", f"select {self._key}, {self._cursor_version()} from {rows}")
            return
        version = f"{ROW_VERSION}::text::int8" if self.plan.has_row_versions else "0::int8"
        statement = (
            f"select {self._key}, {version} as row_version from {self.plan.relation} where {self.plan.condition}"
        )
        self._load("swept", f"select * from {self.reader.query(statement)}")

    def _cursor_version(self) -> str:
        return f"coalesce(epoch_us({self.plan.contract.cursor}::timestamp), -1) as row_version"

    def _keep_keys(self) -> str:
        path = f"{STATE}/{self.plan.table}/{self.reader.snapshot.run_id}.parquet"
        self.bronze.prepare(f"{STATE}/{self.plan.table}")
        self.reader.write("select * from swept", self.bronze.url(path), self.plan.table)
        return path

    def _changed_rows(self, count: int) -> str:
        """The rows of table `changed`, asked for by key or sieved out of the whole table."""
        [key] = self.plan.contract.primary_key
        if count > _MOST_KEYS_ASKED_FOR:
            return f"select * from ({self._source_rows(self.plan.condition)}) semi join changed using ({self._key})"
        keys = [row[0] for row in self._execute(f"select {identifier(key)} from changed order by 1")]
        batches = [keys[start : start + _KEYS_PER_STATEMENT] for start in range(0, count, _KEYS_PER_STATEMENT)]
        conditions = (f"{identifier(key)} = any('{{{','.join(map(str, batch))}}}')" for batch in batches)
        return " union all ".join(self._source_rows(f"{self.plan.condition} and {c}") for c in conditions)

    def _overlapping_rows(self) -> str:
        """Without row versions: rows since the cursor, less the overlap, that differ from bronze; and new keys."""
        cursor = self.plan.previous.cursor if self.plan.previous else None
        since = f"{(cursor - self.overlap).replace(tzinfo=None)}" if cursor else "-infinity"
        condition = f"{self.plan.condition} and {self.plan.contract.cursor} >= '{since}'"
        self._load("fresh", self._source_rows(condition))
        differs = self._differing_from(f"select * from ({self._current()}) semi join fresh using ({self._key})")
        [(missed,)] = self._execute(f"select count(*) from changed anti join fresh using ({self._key})")
        if missed:
            self._load("changed", f"select * from changed anti join fresh using ({self._key})")
            differs += f" union all {self._changed_rows(missed)}"
        return differs

    def _write_rows(self, rows: str, part: str) -> DataFile | None:
        name = f"{self.plan.table}/{part}"
        return self._write_file(part, lambda url: self.reader.write_rows(rows, name, url, self.plan.table))

    def _write_file(self, part: str, write: Callable[[str], Written]) -> DataFile | None:
        path = f"{self._folder}/{part}.parquet"
        self.bronze.prepare(self._folder)
        written = write(self.bronze.url(path))
        if written.rows == 0:
            self.bronze.delete([path])
            return None
        return DataFile(path=path, rows=written.rows, bytes=written.bytes)

    def _write_deletions(self, keys: str) -> DataFile | None:
        mark = deletion_mark(self.reader.snapshot.extracted_at)
        return self._write_rows(f"select *, {mark} from ({keys})", "deleted-00000")

    def _commit(
        self,
        files: Sequence[DataFile | None],
        *,
        source_rows: int,
        key_state: str | None,
        compared: bool,
        rows: int | None = None,
        deleted: DataFile | None = None,
    ) -> TableCommit:
        written = [file for file in files if file is not None]
        previous, extracted_at = self.plan.previous, self.reader.snapshot.extracted_at
        return TableCommit(
            files=(*written, *([deleted] if deleted else [])),
            rows_written=rows if rows is not None else sum(file.rows for file in written),
            rows_deleted=deleted.rows if deleted else 0,
            source_rows=source_rows,
            columns=self.plan.projection.signature,
            key_state=key_state,
            has_row_versions=self.plan.has_row_versions,
            cursor=self._cursor(),
            compared_at=extracted_at if compared or previous is None else previous.compared_at,
            landed_until=self._landed_until(),
        )

    def _landed_until(self) -> str | None:
        if self.plan.landed:
            return self.plan.landed[-1]
        return self.plan.previous.landed_until if self.plan.previous else None

    def _cursor(self) -> datetime | None:
        cursor = self.plan.contract.cursor
        if cursor is None or self.plan.mode in (Mode.REMOVE, Mode.LANDED) or self.plan.has_row_versions:
            return None
        # A clock that ran ahead must not hide the rows written after it was put right.
        limit = self.reader.snapshot.extracted_at
        condition = f"{cursor} <= '{limit:%Y-%m-%d %H:%M:%S.%f}'"
        statement = f"select max({cursor}) as greatest from {self.plan.relation} where {condition}"
        [(greatest,)] = self.reader.execute(f"select greatest from {self.reader.query(statement)}", self.plan.table)
        return greatest.replace(tzinfo=limit.tzinfo) if greatest else None

    def _load(self, name: str, statement: str) -> None:
        self.reader.load(name, statement, self.plan.table)

    def _execute(self, statement: str) -> list[tuple[int, ...]]:
        return self.reader.execute(statement, self.plan.table)
