"""A build in a process of its own that is killed at a chosen moment: `killed_build.py MOMENT`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odoo_lake import pipeline as steps
from odoo_lake.build import publish
from odoo_lake.business import today
from odoo_lake.lake import duck
from odoo_lake.lake.location import parse_lake
from odoo_lake.progress import Reporter
from odoo_lake.workspace import open_workspace

NODES_BEFORE, TABLES_BEFORE = 60, 20


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DieWithinDbt:
    """Dies when dbt has finished some of its nodes, in the midst of others."""

    left = NODES_BEFORE

    def start(self, steps: int) -> None: ...

    def step(self, what: str, **facts: object) -> None:
        self.left -= 1
        if self.left == 0:
            die()


class Never:
    def start(self, steps: int) -> None: ...

    def step(self, what: str, **facts: object) -> None: ...


def main(moment: str) -> None:
    workspace = open_workspace()

    @contextmanager
    def reporting(title: str) -> Iterator[Reporter]:
        yield DieWithinDbt() if moment == "within-dbt" else Never()

    if moment == "between-files":
        identifier, left = duck.identifier, [2 * TABLES_BEFORE]

        def counted(name: str) -> str:
            left[0] -= 1
            if left[0] == 0:
                die()
            return identifier(name)

        setattr(publish, "identifier", counted)  # noqa: B010 - mypy holds a module's functions for final
    if moment in {"before-switch", "after-switch"}:
        switch = publish.switch

        def switch_and_die(*arguments: Any) -> None:
            if moment == "after-switch":
                switch(*arguments)
            die()

        setattr(steps, "switch", switch_and_die)  # noqa: B010
    lake = parse_lake(os.environ["ODOO_LAKE_ROOT"])
    workspace.pipeline(lake, workspace.state(None), reporting).build_and_publish(today(workspace.variables))


if __name__ == "__main__":
    main(*sys.argv[1:])
