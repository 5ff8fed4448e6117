"""Each fault is made on a real API server and the doctor names its cause, and nothing else."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import fnmatch
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from odoo_lake.doctor import Finding, diagnose
from odoo_lake.doctor.cluster import read_cluster
from odoo_lake.doctor.snapshot import Snapshot
from tests.cluster.control_plane import ControlPlane, Object, control_plane, wait_until
from tests.cluster.deployment import Deployment
from tests.cluster.faults import FAULTS, Fault, Scene, define

pytestmark = pytest.mark.cluster
RUNBOOKS = Path(__file__).resolve().parents[2] / "ops" / "runbooks"
# What is made by a test is new; the doctor looks when patience with new things is over.
LATER = datetime.timedelta(minutes=20)
EXPECTED = [(name, about) for fault in FAULTS for name, about in fault.told.items()]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane of its own with every fault: some are of nodes, which other tests need."""
    with control_plane(tmp_path_factory.mktemp("broken"), nodes=2) as plane:
        for fault in FAULTS:
            plane.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fault.namespace}})
        account: Object = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        account["metadata"]["namespace"] = FAULTS[-1].namespace
        wait_until("the service accounts exist", lambda: plane.api.find(account) is not None)
        define(plane.api)
        for fault in FAULTS:
            scene = Scene(plane.api, fault.namespace)
            if fault.name != "default-deny-missing":
                scene.close_network()
            fault.make(scene)
        yield plane


def is_told(finding: Finding, fault: str, about: str) -> bool:
    return finding.fault == fault and fnmatch.fnmatchcase(finding.object, about)


def told_of(fault: Fault, findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if any(is_told(f, *expected) for expected in fault.told.items())]


def read(plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    found = read_cluster("tests")
    assert found.unread == {}
    return dataclasses.replace(found, now=found.now + LATER)


@pytest.fixture(scope="module")
def findings(broken: ControlPlane) -> Iterator[list[Finding]]:
    with pytest.MonkeyPatch.context() as patch:

        def missing() -> bool:
            found = diagnose(read(broken, patch))
            causes = all(any(x.why in f.why for f in told_of(x, found)) for x in FAULTS)
            return not (causes and all(any(is_told(f, *expected) for f in found) for expected in EXPECTED))

        # Controllers and the scheduler take their time; what is still missing, the test of its fault tells.
        with contextlib.suppress(TimeoutError):
            wait_until("every fault shows", lambda: not missing(), seconds=60)
        yield diagnose(read(broken, patch))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_named_with_its_cause_and_nothing_else(fault: Fault, findings: list[Finding]) -> None:
    told = told_of(fault, findings)
    own = [f for f in findings if f" {fault.namespace}/" in f"{f.object}/" or f in told]
    assert sorted(f.fault for f in own) == sorted(fault.told), [(f.fault, f.object) for f in own]
    assert own == told
    assert fault.why in own[0].why
    assert own[0].since is not None
    assert own[0].since <= datetime.datetime.now(datetime.UTC) + LATER


def test_nothing_is_found_beside_the_faults(findings: list[Finding]) -> None:
    assert [f for f in findings if not any(is_told(f, *expected) for expected in EXPECTED)] == []


def test_a_sound_platform_is_well(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(deployment.cluster.kubeconfig))
    found = read_cluster("tests")
    assert len(found.objects["Pod"]) > 0
    assert [(f.fault, f.object, f.why) for f in diagnose(found)] == []


def test_the_worst_comes_first_and_each_has_its_page(findings: list[Finding]) -> None:
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities)
    assert {f.runbook for f in findings if not (RUNBOOKS / f.runbook).is_file()} == set()


def test_the_command_prints_the_findings_and_ends_with_their_severity(broken: ControlPlane) -> None:
    program = Path(sys.executable).with_name("odoo-lake")
    environment = {**os.environ, "KUBECONFIG": str(broken.kubeconfig)}
    done = subprocess.run(
        [program, "doctor", "--json", "--context", "tests"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    told = {finding["fault"] for finding in json.loads(done.stdout)["findings"]}
    assert {"image-missing", "crash-loop"} <= told


def test_a_context_that_is_not_there_is_one_message(broken: ControlPlane) -> None:
    program = Path(sys.executable).with_name("odoo-lake")
    environment = {**os.environ, "KUBECONFIG": str(broken.kubeconfig)}
    done = subprocess.run(
        [program, "doctor", "--context", "elsewhere"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "elsewhere" in done.stderr
    assert "kubectl config get-contexts" in done.stderr
    assert "Traceback" not in done.stderr
