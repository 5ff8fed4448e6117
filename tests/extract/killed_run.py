"""An extraction in a process of its own that is killed at a chosen moment: `killed_run.py SOURCE LAKE MOMENT`."""

from __future__ import annotations

import os
import signal
import sys

from odoo_lake.extract import run as extraction
from odoo_lake.extract.request import Request
from odoo_lake.lake.commits import Commit
from odoo_lake.lake.location import parse_lake
from odoo_lake.lake.store import Store
from odoo_lake.source.connection import Source
from odoo_lake.workspace import open_workspace


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DieAtStep:
    """Dies when the numbered step is reported; steps come from several threads."""

    def __init__(self, step: int) -> None:
        self.left = step

    def start(self, steps: int) -> None:
        if self.left == 0:
            die()

    def step(self, what: str, **facts: object) -> None:
        self.left -= 1
        if self.left == 0:
            die()


def main(source: str, lake: str, moment: str) -> None:
    workspace = open_workspace()
    settings = workspace.settings.extraction
    request = Request(
        source=Source(source, settings),
        lake=parse_lake(lake),
        catalogue=workspace.catalogue,
        settings=settings,
    )
    append = extraction.append_commit  # type: ignore[attr-defined]  # the moment before and after it is the point

    def append_or_die(bronze: Store, commit: Commit) -> None:
        if moment == "before-commit":
            die()
        append(bronze, commit)
        if moment == "after-commit":
            die()

    setattr(extraction, "append_commit", append_or_die)  # noqa: B010 - mypy holds a module's functions for final
    extraction.extract(request, DieAtStep(int(moment) if moment.isdigit() else -1))


if __name__ == "__main__":
    main(*sys.argv[1:])
