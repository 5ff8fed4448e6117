"""A server that is killed in the middle of a build: readers keep what they had, and the rerun comes to the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lakehouse.settings import TableFormat
from odoo_lake.build.run import BuildInputs
from odoo_lake.business import today
from odoo_lake.errors import UserError
from odoo_lake.lake.state import LakeState
from odoo_lake.pipeline import BuildOutcome
from odoo_lake.progress import Reporter, Silent
from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.trino import pipeline as trino_pipeline
from odoo_lake.trino import publish
from odoo_lake.trino.connection import Session
from odoo_lake.trino.pipeline import TrinoPipeline
from odoo_lake.trino.publish import BuiltTable, built_tables, read_publication
from odoo_lake.workspace import ENGINE_VARIABLE, Workspace
from tests.data.companies import SampleDatabases
from tests.lake.conftest import Servers, runs_in_full, servers
from tests.lake.parity import differences, duckdb_build
from tests.lake.processes import Server
from tests.object_store import store_server

pytestmark = [
    pytest.mark.lake,
    pytest.mark.skipif(
        not runs_in_full(), reason="killed servers take six builds, longer than this tier may: `make test-lake-full`"
    ),
]

# A fact that is merged, a dimension and two marts on them; figures that prove each.
TABLES = (("silver", "fact_journal_entry"), ("silver", "dim_account"), ("gold", "ar_aging"), ("gold", "ap_aging"))
# A test that asks for a table outside this part is left out.
SELECTED = ("--indirect-selection", "buildable", "--select", *(f"+{name}" for _, name in TABLES))
CHECKS = {"trial_balance", "accounts", "open_items_by_age"}
# Half of the build is done when this is.
MIDDLE = "fact_journal_entry"


class FewModels(TrinoPipeline):
    """The pipeline on a part of the project: every step as it is, with less to do."""

    def prepare_models(self, inputs: BuildInputs) -> tuple[Sequence[str], dict[str, Any]]:
        command, variables = super().prepare_models(inputs)
        return (*command, *SELECTED), variables


def few_tables(session: Session, manifest: Path) -> tuple[BuiltTable, ...]:
    with pytest.MonkeyPatch.context() as patch:
        nodes = {name for _, name in TABLES}
        patch.setattr("odoo_lake.trino.publish._READERS_SEE", {layer: tuple(nodes) for layer in ("silver", "gold")})
        return built_tables(session, manifest)


@dataclass
class Killing(Silent):
    """Progress that kills servers when the middle is reached, and starts them again as Kubernetes would."""

    servers: Sequence[Server]
    killed: bool = field(default=False)

    def step(self, what: str, **facts: object) -> None:
        if what == MIDDLE and not self.killed:
            self.killed = True
            for server in self.servers:
                server.kill()
            for server in self.servers:
                server.start()


@dataclass
class Company:
    """A sample company, its lake, and servers that can be killed."""

    servers: Servers
    kinds: dict[str, Server]
    workspace: Workspace
    url: str

    @property
    def today(self) -> date:
        return today(self.workspace.variables)

    def pipeline(self, report: Reporter) -> TrinoPipeline:
        made = self.workspace.pipeline(self.servers.lake, LakeState(), lambda _: nullcontext(report))
        assert isinstance(made, TrinoPipeline)
        return FewModels(made.build, made.variables, made.record, made.reporting, address=made.address)

    def extract(self) -> None:
        request = self.workspace.extraction(self.workspace.source(self.url), self.servers.lake)
        few = replace(request, figures=lambda found: [q for q in request.figures(found) if q.name in CHECKS])
        self.pipeline(Silent()).extract(few)

    def build(self, report: Reporter) -> BuildOutcome:
        return self.pipeline(report).build_and_publish(self.today, wait_seconds=90)

    def change(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as odoo:
            odoo.execute(
                "update account_move_line set debit = debit + 10, balance = balance + 10, write_date = now()"
                " where id = (select max(id) from account_move_line where account_id is not null and debit > 0)"
            )

    def seen(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that readers see."""
        with self.servers.address().connect() as session:
            publication = read_publication(session)
            assert publication is not None
            rows = {name: sorted(session.rows(f"select * from {layer}.{name}"), key=repr) for layer, name in TABLES}
            return {"build": [(publication.build_id,)], **rows}


@pytest.fixture(scope="module")
def company(
    postgres: EmbeddedPostgres, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """A small company on servers of its own, published once."""
    folder = tmp_path_factory.mktemp("killed")
    store, minio = store_server(folder / "store")
    url = postgres.url(SampleDatabases(postgres).name(18, prefix="killed"))
    with (
        minio.running(),
        servers(folder, postgres, store, TableFormat.DELTA, suffix="_killed") as started,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in started.environment().items():
            patch.setenv(name, value)
        patch.setenv(ENGINE_VARIABLE, "trino")
        patch.setenv("ODOO_LAKE_WORK", str(folder / "work"))
        patch.setattr(trino_pipeline, "built_tables", few_tables)
        # In the order in which they start.
        kinds = {"object store": minio, "metastore": started.metastore.server, "Trino": started.trino.server}
        made = Company(started, kinds, workspace, url)
        made.extract()
        assert made.build(Silent()).publication is not None
        yield made


def outcome_of(build: Callable[[], BuildOutcome]) -> BuildOutcome | None:
    """What a disturbed build came to; None where it ended with an error that the user is told."""
    try:
        return build()
    except UserError:
        return None


@pytest.mark.parametrize("kind", ["all", "Trino", "metastore", "object store"])
def test_readers_keep_what_they_had_and_a_rerun_publishes(company: Company, kind: str) -> None:
    before = company.seen()
    company.change()
    company.extract()
    killing = Killing([server for name, server in company.kinds.items() if kind in ("all", name)])
    disturbed = outcome_of(lambda: company.build(killing))
    assert killing.killed
    if disturbed is None or disturbed.publication is None:
        assert company.seen() == before, "a build that failed changed what readers see"
    rerun = company.build(Silent())
    assert rerun.publication is not None
    assert rerun.reconciliation is not None
    assert rerun.reconciliation.results
    assert rerun.reconciliation.agrees
    after = company.seen()
    assert all(after[name] != before[name] for name in ("build", "fact_journal_entry"))


def test_a_switch_that_was_cut_short_is_completed_by_the_next_run(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = company.seen()
    company.change()
    company.extract()
    show, shown = publish._show, list[BuiltTable]()

    def cut(session: Session, table: BuiltTable) -> None:
        if shown:
            company.kinds["Trino"].kill()
        shown.append(table)
        show(session, table)

    with monkeypatch.context() as patch:
        patch.setattr(publish, "_show", cut)
        with pytest.raises(UserError):
            company.build(Silent())
    company.kinds["Trino"].start()
    assert company.build(Silent()).unchanged, "dbt was started for what was built and proven"
    after = company.seen()
    assert all(after[name] != before[name] for name in ("build", "fact_journal_entry"))


def test_the_last_rerun_equals_a_build_that_nobody_disturbed(company: Company, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ODOO_LAKE_WORK", str(tmp_path))
        patch.setenv(ENGINE_VARIABLE, "duckdb")
        database = duckdb_build(company.workspace, company.servers.lake, company.today, SELECTED)
    with company.servers.address().connect() as session:
        assert differences(database, session, TABLES) == []
