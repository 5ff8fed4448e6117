"""dbt as a process that ends with the one that started it.

When a build is killed, a dbt that lived on would write to the build database together with that of the next build.
"""

from __future__ import annotations

import os
import sys
import threading
import time

_POLL_SECONDS = 0.2


def main() -> None:
    """Run dbt's command line; the first argument is the process to end with."""
    starter = int(sys.argv.pop(1))
    threading.Thread(target=_end_with, args=(starter,), daemon=True).start()
    from dbt.cli.main import cli

    cli()


def _end_with(starter: int) -> None:
    while os.getppid() == starter:
        time.sleep(_POLL_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
