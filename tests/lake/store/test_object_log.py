"""Who touches bronze and the backup is written down, from what the real MinIO posts with the deployed settings."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
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
from odoo_lake.query_log.object_events import TOLD_METRIC, Ledger
from odoo_lake.query_log.receiver import Guard, Receiver, Tally, object_receiver
from odoo_lake.record.tables import Base
from tests.loopback import listening
from tests.object_store import ObjectStore, object_store
from tests.ports import free_port

pytestmark = pytest.mark.lake

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TOKEN = "of-the-test"
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
def changes() -> dict[str, str]:
    """Settings that a test wants otherwise than they are deployed."""
    return {}


@pytest.fixture
def store(tmp_path: Path, port: int, changes: dict[str, str]) -> Iterator[ObjectStore]:
    settings = audit_settings(f"http://127.0.0.1:{port}/", TOKEN)
    assert settings.keys() >= changes.keys()
    (tmp_path / "store").mkdir()
    variables = {**settings, **changes, "MINIO_PROMETHEUS_AUTH_TYPE": "public"}
    with object_store(tmp_path / "store", variables=variables) as started:
        for bucket in (BRONZE, BACKUP, SILVER):
            started.client.create_bucket(Bucket=bucket)
        yield started


@pytest.fixture
def listen(port: int, ledger: Ledger) -> Iterator[Callable[[Tally], Receiver]]:
    with ExitStack() as started:

        def start(tally: Tally) -> Receiver:
            server = object_receiver(("127.0.0.1", port), ledger, guard=Guard(token=TOKEN), tally=tally)
            started.enter_context(listening(server))
            return server

        yield start


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
    """(user, action) -> (requests, refusals) once `wanted` requests are written, or when time is over."""
    deadline = time.monotonic() + seconds
    while True:
        ledger.write(record)
        found = accesses(record, bucket, LONG_AGO)
        if sum(one.requests for one in found) >= wanted or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    sums: dict[tuple[str, str], Any] = {}
    for one in found:
        requests, refusals = sums.get((one.user_name, one.action), (0, 0))
        sums[one.user_name, one.action] = (requests + one.requests, refusals + one.refusals)
    return sums


def test_who_touched_bronze_and_the_backup_is_written_down(
    store: ObjectStore, record: Engine, ledger: Ledger, listen: Callable[[Tally], Receiver]
) -> None:
    tally = Tally()
    listen(tally)
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
    assert 'sender="minio",outcome="refused"} 0' in tally.exposition(), "MinIO shows the token"
    assert figure(store, "api/requests", "minio_api_requests_total") == told_of(ledger), "the alert compares these"


def test_requests_wait_for_nobody_and_are_told_when_the_receiver_is_back(
    store: ObjectStore, record: Engine, ledger: Ledger, listen: Callable[[Tally], Receiver]
) -> None:
    use(store)
    listen(Tally())
    assert told(record, ledger, BRONZE, 6)[store.access_key, "PutObject"] == (3, 0)


def test_a_flood_waits_for_a_receiver_that_does_not_answer(
    store: ObjectStore, record: Engine, ledger: Ledger, port: int, listen: Callable[[Tally], Receiver]
) -> None:
    with silent(port):
        flood(store, 1500)
    listen(Tally())
    # The first of them was making the bucket.
    assert told(record, ledger, BRONZE, 1501)[store.access_key, "PutObject"] == (1500, 0)


@pytest.mark.parametrize(
    "changes", [{"MINIO_AUDIT_WEBHOOK_QUEUE_SIZE_log": "50", "MINIO_AUDIT_WEBHOOK_BATCH_SIZE_log": "10"}]
)
def test_what_the_queue_cannot_hold_is_lost_and_counted_and_no_request_fails(
    store: ObjectStore, record: Engine, ledger: Ledger, port: int, listen: Callable[[Tally], Receiver]
) -> None:
    with silent(port):
        flood(store, 300)
        lost = figure(store, "audit", "minio_audit_failed_messages")
    listen(Tally())
    known = 303 - lost  # with the three buckets
    told(record, ledger, BRONZE, int(known) - 2)
    assert 0 < told_of(ledger) <= known < figure(store, "api/requests", "minio_api_requests_total")


def flood(store: ObjectStore, requests: int) -> None:
    """None of them may fail, or be tried again."""
    client = boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with ThreadPoolExecutor(8) as pool:
        puts = [pool.submit(client.put_object, Bucket=BRONZE, Key=f"part-{n}", Body=b"rows") for n in range(requests)]
        assert {put.result()["ResponseMetadata"]["HTTPStatusCode"] for put in puts} == {200}


@contextmanager
def silent(port: int) -> Iterator[None]:
    """Something listens, and says nothing."""
    with socket.create_server(("127.0.0.1", port)):
        yield


def figure(store: ObjectStore, collector: str, name: str) -> float:
    """The sum of what MinIO's own metrics say."""
    with urllib.request.urlopen(f"{store.endpoint}/minio/metrics/v3/{collector}", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name}{{"))


def told_of(ledger: Ledger) -> float:
    """What the receiver's own metrics say."""
    [line] = [line for line in ledger.exposition().splitlines() if line.startswith(f"{TOLD_METRIC} ")]
    return float(line.split()[1])
