"""A Python that stands for a base image's, and somebody who is not root."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.images.superset_image import Image, superset_image
from tests.images.users import as_user

OLDEST = (3, 11)


def _interpreter() -> str:
    """A Python that the images' user may start."""
    here = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for candidate in (here, Path("/usr/bin/python3.11"), Path("/usr/bin/python3")):
        code = f"import ensurepip, sys; sys.exit(sys.version_info < {OLDEST})"
        try:
            done = subprocess.run([candidate, "-c", code], capture_output=True, check=False, cwd="/", **as_user())
        except OSError:
            continue
        if done.returncode == 0:
            return str(candidate)
    pytest.skip("no Python of 3.11 or newer is open to a user who is not root")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory(prefix="odoo-lake-images-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="session")
def base(folder: Path) -> Path:
    """A clean virtual environment in the place of a base image's Python."""
    made = folder / "base"
    subprocess.run([_interpreter(), "-m", "venv", str(made)], check=True)
    return made


@pytest.fixture(scope="session")
def superset(folder: Path, base: Path) -> Image:
    return superset_image(folder, base)
