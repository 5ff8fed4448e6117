"""A mirror in a process of its own that is killed at a chosen moment: `killed_mirror.py key N` or `part N`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from odoo_lake.object_store import mirror
from odoo_lake.object_store.replica import Replicator
from odoo_lake.object_store.server import Store


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DieAtStep:
    def __init__(self, step: int) -> None:
        self.left = step

    def start(self, steps: int) -> None: ...

    def step(self, what: str, **facts: object) -> None:
        self.left -= 1
        if self.left == 0:
            die()


def main(moment: str, number: int) -> None:
    mirror.PORTION = 1
    report = DieAtStep(number if moment == "key" else 0)
    if moment == "part":
        between = Replicator.between

        def with_a_deadly_part(source: Store, target: Store, *, threads: int) -> Replicator:
            made = between(source, target, threads=threads)

            def before_part(params: dict[str, Any], **_: object) -> None:
                if f"partNumber={number}" in params["url"]:
                    die()

            made.target.meta.events.register("before-call.s3.UploadPart", before_part)
            return made

        Replicator.between = with_a_deadly_part  # type: ignore[method-assign]
    mirror.mirror(
        mirror.Request(source=Store.from_environment("SOURCE_"), target=Store.from_environment("TARGET_"), threads=1),
        report,
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
