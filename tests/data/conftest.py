from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from odoo_lake.source.embedded import EmbeddedPostgres
from tests.data.companies import DUMPS, VERSIONS, Company, SampleDatabases
from tests.data.lakes import CHANGING, REAL, SAMPLES, BuiltLake, Lakes, Place


@pytest.fixture(scope="session")
def samples(postgres: EmbeddedPostgres) -> SampleDatabases:
    return SampleDatabases(postgres)


@pytest.fixture(scope="module", params=VERSIONS)
def company(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, samples: SampleDatabases) -> Iterator[Company]:
    with psycopg.connect(postgres.url(samples.name(request.param)), autocommit=True) as connection:
        yield Company(request.param, connection)


@pytest.fixture(scope="session")
def lakes(
    request: pytest.FixtureRequest,
    postgres: EmbeddedPostgres,
    samples: SampleDatabases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lakes]:
    built = Lakes(postgres, samples, tmp_path_factory.mktemp("lakes"))
    # The lakes that this run's tests will ask for, so that two can be built at a time.
    wanted = [item.callspec.params.get("lake") for item in request.session.items if hasattr(item, "callspec")]
    changing = any("changing" in getattr(item, "fixturenames", ()) for item in request.session.items)
    built.start(dict.fromkeys(name for name in wanted if name in (*SAMPLES, *REAL)))
    built.start([CHANGING] if changing else [])
    yield built
    built.close()


@pytest.fixture(scope="session", params=[*SAMPLES, *REAL])
def lake(request: pytest.FixtureRequest, lakes: Lakes) -> BuiltLake:
    """A lake of each sample company, and of each real database that is there."""
    if request.param in REAL and not (DUMPS / f"{request.param}.sql.zst").is_file():
        pytest.skip(f"no real Odoo database is at {DUMPS / request.param}.sql.zst")
    return lakes[request.param]


@pytest.fixture(scope="session")
def sample_lake(lakes: Lakes) -> BuiltLake:
    """The lake of one sample company, for what does not differ from version to version; it stays as it is."""
    return lakes["sample18"]


@pytest.fixture(scope="session")
def changing(lakes: Lakes) -> Place:
    """A lake that tests may break and mend; each leaves it published and in agreement with its database."""
    return lakes[CHANGING].place
