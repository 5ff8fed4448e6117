"""DuckDB connections of one process that run side by side."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# A process of its own: instances that overwrite each other's spilled rows may crash it.
_TWO_AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from odoo_lake.lake.duck import open_duckdb

def total_of(first):
    with open_duckdb(threads=1, memory_mib=64, spill_directory=Path(sys.argv[1])) as duck:
        duck.execute(
            f"create temp table numbers as select i + {first} as number, hash(i) as key,"
            " repeat('x', 50) || i as padding from range(2000000) r(i)"
        )
        assert list(Path(sys.argv[1]).rglob("*.tmp")), "nothing was spilled"
        return duck.execute("select sum(number) from (select * from numbers order by key)").fetchall()[0][0]

with ThreadPoolExecutor(2) as pool:
    print(*pool.map(total_of, (0, 1000)))
"""


def test_connections_that_spill_into_one_folder_keep_their_rows_apart(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TWO_AT_ONCE, str(tmp_path / "spill")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    numbers = 2_000_000
    total = numbers * (numbers - 1) // 2
    assert done.stdout.split() == [str(total), str(total + 1000 * numbers)]
