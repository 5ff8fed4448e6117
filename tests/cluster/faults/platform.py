"""Faults of storage, quotas, rollouts, Jobs, releases, services, nodes and namespaces."""

from __future__ import annotations

import base64
import gzip
import json

from tests.cluster.faults.scene import NEVER_READY, Scene, container, fault, running

CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


@fault("no storage class fast; it has standard", storage_class_unknown="PersistentVolumeClaim NS/data")
def storage_class_unknown(scene: Scene) -> None:
    scene.apply("v1", "PersistentVolumeClaim", "data", spec={**CLAIM, "storageClassName": "fast"})


@fault("out of capacity", claim_pending="PersistentVolumeClaim NS/data")
def claim_pending(scene: Scene) -> None:
    scene.apply("v1", "PersistentVolumeClaim", "data", spec=CLAIM)
    scene.event("PersistentVolumeClaim", "data", "ProvisioningFailed", "rpc error: out of capacity")


@fault("is deleted", claim_lost="PersistentVolumeClaim NS/data")
def claim_lost(scene: Scene) -> None:
    # The real controller looks for the volume and finds none.
    metadata = {"annotations": {"pv.kubernetes.io/bind-completed": "yes"}}
    spec = {**CLAIM, "volumeName": "gone", "storageClassName": "standard"}
    scene.apply("v1", "PersistentVolumeClaim", "data", spec=spec, metadata=metadata)


@fault("No space left on device", volume_nearly_full="Pod NS/server")
def volume_full(scene: Scene) -> None:
    scene.pod(status=running())
    scene.event("Pod", "server", "FailedPostStartHook", "write /data/log: No space left on device")


@fault("exceeded quota: row", quota_exceeded="Deployment NS/server")
def quota_exceeded(scene: Scene) -> None:
    hard = {"limits.memory": "100Mi"}
    status = {"hard": hard, "used": {"limits.memory": "0"}}
    scene.apply("v1", "ResourceQuota", "row", status, spec={"hard": hard})
    large = container(resources={"limits": {"memory": "200Mi"}})
    scene.deployment(replicas=1, pods={"containers": [large]})


@fault("Deployment lake-service-account-missing/server needs it", service_account_missing="ServiceAccount NS/worker")
def service_account_missing(scene: Scene) -> None:
    scene.deployment(replicas=1, pods={"serviceAccountName": "worker"})


@fault("needs it", pull_secret_missing="Secret NS/registry")
def pull_secret_missing(scene: Scene) -> None:
    scene.deployment(pods={"imagePullSecrets": [{"name": "registry"}]})


@fault("needs it", claim_missing="PersistentVolumeClaim NS/data")
def claim_missing(scene: Scene) -> None:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    scene.deployment(pods={"volumes": [volume]})


@fault("", rollout_stuck="Deployment NS/server", start_hanging="Pod NS/server-*")
def rollout_stuck(scene: Scene) -> None:
    # The real controller loses its patience.
    scene.deployment(replicas=1, progressDeadlineSeconds=1, annotations=NEVER_READY)


@fault("it asks for all of its pods", budget_blocking="PodDisruptionBudget NS/server")
def budget_blocking(scene: Scene) -> None:
    scene.deployment(replicas=1)
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "server"}}}
    scene.apply("policy/v1", "PodDisruptionBudget", "server", spec=spec)


@fault("DeadlineExceeded", job_failed="Job NS/load")
def job_failed(scene: Scene) -> None:
    pods = {"containers": [container()], "restartPolicy": "Never"}
    template = {"metadata": {"annotations": {"tests/keep-running": "true"}}, "spec": pods}
    scene.apply("batch/v1", "Job", "load", spec={"activeDeadlineSeconds": 1, "template": template})


def cron_job(scene: Scene, *, suspend: bool) -> None:
    template = {"spec": {"containers": [container()], "restartPolicy": "Never"}}
    spec = {"schedule": "*/5 * * * *", "suspend": suspend, "jobTemplate": {"spec": {"template": template}}}
    scene.apply("batch/v1", "CronJob", "load", spec=spec)


@fault("spec.suspend is true", cronjob_suspended="CronJob NS/load")
def cron_job_suspended(scene: Scene) -> None:
    cron_job(scene, suspend=True)


@fault("*/5 * * * *", cronjob_overdue="CronJob NS/load")
def cron_job_overdue(scene: Scene) -> None:
    cron_job(scene, suspend=False)


def release(scene: Scene, revision: int, status: str, note: str) -> None:
    packed = base64.b64encode(gzip.compress(json.dumps({"info": {"description": note}}).encode()))
    labels = {"owner": "helm", "name": "trino", "version": str(revision), "status": status}
    name = f"sh.helm.release.v1.trino.v{revision}"
    scene.apply("v1", "Secret", name, type="helm.sh/release.v1", stringData={"release": packed.decode()}, labels=labels)


@fault("Preparing upgrade", helm_release_stuck="HelmRelease NS/trino")
def helm_release_stuck(scene: Scene) -> None:
    release(scene, 9, "deployed", "Upgrade complete")
    release(scene, 10, "pending-upgrade", "Preparing upgrade")


@fault("timed out waiting", helm_release_failed="HelmRelease NS/trino")
def helm_release_failed(scene: Scene) -> None:
    release(scene, 2, "failed", "Upgrade failed: timed out waiting for the condition")


@fault(
    "no matches for kind",
    helm_release_failed="HelmRelease NS/trino",
    crd_absent="CustomResourceDefinition Gadget of example.com/v1",
)
def release_without_definition(scene: Scene) -> None:
    release(scene, 1, "failed", 'resource mapping not found: no matches for kind "Gadget" in version "example.com/v1"')


@fault("needs its definition", crd_absent="CustomResourceDefinition ObjectStore of barmancloud.cnpg.io")
def operator_without_definition(scene: Scene) -> None:
    item = scene.deployment()
    scene.api.patch(item, {"metadata": {"labels": {"app.kubernetes.io/name": "plugin-barman-cloud"}}})


@fault("no pod has the labels app=sever", service_without_pods="Service NS/server")
def service_without_pods(scene: Scene) -> None:
    scene.pod(status=running())
    scene.apply("v1", "Service", "server", spec={"selector": {"app": "sever"}, "ports": [{"port": 80}]})


@fault("names cannot be looked up", dns_down="Service kube-system/kube-dns")
def dns_down(scene: Scene) -> None:
    spec = {"selector": {"k8s-app": "kube-dns"}, "ports": [{"port": 53}]}
    metadata = {"name": "kube-dns", "namespace": "kube-system"}
    scene.api.create({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})


@fault("Service web, which does not exist", ingress_without_service="Ingress NS/web")
def ingress_without_service(scene: Scene) -> None:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rule = {"host": "web.invalid", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    scene.apply("networking.k8s.io/v1", "Ingress", "web", spec={"rules": [rule]})


@fault("which does not exist", webhook_failing="ValidatingWebhookConfiguration checks")
def webhook_failing(scene: Scene) -> None:
    target = {"service": {"namespace": scene.namespace, "name": "webhook"}}
    hook = {"name": "checks.example.com", "clientConfig": target, "admissionReviewVersions": ["v1"]}
    item = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    scene.api.create({**item, "metadata": {"name": "checks"}, "webhooks": [{**hook, "sideEffects": "None"}]})


@fault("Egress and Ingress", default_deny_missing="Namespace NS")
def default_deny_missing(scene: Scene) -> None:
    scene.deployment()


@fault("", node_pressure="Node node-1", node_cordoned="Node node-1")
def node_in_want(scene: Scene) -> None:
    node = scene.api.get({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}})
    want = {"type": "DiskPressure", "status": "True", "reason": "KubeletHasDiskPressure", "message": "disk"}
    want["lastTransitionTime"] = node["metadata"]["creationTimestamp"]
    conditions = [c for c in node["status"]["conditions"] if c["type"] != "DiskPressure"]
    scene.api.patch(node, {"status": {"conditions": [*conditions, want]}}, "status")
    scene.api.patch(node, {"spec": {"unschedulable": True}})


@fault("example.com/hold", namespace_stuck="Namespace NS")
def namespace_stuck(scene: Scene) -> None:
    scene.apply("v1", "ConfigMap", "held", metadata={"finalizers": ["example.com/hold"]})
    scene.api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scene.namespace}})
