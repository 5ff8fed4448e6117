"""Parts that every tier shares: one PostgreSQL server for the whole session of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odoo_lake.source.embedded import EmbeddedPostgres, embedded_postgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL server, started once."""
    directory: Path = tmp_path_factory.mktemp("postgres") / "data"
    with embedded_postgres(directory, durable=False) as server:
        yield server
