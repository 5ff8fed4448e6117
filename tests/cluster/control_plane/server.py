"""A real Kubernetes control plane as processes on loopback; kwok stands in for the kubelets, so no image is needed."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from .api import Api, Object, Refused, wait_until
from .binary import control_plane_binary
from .certificates import SERVICE_ADDRESS, write_certificates

STAGES = Path(__file__).with_name("stages.yaml")
STORAGE_CLASS = "standard"
# The controller manager's own provisioner makes one folder per volume here; the path is not configurable.
VOLUMES = Path("/tmp/hostpath_pv")  # noqa: S108


@dataclass
class ControlPlane:
    """A running API server with its controllers, scheduler and simulated nodes."""

    directory: Path
    binary: Path
    url: str
    token: str
    api: Api
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def kubeconfig(self) -> Path:
        return self.directory / "kubeconfig"

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """The output of a kubectl command; a RuntimeError with its message otherwise."""
        command = [str(self.kubectl_command), f"--kubeconfig={self.kubeconfig}", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: exit code {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    @property
    def kubectl_command(self) -> Path:
        """A program named kubectl; its folder can be put on a PATH."""
        return self.directory / "bin" / "kubectl"

    def log(self, part: str) -> str:
        return (self.directory / f"{part}.log").read_text(errors="replace")

    def start(self, part: str, *arguments: str) -> None:
        with (self.directory / f"{part}.log").open("wb") as log:
            # The program ends when this pipe does, so that a killed session of tests leaves no process.
            self.processes[part] = subprocess.Popen(
                [str(self.binary), part, *arguments], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.directory
            )

    def alive(self) -> None:
        for part, process in self.processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"{part} ended with exit code {process.returncode}:\n{self.log(part)[-3000:]}")

    def stop(self) -> None:
        """Kill every process by its id and remove the folders of volumes; all state is disposable."""
        folders = self._volume_folders()
        for process in reversed(self.processes.values()):
            process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def _volume_folders(self) -> list[Path]:
        try:
            volumes = self.api.list("v1", "PersistentVolume")
        except (Refused, urllib3.exceptions.HTTPError):
            return []
        paths = [Path(volume["spec"]["hostPath"]["path"]) for volume in volumes if "hostPath" in volume["spec"]]
        return [path for path in paths if path.parent == VOLUMES]


@contextmanager
def control_plane(directory: Path, *, nodes: int = 4, cpu: str = "32", memory: str = "128Gi") -> Iterator[ControlPlane]:
    """Start a control plane whose files are in `directory`, with `nodes` of this capacity; killed on the way out."""
    binary = control_plane_binary()
    directory.mkdir(parents=True, exist_ok=True)
    ports = _free_ports(4)
    write_certificates(directory)
    token, url = secrets.token_hex(16), f"https://127.0.0.1:{ports[0]}"
    cluster = ControlPlane(directory, binary, url, token, Api(url, directory / "ca.crt", token))
    _write_files(cluster)
    try:
        _start_server(cluster, *ports[:3])
        _start_controllers(cluster, ports[3])
        _create_nodes(cluster, nodes, cpu, memory)
        yield cluster
    finally:
        cluster.stop()


def _write_files(cluster: ControlPlane) -> None:
    tokens = cluster.directory / "tokens.csv"
    tokens.touch(mode=0o600)
    tokens.write_text(f'{cluster.token},administrator,administrator,"system:masters"\n')
    authority = base64.b64encode((cluster.directory / "ca.crt").read_bytes()).decode()
    server = {"server": cluster.url, "certificate-authority-data": authority}
    configuration = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "tests",
        "clusters": [{"name": "tests", "cluster": server}],
        "users": [{"name": "administrator", "user": {"token": cluster.token}}],
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "administrator"}}],
    }
    cluster.kubeconfig.touch(mode=0o600)
    cluster.kubeconfig.write_text(json.dumps(configuration))
    (cluster.directory / "bin").mkdir()
    cluster.kubectl_command.symlink_to(cluster.binary)


def _start_server(cluster: ControlPlane, port: int, etcd_port: int, peer_port: int) -> None:
    etcd, peer = f"http://127.0.0.1:{etcd_port}", f"http://127.0.0.1:{peer_port}"
    etcd_flags = ["--data-dir=etcd", "--unsafe-no-fsync", "--log-level=warn", f"--initial-cluster=default={peer}"]
    etcd_flags += [f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}"]
    etcd_flags += [f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}"]
    cluster.start("etcd", *etcd_flags)
    cluster.start(
        "kube-apiserver",
        f"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--secure-port={port}",
        "--tls-cert-file=tls.crt",
        "--tls-private-key-file=tls.key",
        "--cert-dir=certificates",
        "--token-auth-file=tokens.csv",
        "--authorization-mode=RBAC",
        f"--service-cluster-ip-range={SERVICE_ADDRESS.rsplit('.', 2)[0]}.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        "--service-account-key-file=sa.key",
        "--service-account-signing-key-file=sa.key",
        "--client-ca-file=ca.crt",
        "--kubelet-certificate-authority=ca.crt",
        "--kubelet-client-certificate=tls.crt",
        "--kubelet-client-key=tls.key",
        "--kubelet-preferred-address-types=InternalIP",
        "--allow-privileged=true",
        # Webhooks of operators are reached through a service; nothing routes to services here.
        "--disable-admission-plugins=ValidatingAdmissionWebhook,MutatingAdmissionWebhook",
        "--profiling=false",
    )
    _wait(cluster, "the API server is ready", cluster.api.ready)


def _start_controllers(cluster: ControlPlane, kubelet_port: int) -> None:
    access = f"--kubeconfig={cluster.kubeconfig}"
    quiet = ["--leader-elect=false", "--secure-port=0", "--profiling=false"]
    cluster.start(
        "kube-controller-manager",
        access,
        *quiet,
        "--service-account-private-key-file=sa.key",
        "--root-ca-file=ca.crt",
        "--use-service-account-credentials=true",
        "--enable-hostpath-provisioner=true",
        "--pvclaimbinder-sync-period=2s",
        "--horizontal-pod-autoscaler-sync-period=5s",
        # The defaults are meant for a server that others use too.
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    )
    cluster.start("kube-scheduler", access, *quiet, "--kube-api-qps=500", "--kube-api-burst=1000")
    cluster.start(
        "kwok",
        access,
        f"--config={STAGES}",
        "--manage-all-nodes=true",
        "--node-ip=127.0.0.1",
        f"--node-port={kubelet_port}",
        f"--server-address=127.0.0.1:{kubelet_port}",
        "--cidr=10.244.0.0/16",
        "--tls-cert-file=tls.crt",
        "--tls-private-key-file=tls.key",
        "--node-lease-duration-seconds=40",
    )


def _create_nodes(cluster: ControlPlane, nodes: int, cpu: str, memory: str) -> None:
    cluster.api.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": STORAGE_CLASS,
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "provisioner": "kubernetes.io/host-path",
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "WaitForFirstConsumer",
        }
    )
    capacity = {"cpu": cpu, "memory": memory, "pods": "110", "ephemeral-storage": "500Gi"}
    for number in range(nodes):
        name = f"node-{number}"
        labels = {
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "topology.kubernetes.io/zone": f"zone-{number}",
        }
        status = {"capacity": capacity, "allocatable": capacity}
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "status": status}
        cluster.api.create(node)
    _wait(cluster, "all nodes are ready", lambda: all(_is_ready(node) for node in cluster.api.list("v1", "Node")))
    # No pod is admitted before the controller manager has made its namespace's service account.
    account: Object = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    _wait(cluster, "the default service account exists", lambda: cluster.api.find(account) is not None)


def _is_ready(node: Object) -> bool:
    conditions = node["status"].get("conditions", [])
    ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
    return ready and not node["spec"].get("taints")


def _wait(cluster: ControlPlane, what: str, condition: Callable[[], bool]) -> None:
    def holds() -> bool:
        cluster.alive()
        try:
            return condition()
        except (Refused, urllib3.exceptions.HTTPError):
            return False

    wait_until(what, holds, seconds=180)


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
