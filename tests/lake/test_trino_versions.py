"""Every Odoo version on both engines: the same rows, the same digits, the same NULLs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odoo_lake.source.embedded import EmbeddedPostgres
from odoo_lake.workspace import ENGINE_VARIABLE, Workspace
from tests.data.companies import SampleDatabases, load_dump
from tests.lake.conftest import Servers, runs_in_full
from tests.lake.test_trino_build import Company

pytestmark = pytest.mark.lake

DATABASES = ("sample 16", "sample 17", "sample 18", "sample 19", "real 17")


@pytest.fixture(params=DATABASES)
def company(
    request: pytest.FixtureRequest, delta: Servers, workspace: Workspace, postgres: EmbeddedPostgres, tmp_path: Path
) -> Iterator[Company]:
    kind, version = request.param.split()
    if not runs_in_full():
        pytest.skip("the samples of all versions and the real Odoo 17 are built on Trino by `make test-lake-full`")
    delta.empty()
    made = SampleDatabases(postgres).name(int(version)) if kind == "sample" else load_dump(postgres, int(version))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENGINE_VARIABLE, "trino")
        patch.setenv("ODOO_LAKE_WORK", str(tmp_path / "trino"))
        company = Company(delta, workspace, postgres.url(made), tmp_path)
        company.extract()
        yield company
    delta.empty()


def test_silver_and_gold_equal_duckdb_s(company: Company) -> None:
    outcome = company.build()
    assert outcome.invocation is not None
    assert not outcome.invocation.failures
    assert outcome.reconciliation is not None
    assert outcome.reconciliation.agrees
    assert company.differences(company.duckdb()) == []
