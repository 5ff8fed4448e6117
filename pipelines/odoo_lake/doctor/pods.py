"""Pods that do not start, do not stay up, or are not ready."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from odoo_lake.doctor.findings import Finding, Severity, fault_of
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    Object,
    Snapshot,
    changed,
    condition,
    created,
    describe,
    describe_name,
    first_seen,
    moment,
    name_of,
    namespace_of,
    owner_of,
    status_of,
)

RECENT = timedelta(hours=24)
START_GRACE = timedelta(minutes=5)
_starting = partial(fault_of, "Pod", runbook="PodPending.md")
_IMAGE_REASONS = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable")
_START_REASONS = ("CreateContainerError", "RunContainerError", "CreatePodSandboxError")
_NO_ACCESS = re.compile(r"unauthorized|authentication required|access denied|no basic auth|403 Forbidden", re.I)
_NO_OBJECT = re.compile(r'(secret|configmap)s? "([^"]+)" not found', re.I)
_NO_KEY = re.compile(r"couldn't find key (\S+) in (Secret|ConfigMap) (?:[\w.-]+/)?([\w.-]+)")


@diagnosis
def containers(snapshot: Snapshot) -> Iterator[Finding]:
    """What the kubelet says about each container; replicas of one owner are told once."""
    seen: set[tuple[str, ...]] = set()
    for pod in snapshot.platform("Pod"):
        status = status_of(pod)
        if status.get("phase") == "Succeeded" or pod["metadata"].get("deletionTimestamp"):
            continue
        for is_init, key in ((True, "initContainerStatuses"), (False, "containerStatuses")):
            for container in status.get(key) or []:
                for finding in _container(snapshot, pod, container, is_init):
                    _, owner = owner_of(pod)
                    told = (namespace_of(pod), owner or name_of(pod), container["name"], finding.fault)
                    if told not in seen:
                        seen.add(told)
                        yield finding


def _container(snapshot: Snapshot, pod: Object, container: Mapping[str, Any], is_init: bool) -> Iterator[Finding]:
    waiting = container.get("state", {}).get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    started = created(pod)
    where = describe("Pod", pod)
    if reason in _IMAGE_REASONS:
        yield _image(where, container, f"{reason}: {message}".rstrip(": "), started)
    elif reason == "CreateContainerConfigError":
        yield configuration(namespace_of(pod), where, message, started)
    elif reason in _START_REASONS:
        yield Finding(
            severity=Severity.CRITICAL,
            fault="container-start-failing",
            object=where,
            since=started,
            what=f"container {container['name']} cannot be started",
            why=f"{reason}: {message}",
            remedy="Correct the command, the mounts or the security context that the message names, then deploy.",
            runbook="PodRestarting.md",
        )
    yield from _ended(snapshot, pod, container, is_init, is_looping=reason == "CrashLoopBackOff")


def _image(where: str, container: Mapping[str, Any], why: str, since: datetime | None) -> Finding:
    refused = bool(_NO_ACCESS.search(why))
    return Finding(
        severity=Severity.CRITICAL,
        fault="image-pull-refused" if refused else "image-missing",
        object=where,
        since=since,
        what=f"the image {container.get('image')} of container {container['name']} cannot be pulled",
        why=why,
        remedy="Give the namespace's pods a pull secret that the registry accepts."
        if refused
        else "Push the image (`make images-build`) or correct `lakehouse:images`; do the nodes reach the registry?",
        runbook="PodPending.md",
    )


def configuration(namespace: str, where: str, message: str, since: datetime | None) -> Finding:
    """What a pod refers to and does not find, from the kubelet's message."""
    fault, about = "container-configuration", where
    what = "a container's configuration cannot be put together"
    if key := _NO_KEY.search(message):
        fault, about = "key-missing", describe_name(key[2], namespace, key[3])
        what = f"{key[2]} {key[3]} has no key {key[1]}"
    elif missing := _NO_OBJECT.search(message):
        kind = {"secret": "Secret", "configmap": "ConfigMap"}[missing[1].lower()]
        fault, about = f"{kind.lower()}-missing", describe_name(kind, namespace, missing[2])
        what = f"{kind} {missing[2]} does not exist"
    return Finding(
        severity=Severity.CRITICAL,
        fault=fault,
        object=about,
        since=since,
        what=what,
        why=message if about == where else f"{where} needs it: {message}",
        remedy="Deploy again (`pulumi up`): the stack makes what its pods refer to; what you made, make again.",
        runbook="PodPending.md",
    )


def _ended(
    snapshot: Snapshot, pod: Object, container: Mapping[str, Any], is_init: bool, is_looping: bool
) -> Iterator[Finding]:
    """How a container last ended; one in a Job that has failed is told by the Job."""
    now = container.get("state", {}).get("terminated")
    last = now or container.get("lastState", {}).get("terminated") or {}
    finished = moment(last.get("finishedAt"))
    where = describe("Pod", pod)
    restarts = container.get("restartCount", 0)
    if last.get("reason") == "OOMKilled":
        if is_looping or now or not snapshot.older_than(finished, RECENT):
            yield Finding(
                severity=Severity.CRITICAL if is_looping or now else Severity.WARNING,
                fault="out-of-memory",
                object=where,
                since=finished,
                what=f"container {container['name']} was killed for want of memory ({restarts} restarts)",
                why=f"OOMKilled: it needed more than its limit of {_memory_limit(pod, container['name'])}",
                remedy="Raise the component's memory in `sizing/`, or give it less to do; then deploy.",
                runbook="PodOutOfMemory.md",
            )
        return
    failed = is_init and (is_looping or (now or {}).get("exitCode", 0) != 0)
    if failed or is_looping:
        code = last.get("exitCode")
        yield Finding(
            severity=Severity.CRITICAL,
            fault="init-container-failing" if failed else "crash-loop",
            object=where,
            since=finished or created(pod),
            what=f"{'init container' if failed else 'container'} {container['name']} ends at once, again and again",
            why=f"it ended with {_reason(last)}exit code {'?' if code is None else code}, {restarts} restarts",
            remedy=f"Read why: `kubectl -n {namespace_of(pod)} logs {name_of(pod)} -c {container['name']} --previous`.",
            runbook="PodRestarting.md",
        )


def _reason(terminated: Mapping[str, Any]) -> str:
    return f"{terminated['reason']}, " if terminated.get("reason") else ""


def _memory_limit(pod: Object, container: str) -> str:
    every = [*pod["spec"].get("containers", []), *pod["spec"].get("initContainers", [])]
    own: Mapping[str, Any] = next((c for c in every if c["name"] == container), {})
    return str(own.get("resources", {}).get("limits", {}).get("memory", "the node's memory"))


@diagnosis
def unschedulable(snapshot: Snapshot) -> Iterator[Finding]:
    """Pods that no node takes."""
    for pod in snapshot.platform("Pod"):
        placed = condition(pod, "PodScheduled")
        if placed.get("status") != "False" or placed.get("reason") != "Unschedulable":
            continue
        message = placed.get("message", "")
        yield Finding(
            severity=Severity.CRITICAL,
            fault="unschedulable",
            object=describe("Pod", pod),
            since=changed(placed) or created(pod),
            what="no node takes the pod",
            why=message,
            remedy=_room(message),
            runbook="PodPending.md",
        )


def _room(message: str) -> str:
    if "PersistentVolumeClaim" in message or "persistentvolumeclaim" in message:
        return "Look at the claim that it waits for: its storage class and its events."
    if "Insufficient" in message:
        return "Add a node or choose a smaller profile: what pods request does not fit beside what runs."
    if "taint" in message or "unschedulable" in message:
        return "Take the cordon or the taint off the node when its reason is gone."
    return "Add a node that has the labels and zone that the pod asks for."


@diagnosis
def not_started(snapshot: Snapshot) -> Iterator[Finding]:
    """Pods on a node that do not start: what they mount is missing, or nothing says why."""
    for pod in snapshot.platform("Pod"):
        scheduled = condition(pod, "PodScheduled")
        if status_of(pod).get("phase") != "Pending" or scheduled.get("status") == "False":
            continue
        remedy = f"Look at the end of `kubectl -n {namespace_of(pod)} describe pod {name_of(pod)}` and at its node."
        events = snapshot.events_about("Pod", namespace_of(pod), name_of(pod))
        mount = next((e for e in events if e.get("reason") in ("FailedMount", "FailedAttachVolume")), None)
        waiting = [c.get("state", {}).get("waiting", {}).get("reason") for c in _statuses(pod)]
        if mount:
            message = mount.get("message", "")
            if _NO_OBJECT.search(message):
                yield configuration(namespace_of(pod), describe("Pod", pod), message, first_seen(mount))
            else:
                what, since = "a volume cannot be mounted", first_seen(mount)
                yield _starting(pod, "volume-mount-failing", what=what, why=message, since=since, remedy=remedy)
        elif snapshot.older_than(created(pod), timedelta(minutes=15)) and set(waiting) <= {
            None,
            "ContainerCreating",
            "PodInitializing",
        }:
            running = any(c.get("state", {}).get("running") for c in _statuses(pod))
            if not running:
                why = events[0].get("message", "") if events else "the node's kubelet gives no reason"
                what, since = "the pod does not start", created(pod)
                yield _starting(pod, "start-hanging", what=what, why=why, since=since, remedy=remedy)


def _statuses(pod: Object) -> list[Mapping[str, Any]]:
    status = status_of(pod)
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


@diagnosis
def ended_badly(snapshot: Snapshot) -> Iterator[Finding]:
    """Pods that were evicted, and pods that do not go."""
    for pod in snapshot.platform("Pod"):
        status, going = status_of(pod), moment(pod["metadata"].get("deletionTimestamp"))
        if status.get("phase") == "Failed" and status.get("reason") == "Evicted":
            since = moment(status.get("startTime")) or created(pod)
            if not snapshot.older_than(since, RECENT):
                yield Finding(
                    severity=Severity.WARNING,
                    fault="pod-evicted",
                    object=describe("Pod", pod),
                    since=since,
                    what="the node threw the pod out",
                    why=status.get("message", ""),
                    remedy="Free the node's disk or memory, or correct the component's requests; then delete the pod.",
                    runbook="PodRestarting.md",
                )
        if going and snapshot.older_than(going, START_GRACE):
            held = ", ".join(pod["metadata"].get("finalizers") or []) or "no finalizer: its node does not answer"
            yield Finding(
                severity=Severity.WARNING,
                fault="pod-not-going",
                object=describe("Pod", pod),
                since=going,
                what="the pod is deleted but does not go; it counts against the quota",
                why=f"it is held by {held}",
                remedy="Bring its node back, or remove what the finalizer stands for.",
                runbook="procedures/drain-a-node.md",
            )
