"""Who touches bronze and the backup is written down, from what the real MinIO posts with the deployed settings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from sqlalchemy import Engine, create_engine

from lakehouse.components.object_store import audit_settings
from odoo_lake.query_log.audit import accesses
from odoo_lake.query_log.object_events import Ledger
from odoo_lake.query_log.receiver import OBJECTS_METRIC, Guard, Receiver, Tally, object_receiver
from odoo_lake.record.tables import Base
from tests.object_store import ObjectStore, object_store
from tests.ports import free_port

pytestmark = pytest.mark.lake

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TOKEN = "of the test"
BRONZE, BACKUP, SILVER = "odoo-lake-bronze", "odoo-lake-backup", "odoo-lake-silver"


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'ops.sqlite'}")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def store(tmp_path: Path, port: int) -> Iterator[ObjectStore]:
    settings = audit_settings(f"http://127.0.0.1:{port}/", TOKEN.replace(" ", "-"))
    (tmp_path / "store").mkdir()
    with object_store(tmp_path / "store", variables=settings) as started:
        yield started


@pytest.fixture
def listen(port: int, ledger: Ledger) -> Iterator[Callable[[Tally], Receiver]]:
    started: list[Receiver] = []

    def start(tally: Tally) -> Receiver:
        guard = Guard(token=TOKEN.replace(" ", "-"))
        server = object_receiver(("127.0.0.1", port), ledger, guard, tally)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def stranger(store: ObjectStore) -> Any:
    """Somebody whose key the store does not know."""
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        aws_access_key_id="stranger",
        aws_secret_access_key="no-such-secret",
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 1}),
    )


def use(store: ObjectStore) -> None:
    client = store.client
    for number in range(3):
        client.put_object(Bucket=BRONZE, Key=f"odoo/res_partner/{number}.parquet", Body=b"rows")
    client.get_object(Bucket=BRONZE, Key="odoo/res_partner/1.parquet")["Body"].read()
    client.put_object(Bucket=SILVER, Key="dim", Body=b"rows")
    client.list_objects_v2(Bucket=BACKUP)
    with pytest.raises(ClientError):
        stranger(store).get_object(Bucket=BRONZE, Key="odoo/res_partner/1.parquet")


def told(record: Engine, ledger: Ledger, bucket: str, wanted: int, seconds: float = 60) -> dict[tuple[str, str], Any]:
    """(user, action) -> (requests, failures) once `wanted` requests are written, or when time is over."""
    deadline = time.monotonic() + seconds
    while True:
        ledger.write(record)
        found = accesses(record, bucket, LONG_AGO)
        if sum(one.requests for one in found) >= wanted or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    sums: dict[tuple[str, str], Any] = {}
    for one in found:
        requests, failures = sums.get((one.user_name, one.action), (0, 0))
        sums[one.user_name, one.action] = (requests + one.requests, failures + one.failures)
    return sums


def test_who_touched_bronze_and_the_backup_is_written_down(
    store: ObjectStore, record: Engine, ledger: Ledger, listen: Callable[[Tally], Receiver]
) -> None:
    tally = Tally(OBJECTS_METRIC)
    listen(tally)
    for bucket in (BRONZE, BACKUP, SILVER):
        store.client.create_bucket(Bucket=bucket)
    use(store)
    user = store.access_key
    bronze = told(record, ledger, BRONZE, 6)
    assert bronze[user, "PutObject"] == (3, 0)
    assert bronze[user, "GetObject"] == (1, 0)
    assert bronze["anonymous", "GetObject"] == (1, 1), "who was refused is told too, and MinIO names no false key"
    assert told(record, ledger, BACKUP, 2)[user, "ListObjectsV2"] == (1, 0)
    assert not accesses(record, SILVER, LONG_AGO), "everybody reads silver and gold"
    with record.connect() as connection:
        kept = str(connection.exec_driver_sql("select * from object_access").all())
    assert "res_partner" not in kept, "a path can say more than who and what"
    assert 'outcome="refused"} 0' in tally.exposition(), "MinIO shows the token"


def test_requests_wait_for_nobody_and_are_told_when_the_receiver_is_back(
    store: ObjectStore, record: Engine, ledger: Ledger, listen: Callable[[Tally], Receiver]
) -> None:
    for bucket in (BRONZE, BACKUP, SILVER):
        store.client.create_bucket(Bucket=bucket)
    use(store)
    listen(Tally(OBJECTS_METRIC))
    assert told(record, ledger, BRONZE, 6)[store.access_key, "PutObject"] == (3, 0)
