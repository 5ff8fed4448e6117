"""Bronze in the metastore: table entries that follow from what the Parquet files hold.

A committed run is a partition; files of no commit are in none. Trino, not the metastore, is told: one place decides who
may change bronze's entries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from odoo_lake.build.bronze_views import EXTRACTIONS, dropped_columns, present_columns
from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Contract
from odoo_lake.lake.commits import ROOT, BronzeLog
from odoo_lake.lake.duck import identifier, open_duckdb, quoted
from odoo_lake.lake.location import Lake
from odoo_lake.trino.connection import BRONZE_CATALOG, BRONZE_SCHEMA, Session, TrinoAddress
from odoo_lake.trino.parquet_types import BRONZE_COLUMNS, contract_type, file_types, widest

RUN_COLUMN = "run_id"
_MARK = " [files "


@dataclass(frozen=True)
class TableEntry:
    """One bronze table as it is to be in the metastore."""

    table: str
    meaning: str
    parts: tuple[EntryPart, ...]
    columns: Mapping[str, str]
    """Column to Trino type, as readers see them."""
    emptied: Mapping[str, str] = field(default_factory=dict)
    """Columns that went away from Odoo: readers find them NULL, whatever older files hold."""

    @property
    def comment(self) -> str:
        """The table's meaning, and a mark of all that its entry follows from."""
        facts = json.dumps(
            [self.columns, self.emptied, [[part.columns, part.folders] for part in self.parts]], sort_keys=True
        )
        return f"{self.meaning}{_MARK}{hashlib.sha256(facts.encode()).hexdigest()[:16]}]"


@dataclass(frozen=True)
class EntryPart:
    """Runs whose files Trino can read as one set of types."""

    columns: Mapping[str, str]
    folders: Mapping[str, str] = field(default_factory=dict)
    """Run to its folder; empty for a table that one folder holds."""
    location: str = ""


@dataclass(frozen=True)
class Existing:
    """What the metastore lists now: table to column to Trino type, and which of them are views."""

    columns: Mapping[str, Mapping[str, str]]
    views: frozenset[str]


def register(lake: Lake, catalogue: Catalogue, log: BronzeLog, address: TrinoAddress) -> tuple[str, ...]:
    """Bring every entry up to date; gives the tables whose entry changed."""
    with address.connect() as session:
        # Its folder is in silver: whoever registers may read bronze and not write there.
        place = quoted(lake.layer("silver").url("_bronze_entries"))
        session.rows(f"create schema if not exists {BRONZE_CATALOG}.{BRONZE_SCHEMA} with (location = {place})")
        known = dict(
            session.rows(
                "select table_name, comment from system.metadata.table_comments"
                f" where catalog_name = {quoted(BRONZE_CATALOG)} and schema_name = {quoted(BRONZE_SCHEMA)}"
            )
        )
        with open_duckdb() as duck:
            lake.grant_access(duck)
            entries = [_entry(duck, lake, contract, log) for contract in catalogue.values()]
        changed = [entry for entry in entries if known.get(entry.table) != entry.comment]
        if log.extraction_times:
            session.rows(f"create or replace view {_name(EXTRACTIONS)} as {_extractions(log)}")
        else:
            # Another program extracts and keeps no log: staging then takes the times from the rows.
            session.rows(f"drop view if exists {_name(EXTRACTIONS)}")
        existing = _existing(session) if changed else None
    if existing is not None:
        address.each(changed, lambda session, entry: _write(session, entry, existing))
    return tuple(entry.table for entry in changed)


def _entry(duck: duckdb.DuckDBPyConnection, lake: Lake, contract: Contract, log: BronzeLog) -> TableEntry:
    bronze = lake.layer("bronze")
    committed = [file.path for file in log.files(contract.table)]
    if committed:
        folders = {_run_of(path): bronze.url(path.rsplit("/", 1)[0]) for path in committed}
        by_file = file_types(duck, [bronze.url(path) for path in committed])
        by_run: dict[str, dict[str, set[str]]] = {}
        for path in committed:
            for name, kind in by_file[bronze.url(path)].items():
                by_run.setdefault(_run_of(path), {}).setdefault(name, set()).add(kind)
        wanted = {column.name: contract_type(column) for column in present_columns(contract, log)}
        columns, parts = _parts(wanted, by_run)
        entry_parts = tuple(EntryPart(types, {run: folders[run] for run in runs}) for types, runs in parts)
        emptied = {column.name: contract_type(column) for column in dropped_columns(contract, log)}
        return TableEntry(contract.table, contract.meaning, entry_parts, columns, emptied)
    return _unlogged_entry(duck, lake, contract, log)


def _unlogged_entry(duck: duckdb.DuckDBPyConnection, lake: Lake, contract: Contract, log: BronzeLog) -> TableEntry:
    """A table that another program writes, as one folder; or one that Odoo lacks, empty and with all its columns."""
    bronze = lake.layer("bronze")
    folder = f"{ROOT}/{contract.table}"
    found = [path for path in bronze.list(folder) if path.endswith(".parquet") and f"/{RUN_COLUMN}=" not in path]
    if not found or log.commits:
        wanted = {column.name: contract_type(column) for column in present_columns(contract, log)}
        columns = {**wanted, **BRONZE_COLUMNS}
        nowhere = lake.layer("silver").url(f"_bronze_entries/{contract.table}")
        return TableEntry(contract.table, contract.meaning, (EntryPart(columns, location=nowhere),), columns)
    held = file_types(duck, [bronze.url(path) for path in found])
    names = {name for types in held.values() for name in types}
    wanted = {column.name: contract_type(column) for column in contract.columns if column.name in names}
    columns, parts = _parts(wanted, {"": {n: {t[n] for t in held.values() if n in t} for n in names}})
    [(types, _)] = parts
    part = EntryPart(types, location=bronze.url(folder))
    return TableEntry(contract.table, contract.meaning, (part,), columns)


def _parts(
    wanted: Mapping[str, str], by_run: Mapping[str, Mapping[str, set[str]]]
) -> tuple[dict[str, str], list[tuple[dict[str, str], list[str]]]]:
    """The columns that readers see, and the runs by sets of types that Trino can read together.

    `wanted` gives a column its type where no file has it; `by_run` is run to column to the types its files have.
    """

    def together(runs: Sequence[str]) -> dict[str, str | None]:
        held = {name: {t for run in runs for t in by_run[run].get(name, ())} for name in wanted}
        return {name: widest(types) if types else wanted[name] for name, types in held.items()}

    groups: list[list[str]] = []
    for run in sorted(by_run):
        fitting = next((group for group in groups if None not in together([*group, run]).values()), None)
        if fitting is None:
            groups.append([run])
        else:
            fitting.append(run)
    parts = [
        ({**{name: kind or wanted[name] for name, kind in together(group).items()}, **BRONZE_COLUMNS}, group)
        for group in groups
    ]
    # Files that can't be read as one type are cast to the contract's.
    columns = parts[0][0] if len(parts) == 1 else {**wanted, **BRONZE_COLUMNS}
    return columns, parts


def _write(session: Session, entry: TableEntry, existing: Existing) -> None:
    if len(entry.parts) == 1 and not entry.emptied:
        _write_table(session, entry.table, entry.parts[0], existing)
        session.rows(f"comment on table {_name(entry.table)} is {quoted(entry.comment)}")
        return
    names = [f"{entry.table}__{number}" for number in range(len(entry.parts))]
    for name, part in zip(names, entry.parts, strict=True):
        _write_table(session, name, part, existing)
    _drop(session, entry.table, existing)
    columns = [(identifier(name), kind) for name, kind in entry.columns.items()]
    cast = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns)
    cast += "".join(f", cast(null as {kind}) as {identifier(name)}" for name, kind in entry.emptied.items())
    rows = " union all ".join(f"select {cast} from {_name(name)}" for name in names)
    session.rows(f"create view {_name(entry.table)} comment {quoted(entry.comment)} as {rows}")


def _write_table(session: Session, name: str, part: EntryPart, existing: Existing) -> None:
    own = {column: kind for column, kind in existing.columns.get(name, {}).items() if column != RUN_COLUMN}
    partitioned = bool(part.folders)
    registered: set[str] = set()
    same = {column: kind for column, kind in part.columns.items() if column in own}
    if name not in existing.views and own and own == same and partitioned == (RUN_COLUMN in existing.columns[name]):
        for column, kind in part.columns.items():
            if column not in own:
                session.rows(f"alter table {_name(name)} add column {identifier(column)} {kind}")
        if partitioned:
            registered = {run for (run,) in session.rows(f"select {RUN_COLUMN} from {_name(f'{name}$partitions')}")}
    else:
        # A column of another type, or none any more: the entry is made anew, the files stay.
        _drop(session, name, existing)
        _create(session, name, part)
    _match_partitions(session, name, part.folders, registered)


def _create(session: Session, name: str, part: EntryPart) -> None:
    columns = [f"{identifier(column)} {kind}" for column, kind in part.columns.items()]
    # The folder of a partitioned table holds all its runs; each run's partition names its own.
    location = part.location or next(iter(part.folders.values())).rsplit("/", 1)[0]
    properties = [f"external_location = {quoted(location)}", "format = 'PARQUET'"]
    if part.folders:
        columns.append(f"{RUN_COLUMN} varchar")
        properties.append(f"partitioned_by = array[{quoted(RUN_COLUMN)}]")
    session.rows(f"create table {_name(name)} ({', '.join(columns)}) with ({', '.join(properties)})")


def _match_partitions(session: Session, name: str, folders: Mapping[str, str], registered: set[str]) -> None:
    call = f"call {BRONZE_CATALOG}.system"
    table = f"{quoted(BRONZE_SCHEMA)}, {quoted(name)}, array[{quoted(RUN_COLUMN)}]"
    for run in sorted(folders.keys() - registered):
        session.rows(f"{call}.register_partition({table}, array[{quoted(run)}], {quoted(folders[run])})")
    for run in sorted(registered - folders.keys()):
        session.rows(f"{call}.unregister_partition({table}, array[{quoted(run)}])")


def _drop(session: Session, name: str, existing: Existing) -> None:
    if name in existing.columns:
        kind = "view" if name in existing.views else "table"
        session.rows(f"drop {kind} {_name(name)}")


def _existing(session: Session) -> Existing:
    source = f"{BRONZE_CATALOG}.information_schema"
    of_schema = f"where table_schema = {quoted(BRONZE_SCHEMA)}"
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in session.rows(
        f"select table_name, column_name, data_type from {source}.columns {of_schema}"
    ):
        columns.setdefault(table, {})[column] = kind.replace(", ", ",") if kind.startswith("decimal") else kind
    views = session.rows(f"select table_name from {source}.tables {of_schema} and table_type = 'VIEW'")
    return Existing(columns, frozenset(name for (name,) in views))


def _extractions(log: BronzeLog) -> str:
    times = ", ".join(
        f"timestamp {quoted(moment.replace(tzinfo=None).isoformat(sep=' ', timespec='milliseconds'))}"
        for moment in log.extraction_times
    )
    return f"select extracted_at from (values {times}) as extractions (extracted_at)"


def _run_of(path: str) -> str:
    folder = path.rsplit("/", 2)[1]
    return folder.removeprefix(f"{RUN_COLUMN}=")


def _name(table: str) -> str:
    return f"{BRONZE_CATALOG}.{BRONZE_SCHEMA}.{identifier(table)}"
