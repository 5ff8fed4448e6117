"""A namespace with its quotas, default sizes, Pod Security level and network policies.

Everything a pod meets before it may start; it creates no pods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s

from ..budget import DEFAULT_SIZE, Amount, Budget
from ..labels import top_level
from ..network import NAMESPACE_LABEL, Elsewhere, Outside, Pods, Policy, Rule
from ..site import Site

PRIVILEGED = "lake-node"


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    """`budgets` are the quotas by name; with more than one, each counts the pods of its priority class."""

    site: Site
    namespace: str
    budgets: Mapping[str, Budget]
    policies: Sequence[Policy] = field(default_factory=tuple)


class Namespace(pulumi.ComponentResource):
    """The namespace and the limits of what runs in it."""

    def __init__(self, name: str, args: NamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Namespace", name, {}, opts)
        has_volumes = any(budget.limit.volume.mib for budget in args.budgets.values())
        namespace = k8s.core.v1.Namespace(
            name,
            metadata={"name": args.namespace, "labels": namespace_labels(args)},
            opts=pulumi.ResourceOptions(parent=self, protect=args.site.protect_data and has_volumes),
        )
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        labels = top_level(args.namespace, "limits", args.site.profile)
        for quota, spec in quota_specs(args.budgets).items():
            k8s.core.v1.ResourceQuota(
                f"{name}-{quota}",
                metadata={"name": quota, "namespace": args.namespace, "labels": labels},
                spec=spec,
                opts=inside,
            )
        k8s.core.v1.LimitRange(
            name,
            metadata={"name": "defaults", "namespace": args.namespace, "labels": labels},
            spec={"limits": [default_sizes(args.budgets)]},
            opts=inside,
        )
        for policy in args.policies:
            k8s.networking.v1.NetworkPolicy(
                f"{name}-{policy.name}",
                metadata={"name": policy.name, "namespace": args.namespace, "labels": labels},
                spec=policy_spec(policy),
                opts=inside,
            )
        self.register_outputs({"name": args.namespace})


def namespace_labels(args: NamespaceArgs) -> dict[str, str]:
    level = "privileged" if args.namespace == PRIVILEGED else "restricted"
    modes = ("enforce", "audit", "warn")
    return {
        **top_level(args.namespace, "namespace", args.site.profile),
        **{f"pod-security.kubernetes.io/{mode}": level for mode in modes},
    }


def quota_specs(budgets: Mapping[str, Budget]) -> dict[str, k8s.core.v1.ResourceQuotaSpecArgsDict]:
    """The rows as the API server counts them, by the quota's name.

    Rows that share a namespace are told apart by priority class. Such a scope takes CPU and memory only, so their
    storage is a quota of its own, for all of them together.
    """
    if len(budgets) == 1:
        (name, budget), *_ = budgets.items()
        return {name: {"hard": {**_compute(budget.limit), **_storage(budget.limit)}}}
    classes = [budget.priority_class for budget in budgets.values() if budget.priority_class]
    specs: dict[str, k8s.core.v1.ResourceQuotaSpecArgsDict] = {}
    for name, budget in budgets.items():
        expression: k8s.core.v1.ScopedResourceSelectorRequirementArgsDict = {
            "scope_name": "PriorityClass",
            "operator": "In" if budget.priority_class else "NotIn",
            "values": [budget.priority_class] if budget.priority_class else classes,
        }
        specs[name] = {"hard": _compute(budget.limit), "scope_selector": {"match_expressions": [expression]}}
    return {**specs, "storage": {"hard": _storage(sum((budget.limit for budget in budgets.values()), Amount()))}}


def _compute(limit: Amount) -> dict[str, str]:
    memory = str(limit.memory)
    return {"requests.cpu": str(limit.cpu), "requests.memory": memory, "limits.memory": memory}


def _storage(limit: Amount) -> dict[str, str]:
    hard = {"requests.storage": str(limit.volume)}
    if limit.scratch.mib:
        hard["requests.ephemeral-storage"] = str(limit.scratch)
    return hard


def default_sizes(budgets: Mapping[str, Budget]) -> k8s.core.v1.LimitRangeItemArgsDict:
    """Request equals limit, except for CPU, which has no limit."""
    limits = {"memory": str(DEFAULT_SIZE.memory)}
    if any(budget.limit.scratch.mib for budget in budgets.values()):
        limits["ephemeral-storage"] = str(DEFAULT_SIZE.scratch)
    return {"type": "Container", "default": limits, "default_request": {"cpu": str(DEFAULT_SIZE.cpu), **limits}}


def policy_spec(policy: Policy) -> k8s.networking.v1.NetworkPolicySpecArgsDict:
    """A policy without rules denies both directions."""
    return {
        "pod_selector": {"match_labels": policy.labels},
        "policy_types": policy.types or ["Ingress", "Egress"],
        "ingress": [{"from_": _peers(rule), "ports": _ports(rule)} for rule in policy.ingress],
        "egress": [{"to": _peers(rule), "ports": _ports(rule)} for rule in policy.egress],
    }


def _peers(rule: Rule) -> list[k8s.networking.v1.NetworkPolicyPeerArgsDict]:
    match rule.peer:
        case None:
            return []
        case Outside(cidrs=cidrs):
            return [{"ip_block": {"cidr": cidr}} for cidr in cidrs]
        case Elsewhere(namespace=namespace):
            return [{"namespace_selector": {"match_labels": {NAMESPACE_LABEL: namespace}}}]
        case Pods(namespace=namespace, labels=labels):
            within: k8s.meta.v1.LabelSelectorArgsDict = {"match_labels": {NAMESPACE_LABEL: namespace}}
            if labels:
                return [{"namespace_selector": within, "pod_selector": {"match_labels": dict(labels)}}]
            return [{"namespace_selector": within}]


def _ports(rule: Rule) -> list[k8s.networking.v1.NetworkPolicyPortArgsDict]:
    return [{"port": port, "protocol": protocol} for port in rule.ports for protocol in rule.protocols]
