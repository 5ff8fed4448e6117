"""What the smoke tests look with, tried on the test API server, whose `kubectl exec` runs on this machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.control_plane import ControlPlane, Object, control_plane, wait_until
from tests.smoke.probe import Probe, listening_ports

pytestmark = pytest.mark.cluster
POD: Object = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "server", "namespace": "default"},
    "spec": {"containers": [{"name": "main", "image": "registry.invalid/server:1"}]},
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with control_plane(tmp_path_factory.mktemp("smoke"), nodes=1) as running:
        yield running


@pytest.fixture
def probe(cluster: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Probe:
    monkeypatch.setenv("PATH", f"{cluster.kubectl_command.parent}:{os.environ['PATH']}")
    pod = cluster.api.apply(POD)
    wait_until("the pod runs", lambda: cluster.api.get(POD)["status"]["phase"] == "Running")
    return Probe.of(pod, "main", str(cluster.kubeconfig))


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_commands_run_inside_the_container(probe: Probe) -> None:
    assert probe.answers
    owner = Path("/proc/1/status").read_text().split("Uid:")[1].split()[0]
    assert probe.user_id == int(owner)


def test_listening_ports_are_seen(probe: Probe, port: int) -> None:
    assert port in probe.listening_ports


def test_connections_are_made_and_refused(probe: Probe, port: int) -> None:
    assert probe.connects("127.0.0.1", port) is True
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert probe.connects("127.0.0.1", closed.getsockname()[1]) is False


def test_names_resolve_or_do_not(probe: Probe) -> None:
    assert probe.resolves("localhost")
    assert not probe.resolves("nowhere.invalid")


def test_mounted_content_is_told_from_nothing(probe: Probe, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "password").write_text("x")
    (tmp_path / "folder").mkdir()
    assert probe.has_content(str(tmp_path / "password"))
    assert probe.has_content(str(tmp_path))
    assert not probe.has_content(str(tmp_path / "empty"))
    assert not probe.has_content(str(tmp_path / "folder"))
    assert not probe.has_content(str(tmp_path / "absent"))


def test_only_listening_sockets_count() -> None:
    table = """  sl  local_address rem_address   st tx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 0100007F:1F91 0100007F:C350 01 00000000:00000000
   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0"""
    assert listening_ports(table) == {8080, 80}
