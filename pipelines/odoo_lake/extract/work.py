"""The readers' threads and their tasks."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from odoo_lake.errors import UserError
from odoo_lake.extract.plan import Mode, Plan, TablePlan
from odoo_lake.extract.reader import Snapshot, SnapshotReader
from odoo_lake.extract.request import FigureQuery, Request
from odoo_lake.extract.tables import Range, TableReader, ranges
from odoo_lake.lake.commits import FIGURES, BronzeLog, DataFile, TableCommit
from odoo_lake.lake.store import Store
from odoo_lake.progress import Reporter

Task = Callable[[SnapshotReader], None]


@dataclass(frozen=True)
class RunContext:
    """What every task of a run shares."""

    request: Request
    bronze: Store
    log: BronzeLog
    snapshot: Snapshot
    spill: Path
    report: Reporter


class ReadingWork:
    """The run's tasks, taken by the readers' threads; the first failure ends them all.

    With `kept_figures` the questions wait for the tables: when no row has changed, the answers are known.
    """

    def __init__(
        self,
        context: RunContext,
        plan: Plan,
        queries: list[FigureQuery],
        kept_figures: dict[str, dict[str, str]] | None = None,
    ) -> None:
        self.tables: dict[str, TableCommit] = {}
        self.figures: dict[str, dict[str, str]] = {}
        self._context = context
        self._plan = plan
        self._queries = queries
        self._kept_figures = kept_figures if sees_every_change(plan) else None
        self._mutex = threading.Lock()
        self._failure: BaseException | None = None
        self._readers: list[SnapshotReader] = []
        self._tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()

    def run_all(self) -> None:
        # The largest tables first, so that no reader is left alone with one at the end.
        tasks: list[Task] = []
        for plan in sorted(self._plan.tables, key=lambda table: -table.pages):
            tasks += self._initial_tasks(plan) if plan.mode is Mode.INITIAL else [self._table_task(plan)]
        figures = [self._figure_task(query) for query in self._queries]
        self._context.report.start(len(tasks) + len(figures))
        if self._kept_figures is None:
            self._run([*tasks, *figures])
            return
        self._run(tasks)
        if any(table.rows_written or table.rows_deleted for table in self.tables.values()):
            self._run(figures)
            return
        self.figures = self._kept_figures
        for query in self._queries:
            self._context.report.step(query.name, kept=True)

    def _run(self, tasks: list[Task]) -> None:
        for task in tasks:
            self._tasks.put(task)
        threads = [
            threading.Thread(target=self._work, name=f"reader-{number}")
            for number in range(self._context.request.settings.readers)
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            self._fail(UserError("Interrupted.", "This run committed nothing.", "Run again: it continues."))
            for thread in threads:
                thread.join()
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        try:
            context = self._context
            memory = context.request.settings.reader_memory_mib
            reader = SnapshotReader(
                context.request.source, context.snapshot, context.request.lake, memory, context.spill
            )
            with self._mutex:
                self._readers.append(reader)
            try:
                while self._failure is None:
                    self._tasks.get_nowait()(reader)
            except queue.Empty:
                return
            finally:
                with self._mutex:
                    self._readers.remove(reader)
                reader.close()
        except BaseException as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._mutex:
            # Readers that were interrupted fail too; the first failure is the reason.
            self._failure = self._failure or error
            for reader in self._readers:
                reader.interrupt()

    def _initial_tasks(self, plan: TablePlan) -> list[Task]:
        """The ranges of a table, and its key state; whichever ends last finishes the table."""
        parts = ranges(plan, self._context.request.settings.readers)
        files: list[DataFile] = []
        key_states: list[str | None] = []
        remaining = _Countdown(len(parts) + 1)

        def finish(table: TableReader) -> None:
            if remaining.finished_one():
                self._finish(plan, table.initial(sorted(files, key=lambda file: file.path), key_states[0]))

        def read_range(part: Range | None, number: int) -> Task:
            def read(reader: SnapshotReader) -> None:
                table = self._table_reader(reader, plan)
                file = table.write_range(part, number)
                if file is not None:
                    files.append(file)
                self._context.report.step(plan.table, part=number)
                finish(table)

            return read

        def read_keys(reader: SnapshotReader) -> None:
            table = self._table_reader(reader, plan)
            key_states.append(table.sweep_and_keep_keys())
            finish(table)

        return [read_keys, *(read_range(part, number) for number, part in enumerate(parts))]

    def _table_task(self, plan: TablePlan) -> Task:
        def read(reader: SnapshotReader) -> None:
            self._finish(plan, self._table_reader(reader, plan).read())

        return read

    def _table_reader(self, reader: SnapshotReader, plan: TablePlan) -> TableReader:
        files = () if plan.mode is Mode.INITIAL else self._context.log.files(plan.table)
        overlap = timedelta(minutes=self._context.request.settings.overlap_minutes)
        return TableReader(reader, self._context.bronze, plan, files, overlap)

    def _finish(self, plan: TablePlan, commit: TableCommit) -> None:
        with self._mutex:
            self.tables[plan.table] = commit
        self._context.report.step(
            plan.table, mode=str(plan.mode), rows=commit.rows_written, deleted=commit.rows_deleted
        )

    def _figure_task(self, query: FigureQuery) -> Task:
        def read(reader: SnapshotReader) -> None:
            day = query.day.isoformat()
            folder = f"{FIGURES}/{self._context.snapshot.run_id}/{day}"
            path = f"{folder}/{query.name}.parquet"
            self._context.bronze.prepare(folder)
            reader.write(f"select * from {reader.query(query.statement)}", self._context.bronze.url(path), query.name)
            with self._mutex:
                self.figures.setdefault(day, {})[query.name] = path
            self._context.report.step(query.name)

        return read


def sees_every_change(plan: Plan) -> bool:
    """Whether a run of this plan that finds no change proves that there was none: a cursor may be left as it was."""
    return all(
        table.mode is Mode.COMPARE or (table.mode is Mode.CHANGES and table.has_row_versions) for table in plan.tables
    ) and all(not table.previous or table.previous.columns == table.projection.signature for table in plan.tables)


class _Countdown:
    """Says which of several threads finished last."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._mutex = threading.Lock()

    def finished_one(self) -> bool:
        with self._mutex:
            self._count -= 1
            return self._count == 0
