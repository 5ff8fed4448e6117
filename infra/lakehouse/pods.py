"""Parts that the pods of every typed component share: what Pod Security `restricted` asks for, and no more."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_kubernetes as k8s

from .budget import Pod

RUN_AS = 10001

CONTAINER_SECURITY: k8s.core.v1.SecurityContextArgsDict = {
    "allow_privilege_escalation": False,
    "capabilities": {"drop": ["ALL"]},
    "read_only_root_filesystem": True,
}


def pod_security(user: int = RUN_AS) -> k8s.core.v1.PodSecurityContextArgsDict:
    """`user` owns the processes and, by group, the volumes."""
    return {
        "run_as_non_root": True,
        "run_as_user": user,
        "run_as_group": user,
        "fs_group": user,
        "fs_group_change_policy": "OnRootMismatch",
        "seccomp_profile": {"type": "RuntimeDefault"},
    }


def variables(values: Mapping[str, str]) -> list[k8s.core.v1.EnvVarArgsDict]:
    return [{"name": name, "value": value} for name, value in values.items()]


def resources(size: Pod) -> k8s.core.v1.ResourceRequirementsArgsDict:
    """What a container asks for; its memory limit equals its request."""
    amounts = size.resources()
    return {"requests": amounts["requests"], "limits": amounts["limits"]}


def http_probe(path: str, port: int, *, period_seconds: int, failures: int = 3) -> k8s.core.v1.ProbeArgsDict:
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": period_seconds,
        "timeout_seconds": 5,
        "failure_threshold": failures,
    }


def spread(match_labels: dict[str, str]) -> list[k8s.core.v1.TopologySpreadConstraintArgsDict]:
    """Over nodes where there are enough of them; a small cluster still schedules every pod."""
    return [
        {
            "max_skew": 1,
            "topology_key": "kubernetes.io/hostname",
            "when_unsatisfiable": "ScheduleAnyway",
            "label_selector": {"match_labels": match_labels},
        }
    ]
