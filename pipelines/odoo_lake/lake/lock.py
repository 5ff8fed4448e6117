"""One writer at a time: a file lock on a local lake, a lease object on S3."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from odoo_lake.errors import UserError
from odoo_lake.lake.store import LocalStore, S3Store, Store

LEASE_SECONDS = 60
_RENEWALS_PER_LEASE = 4
_POLL_SECONDS = 0.5


@contextmanager
def exclusive(store: Store, name: str, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lock `name`; when somebody else holds it, wait up to `wait_seconds`, then raise UserError.

    A killed holder frees a local lock at once and an S3 lease within LEASE_SECONDS.
    """
    path = f"_locks/{name}.json"
    if isinstance(store, LocalStore):
        with _file_lock(store, path, name, time.monotonic() + wait_seconds):
            yield
    elif isinstance(store, S3Store):
        with _lease(store, path, name, time.monotonic() + wait_seconds):
            yield
    else:
        raise TypeError(f"no lock for {type(store).__name__}")


def _holder() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}


def _refusal(name: str, where: str, holder: dict[str, Any]) -> UserError:
    return UserError(
        f"Another process writes {name} of this lake: pid {holder.get('pid')} on {holder.get('host')}"
        f" since {holder.get('since')} ({where}).",
        "Two writers at once would tear the lake apart, so this one did nothing.",
        "Wait for it to end, or let this command wait with --wait SECONDS.",
    )


@contextmanager
def _file_lock(store: LocalStore, path: str, name: str, deadline: float) -> Iterator[None]:
    file_path = store.root / path
    file_path.parent.mkdir(parents=True, exist_ok=True)
    with file_path.open("a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    file.seek(0)
                    raise _refusal(name, str(file_path), json.loads(file.read() or "{}")) from None
                time.sleep(_POLL_SECONDS)
        file.truncate(0)
        file.write(json.dumps(_holder()))
        file.flush()
        yield


@contextmanager
def _lease(store: S3Store, path: str, name: str, deadline: float) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    holder = _holder()
    current = _acquire(store, path, name, holder, deadline)
    stop = threading.Event()
    lost = threading.Event()

    def renew() -> None:
        nonlocal current
        while not stop.wait(LEASE_SECONDS / _RENEWALS_PER_LEASE):
            try:
                renewed = _renew(store, path, holder, current)
            except (BotoCoreError, ClientError):
                # The store is away. A later try renews even a lease that ran out, if nobody else took it.
                continue
            if renewed is None:
                lost.set()
                return
            current = renewed

    thread = threading.Thread(target=renew, name=f"lease-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        if not lost.is_set():
            # Without the store it runs out by itself, and the caller's own error is the one to be seen.
            with suppress(BotoCoreError, ClientError):
                # Expired and not deleted: who may write bronze may not delete there.
                store.write_if(path, _lease_bytes(holder, ended=True), etag=current)
    if lost.is_set():
        raise UserError(
            f"Another process took over {name} of this lake: its lease ran out while the object store did not answer"
            f" ({store.url(path)}).",
            "Both wrote at once, so what is there now may be of either.",
            "Wait for the other to end, then run this command again.",
        )


def _renew(store: S3Store, path: str, holder: dict[str, Any], current: str) -> str | None:
    renewed = store.write_if(path, _lease_bytes(holder), etag=current)
    if renewed is None:
        found = store.read_with_etag(path)
        # A write whose answer got lost changed the tag too.
        if found and holder.items() <= json.loads(found[0]).items():
            return found[1]
    return renewed


def _acquire(store: S3Store, path: str, name: str, holder: dict[str, Any], deadline: float) -> str:
    while True:
        found = store.read_with_etag(path)
        if found is None:
            etag = store.write_if(path, _lease_bytes(holder), etag=None)
        else:
            data, old_etag = found
            other = json.loads(data)
            expired = time.time() > other["expires"]
            etag = store.write_if(path, _lease_bytes(holder), etag=old_etag) if expired else None
            if etag is None and time.monotonic() >= deadline:
                raise _refusal(name, store.url(path), other)
        if etag is not None:
            return etag
        time.sleep(_POLL_SECONDS)


def _lease_bytes(holder: dict[str, Any], *, ended: bool = False) -> bytes:
    return json.dumps({**holder, "expires": 0 if ended else time.time() + LEASE_SECONDS}).encode()
