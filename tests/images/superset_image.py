"""The Superset image's own steps on Superset's own package."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.images.dockerfile import ROOT, Tree, read
from tests.images.users import as_user

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


def superset_image(folder: Path, base: Path) -> Image:
    """The published image's environment is Superset's package of the same version, with uv beside it."""
    version = re.search(r":([\d.]+)@", STAGE.base)
    assert version is not None, STAGE.base
    tree = Tree(folder / "superset", base)
    lock = str(ROOT / "requirements-bootstrap.lock")
    subprocess.run([base / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True)
    environment = tree.place("/app/.venv")
    uv = base / "bin" / "uv"
    subprocess.run([uv, "venv", "--quiet", "--python", base / "bin" / "python", environment], check=True)
    # Superset's own image pins what its package leaves open, or out; newer ones than these break it.
    pins = ["flask-caching<2.4", "flask-limiter<4", "celery<5.6", "kombu<5.6", "cachetools<7"]
    packages = [f"apache-superset=={version[1]}", *pins]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", environment, *packages], check=True)
    tree.carry_out(STAGE)
    home = folder / "superset-home"
    home.mkdir()
    home.chmod(0o777)
    return Image(tree, home)
