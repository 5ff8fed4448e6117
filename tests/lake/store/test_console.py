"""The runbooks' `odoo-lake` commands, with the console's own environment on real servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from odoo_lake.source.embedded import EmbeddedPostgres
from tests.agreed_rights import MATRIX
from tests.data.companies import SampleDatabases
from tests.lake.provisioned_store import provisioned
from tests.monitoring.runbook_commands import RUNBOOKS, commands_of
from tests.object_store import object_store
from tests.program.conftest import shape
from tests.program.test_console import pod, read

pytestmark = pytest.mark.lake

IN_CONSOLE = "exec -i job/console -- "
# What a night begins with, so that the others find something.
FIRST = ("odoo-lake extract", "odoo-lake build")


def console_commands() -> list[str]:
    """Each once, as it stands behind `--`, in the pages' order."""
    texts = [command.text for page in sorted(RUNBOOKS.rglob("*.md")) for command in commands_of(page)]
    inner = [text.partition(IN_CONSOLE)[2] for text in texts if IN_CONSOLE in text]
    return list(dict.fromkeys([*FIRST, *inner]))


@pytest.fixture(scope="module")
def environment(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The lightweight console's variables; what its secrets hold is of these servers."""
    folder = tmp_path_factory.mktemp("console")
    secrets: dict[tuple[str, str], str] = {
        ("pipeline-addresses", "source"): postgres.url(SampleDatabases(postgres).name(18, prefix="console")),
        ("pipeline-addresses", "run-record"): f"sqlite:///{folder / 'ops.sqlite'}",
        ("pipeline-addresses", "gold"): "postgresql://nobody@127.0.0.1:9/gold",
        ("pipeline-hash-key", "key"): "the key of hashed columns",
        **{(f"minio-{identity}", "access-key"): f"lake-{identity}" for identity in MATRIX},
        **{(f"minio-{identity}", "secret-key"): f"secret-of-{identity}" for identity in MATRIX},
    }
    [container] = pod(shape("dev-direct"))["containers"]
    with object_store(folder / "store") as server:
        provisioned(server, folder)
        values = {
            name: secrets[value] if isinstance(value, tuple) else str(value) for name, value in read(container).items()
        }
        here = {"HOME": str(folder), "ODOO_LAKE_WORK": str(folder / "work"), "AWS_ENDPOINT_URL": server.endpoint}
        yield {**values, **here, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.mark.parametrize("command", console_commands())
def test_a_runbooks_command_works_in_the_console(command: str, environment: Mapping[str, str]) -> None:
    done = subprocess.run(command.split(), env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_there_are_such_commands() -> None:
    assert len(console_commands()) > len(FIRST) + 3
