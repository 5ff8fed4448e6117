"""The double, and the apply command as the Job starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odoo_lake.contracts.catalogue import Catalogue, load_catalogue
from odoo_lake.contracts.model import Privacy
from tests.airbyte import server as double
from tests.product_setup import Apply, apply_command

ROOT = Path(__file__).resolve().parents[2]
ACCESS_KEY = "the-access-key"
SECRET_KEY = "the-secret-key"
VARIABLES = {
    "AIRBYTE_CLIENT_ID": double.CLIENT_ID,
    "AIRBYTE_CLIENT_SECRET": double.CLIENT_SECRET,
    "ODOO_PASSWORD": double.PASSWORD,
    "S3_ACCESS_KEY": ACCESS_KEY,
    "S3_SECRET_KEY": SECRET_KEY,
}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "contracts" / "odoo")


@pytest.fixture
def airbyte(catalogue: Catalogue) -> Iterator[double.AirbyteServer]:
    """A server whose source sees every column that any contract names, and some that none does."""
    with double.running() as server:
        for contract in catalogue.values():
            columns = {column.name for column in contract.columns} | {"x_note", "signup_token"}
            server.tables[contract.relation] = sorted(columns | set(server.tables.get(contract.relation, [])))
        server.tables["ir_attachment"] = ["id", "datas"]
        yield server


@pytest.fixture
def configuration(airbyte: double.AirbyteServer) -> dict[str, Any]:
    size = {"cpuMillicores": 250, "memoryMib": 384, "scratchMib": 1024}
    return {
        "apiUrl": airbyte.url,
        "authSecret": "airbyte-auth",
        "source": {
            "host": "odoo-db",
            "port": 5432,
            "database": "odoo",
            "username": "odoo_lake",
            "sslMode": "require",
            "secret": "airbyte-odoo",
        },
        "destination": {
            "bucket": "odoo-lake-bronze",
            "endpoint": "http://minio.lake-minio.svc.cluster.local:9000",
            "region": "us-east-1",
            "secret": "airbyte-destination",
        },
        "connection": {"schedule": "0 2 * * *"},
        "sync": {
            "orchestrator": size,
            "source": size,
            "destination": size,
            "headroom": {"cpuMillicores": 1050, "memoryMib": 1600, "scratchMib": 8192},
        },
    }


@pytest.fixture
def apply(
    configuration: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Apply:
    monkeypatch.setenv("ODOO_LAKE_PROJECT", str(ROOT))
    return apply_command("airbyte", configuration, VARIABLES, tmp_path, monkeypatch, capsys)


def kept_columns(catalogue: Catalogue, table: str) -> set[str]:
    return {column.name for column in catalogue[table].columns if column.privacy is Privacy.KEEP}
