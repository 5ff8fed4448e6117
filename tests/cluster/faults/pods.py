"""Faults of pods."""

from __future__ import annotations

from tests.cluster.control_plane import Object
from tests.cluster.faults.scene import Scene, container, fault, now, running, scheduled, terminated, waiting

OOM: Object = {"restartCount": 4, "lastState": terminated("OOMKilled", 137)}


@fault("manifest unknown", image_missing="Pod NS/server")
def image_missing(scene: Scene) -> None:
    scene.pod(status=waiting("ErrImagePull", "registry.invalid/server:1: manifest unknown"))


@fault("401 Unauthorized", image_pull_refused="Pod NS/server")
def image_pull_refused(scene: Scene) -> None:
    scene.pod(status=waiting("ImagePullBackOff", "failed to authorize: 401 Unauthorized"))


@fault("exit code 3, 7 restarts", crash_loop="Pod NS/server")
def crash_loop(scene: Scene) -> None:
    last = {"lastState": terminated("Error", 3), "restartCount": 7}
    scene.pod(status={**waiting("CrashLoopBackOff", "back-off 5m0s", **last), "phase": "Running"})


@fault("limit of 256Mi", out_of_memory="Pod NS/server")
def out_of_memory(scene: Scene) -> None:
    limited = container(resources={"limits": {"memory": "256Mi"}})
    scene.pod(status={**waiting("CrashLoopBackOff", **OOM), "phase": "Running"}, containers=[limited])


@fault("OOMKilled", out_of_memory="Pod NS/server")
def out_of_memory_but_up_again(scene: Scene) -> None:
    scene.pod(status=running(**OOM))


@fault("exit code 1", init_container_failing="Pod NS/server")
def init_container_failing(scene: Scene) -> None:
    state = {"waiting": {"reason": "CrashLoopBackOff"}}
    init = {"name": "migrate", "image": "", "imageID": "", "ready": False, "restartCount": 5, "state": state}
    status = {**waiting("PodInitializing"), "initContainerStatuses": [{**init, "lastState": terminated("Error", 1)}]}
    scene.pod(status=status, initContainers=[container("migrate")])


@fault("Insufficient memory", unschedulable="Pod NS/server")
def unschedulable(scene: Scene) -> None:
    # The real scheduler finds no node of this size.
    large = container(resources={"requests": {"memory": "900Gi"}})
    scene.pod(nodeName=None, containers=[large])


@fault("needs it", secret_missing="Secret NS/database")
def secret_missing(scene: Scene) -> None:
    reference = {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "database", "key": "password"}}}
    status = waiting("CreateContainerConfigError", 'secret "database" not found')
    scene.pod(status=status, containers=[container(env=[reference])])


@fault("needs it", configmap_missing="ConfigMap NS/settings")
def config_map_missing(scene: Scene) -> None:
    status = waiting("CreateContainerConfigError", 'configmap "settings" not found')
    scene.pod(status=status, containers=[container(envFrom=[{"configMapRef": {"name": "settings"}}])])


@fault("needs it", key_missing="Secret NS/database")
def key_missing(scene: Scene) -> None:
    scene.apply("v1", "Secret", "database", stringData={"user": "a"})
    message = f"couldn't find key password in Secret {scene.namespace}/database"
    scene.pod(status=waiting("CreateContainerConfigError", message))


@fault("no such file or directory", container_start_failing="Pod NS/server")
def container_start_failing(scene: Scene) -> None:
    scene.pod(status=waiting("RunContainerError", 'exec: "/serve": stat /serve: no such file or directory'))


@fault('secret "tls" not found', secret_missing="Secret NS/tls")
def mounted_secret_missing(scene: Scene) -> None:
    volumes = [{"name": "tls", "secret": {"secretName": "tls"}}]
    scene.pod(status=waiting("ContainerCreating"), volumes=volumes)
    scene.event("Pod", "server", "FailedMount", 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found')


@fault("Multi-Attach error", volume_mount_failing="Pod NS/server")
def volume_mount_failing(scene: Scene) -> None:
    scene.pod(status=waiting("ContainerCreating"))
    scene.event("Pod", "server", "FailedAttachVolume", 'Multi-Attach error for volume "pvc-1"')


@fault("gives no reason", start_hanging="Pod NS/server")
def start_hanging(scene: Scene) -> None:
    scene.pod(status=waiting("ContainerCreating"))


@fault("HTTP probe failed with statuscode: 503", readiness_probe_failing="Pod NS/server")
def readiness_probe_failing(scene: Scene) -> None:
    scene.pod(status=running(ready=False))
    scene.event("Pod", "server", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")


@fault("connection refused", liveness_probe_failing="Pod NS/server")
def liveness_probe_failing(scene: Scene) -> None:
    scene.pod(status=running())
    scene.event("Pod", "server", "Unhealthy", "Liveness probe failed: dial tcp 10.0.0.1:80: connection refused")


@fault("low on resource: ephemeral-storage", pod_evicted="Pod NS/server")
def pod_evicted(scene: Scene) -> None:
    message = "The node was low on resource: ephemeral-storage."
    scene.pod(status={"phase": "Failed", "reason": "Evicted", "message": message, "startTime": now(5), **scheduled()})
