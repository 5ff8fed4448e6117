"""The Superset image's own steps on Superset's own package."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.images.conftest import as_user
from tests.images.dockerfile import ROOT, Tree, read

[STAGE] = read(ROOT / "superset" / "Dockerfile")


@dataclass(frozen=True)
class Image:
    tree: Tree
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str, **variables: str) -> str:
        binaries = self.tree.place("/app/.venv/bin")
        done = subprocess.run(
            [binaries / command[0] if (binaries / command[0]).exists() else command[0], *command[1:]],
            cwd=self.home,
            env={"HOME": str(self.home), "PATH": f"{binaries}:/usr/bin:/bin", **self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            **as_user(),
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]
        return str(done.stdout)


@pytest.fixture(scope="module")
def image(folder: Path, base: Path) -> Image:
    """The published image's environment is Superset's package of the same version, with uv beside it."""
    version = re.search(r":([\d.]+)@", STAGE.base)
    assert version is not None, STAGE.base
    tree = Tree(folder / "superset", base)
    lock = str(ROOT / "requirements-bootstrap.lock")
    subprocess.run([base / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True)
    environment = tree.place("/app/.venv")
    uv = base / "bin" / "uv"
    subprocess.run([uv, "venv", "--quiet", "--python", base / "bin" / "python", environment], check=True)
    # Superset's own image pins what its package leaves open; newer ones than these break it.
    packages = [f"apache-superset=={version[1]}", "flask-caching<2.4", "flask-limiter<4"]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", environment, *packages], check=True)
    tree.carry_out(STAGE)
    home = folder / "superset-home"
    home.mkdir()
    home.chmod(0o777)
    return Image(tree, home)


def test_drivers_are_there_and_fit_what_superset_needs(image: Image) -> None:
    code = "import sqlalchemy as s; print(*(s.create_engine(f'{n}://u@h:1/d').driver for n in ('trino', 'postgresql')))"
    assert image.run("python", "-c", code).split() == ["rest", "psycopg2"]
    uv = image.tree.base / "bin" / "uv"
    subprocess.run([uv, "pip", "check", "--python", image.tree.place("/app/.venv")], check=True)
