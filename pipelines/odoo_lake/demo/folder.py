"""The demo's folder: what it holds, and what is a secret in it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from odoo_lake.errors import UserError

_MARKER = "README.txt"
_MARKER_TEXT = "Made by `odoo-lake demo`, which makes it anew whenever it is missing. Nothing here is precious.\n"


@dataclass(frozen=True)
class DemoFolder:
    """A folder that belongs to the demo alone."""

    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def lake(self) -> Path:
        return self.path / "lake"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def dagster(self) -> Path:
        return self.path / "dagster"

    def hash_key(self) -> str:
        """The key of this demo's hashed columns, made once and readable by its owner only."""
        file = self.path / "hash-key"
        if not file.is_file():
            # Written elsewhere first: a key cut short would be taken for the key.
            fresh = file.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                stream.write(secrets.token_hex(32))
            fresh.rename(file)
        return file.read_text()


def open_folder(path: Path) -> DemoFolder:
    """The folder, made if absent; raises UserError when it can't be written or holds something else."""
    folder = DemoFolder(path.expanduser().resolve())
    marker = folder.path / _MARKER
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        if not marker.is_file() and any(folder.path.iterdir()):
            raise UserError(
                f"{folder.path} is not empty, and no demo of this program made it.",
                "The demo removes and rewrites what is in its folder, so it did nothing.",
                "Give --directory a folder that is empty or does not exist.",
            )
        marker.write_text(_MARKER_TEXT)
    except OSError as error:
        raise UserError(
            f"{folder.path} can't be written: {error.strerror or error}.",
            "The demo has no place for its database, its lake and its report.",
            "Give --directory a folder that you may write.",
        ) from error
    return folder
