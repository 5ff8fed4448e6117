"""The life of a lightweight stack, in order: up, nothing to change, protected, taken down, up again."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi import automation

from tests.cluster.control_plane import ControlPlane
from tests.program.recorder import SECRET_CONFIG
from tests.pulumi.engine import Engine, new_engine, project_copy

pytestmark = pytest.mark.pulumi
SHORTEST_SECRET = 12
# Keys of secrets that say whose a password is.
NAMES = {"email", "username"}


@pytest.fixture(scope="module")
def engine(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = new_engine(tmp_path_factory.mktemp("stack"), cluster, "dev", {"protectData": False})
    made.up()
    yield made
    made.set("protectData", False)
    made.up()
    made.destroy()


def namespaces(cluster: ControlPlane) -> set[str]:
    names = {item["metadata"]["name"] for item in cluster.api.list("v1", "Namespace")}
    return {name for name in names if name.startswith("lake-")}


def generated_secrets(cluster: ControlPlane) -> set[str]:
    """The values of every secret that the program made, as they are and as Kubernetes writes them."""
    found = set()
    for item in cluster.api.list("v1", "Secret", selector="app.kubernetes.io/part-of=odoo-lakehouse"):
        for key, encoded in item.get("data", {}).items():
            plain = base64.b64decode(encoded).decode()
            if len(plain) >= SHORTEST_SECRET and key not in NAMES and not plain.startswith("lake-"):
                found |= {plain, encoded}
    return found


def test_a_second_up_changes_nothing(engine: Engine) -> None:
    engine.up(expect_no_changes=True)


def test_up_after_a_refresh_changes_nothing(engine: Engine) -> None:
    engine.up(refresh=True, expect_no_changes=True)


def test_another_folder_sees_nothing_to_change(engine: Engine, tmp_path: Path) -> None:
    elsewhere = project_copy(tmp_path / "elsewhere")
    (elsewhere / "infra" / "stacks" / engine.stack_file.name).write_text(engine.stack_file.read_text())
    options = automation.LocalWorkspaceOptions(env_vars=engine.stack.workspace.env_vars)
    stack = automation.select_stack(engine.stack.name, work_dir=str(elsewhere), opts=options)
    assert set(stack.preview().change_summary) == {automation.OpType.SAME}


def test_no_secret_is_in_the_state_the_outputs_or_what_the_engine_says(engine: Engine, cluster: ControlPlane) -> None:
    planted = {*SECRET_CONFIG.values(), engine.passphrase}
    secrets = planted | generated_secrets(cluster)
    assert len(secrets) > len(planted)
    places = {str(path): text for path, text in engine.files().items()}
    places["the outputs"] = str({key: output.value for key, output in engine.stack.outputs().items()})
    places["the engine's messages"] = "\n".join(engine.said)
    found = [f"{place} holds {secret[:4]}..." for place, text in places.items() for secret in secrets if secret in text]
    assert not found
    assert not any(output.secret for output in engine.stack.outputs().values())


def test_destroy_refuses_while_data_is_protected(engine: Engine, cluster: ControlPlane) -> None:
    engine.set("protectData", True)
    engine.up()
    before = namespaces(cluster)
    with pytest.raises(automation.CommandError, match="protect"):
        engine.destroy()
    assert namespaces(cluster) == before
    engine.up(expect_no_changes=True)


def test_a_lost_database_comes_back_from_its_archive(engine: Engine, cluster: ControlPlane) -> None:
    """As the procedure says it, protection included: what the refresh does not find is made anew."""
    lost = {"apiVersion": "postgresql.cnpg.io/v1", "metadata": {"namespace": "lake-postgres", "name": "postgres"}}
    before = cluster.api.get({**lost, "kind": "Cluster"})
    engine.set("postgres", {"generation": 2, "targetTime": "2026-11-20T10:30:00Z"})
    for kind in ("Cluster", "ScheduledBackup"):
        cluster.api.delete({**lost, "kind": kind})
    summary = dict(engine.up(refresh=True).summary.resource_changes or {})
    after = cluster.api.get({**lost, "kind": "Cluster"})
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert after["spec"]["bootstrap"]["recovery"]["recoveryTarget"] == {"targetTime": "2026-11-20T10:30:00Z"}
    assert summary[automation.OpType.CREATE] == len(("Cluster", "ScheduledBackup"))
    assert not summary.keys() & {automation.OpType.DELETE, automation.OpType.REPLACE}
    engine.up(expect_no_changes=True)


def test_destroy_leaves_nothing_and_the_next_up_is_clean(engine: Engine, cluster: ControlPlane) -> None:
    engine.set("protectData", False)
    engine.up()
    engine.destroy()
    assert namespaces(cluster) == set()
    left = engine.stack.export_stack().deployment or {}
    assert not left.get("resources")
    summary = engine.up().summary.resource_changes or {}
    assert set(summary) == {"create"}
    engine.up(expect_no_changes=True)


def test_a_mistake_in_the_configuration_is_one_message_and_changes_nothing(engine: Engine) -> None:
    engine.set("storageClass", "Not A Name")
    with pytest.raises(automation.CommandError) as failure:
        engine.preview()
    engine.set("storageClass", "standard")
    assert "lakehouse:storageClass is 'Not A Name'" in str(failure.value)
    assert not re.search(r"Traceback|File \"", str(failure.value))
