from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from odoo_lake.source.embedded import EmbeddedPostgres
from tests.data.companies import VERSIONS, Company, SampleDatabases


@pytest.fixture(scope="session")
def samples(postgres: EmbeddedPostgres) -> SampleDatabases:
    return SampleDatabases(postgres)


@pytest.fixture(scope="module", params=VERSIONS)
def company(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, samples: SampleDatabases) -> Iterator[Company]:
    with psycopg.connect(postgres.url(samples.name(request.param)), autocommit=True) as connection:
        yield Company(request.param, connection)
