"""The Superset image's own steps on Superset's own package."""

from __future__ import annotations

import subprocess

from tests.images.superset_image import Image


def test_drivers_are_there_and_fit_what_superset_needs(superset: Image) -> None:
    code = "import sqlalchemy as s; print(*(s.create_engine(f'{n}://u@h:1/d').driver for n in ('trino', 'postgresql')))"
    assert superset.run("python", "-c", code).split() == ["rest", "psycopg2"]
    uv = superset.tree.base / "bin" / "uv"
    subprocess.run([uv, "pip", "check", "--python", superset.tree.place("/app/.venv")], check=True)
