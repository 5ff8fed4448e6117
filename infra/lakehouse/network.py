"""Who may talk to whom, as data, and the network policies that say so.

Everything else is denied. The table is `flows`; this module groups it by pods, and nothing here is Pulumi.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

NAMESPACE_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Pods:
    """Pods of a namespace: all of them, or those with these labels."""

    namespace: str
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, namespace: str, labels: Mapping[str, str] | None = None) -> Pods:
        return cls(namespace, tuple(sorted((labels or {}).items())))

    @property
    def slug(self) -> str:
        parts = [value for _, value in self.labels]
        return "-".join(dict.fromkeys(parts)) or "all"


@dataclass(frozen=True)
class Outside:
    """Addresses that are not pods of the platform."""

    name: str
    cidrs: tuple[str, ...]


@dataclass(frozen=True)
class Elsewhere:
    """All pods of a namespace that is not the platform's, such as the ingress controller's."""

    namespace: str


@dataclass(frozen=True)
class Flow:
    """One allowed direction; replies are implied. `why` is for whoever reads the table."""

    source: Pods | Outside | Elsewhere
    target: Pods | Outside
    ports: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Rule:
    """Peers (None: any) and ports that one direction of a policy allows."""

    peer: Pods | Outside | Elsewhere | None
    ports: tuple[int, ...]
    protocols: tuple[str, ...] = ("TCP",)


@dataclass
class Policy:
    """What a set of pods may receive and send; without rules, nothing."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    ingress: list[Rule] = field(default_factory=list)
    egress: list[Rule] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        return (["Ingress"] if self.ingress else []) + (["Egress"] if self.egress else [])


def policies(flows: Iterable[Flow], namespaces: Iterable[str]) -> list[Policy]:
    """One policy per set of pods that a flow names, in the namespaces that exist."""
    present = set(namespaces)
    found: dict[Pods, Policy] = {}

    def of(pods: Pods) -> Policy:
        return found.setdefault(pods, Policy(pods.namespace, f"flows-{pods.slug}", dict(pods.labels)))

    for flow in flows:
        ends = [end for end in (flow.source, flow.target) if isinstance(end, Pods)]
        if not ends or any(end.namespace not in present for end in ends):
            continue
        if isinstance(flow.target, Pods):
            of(flow.target).ingress.append(Rule(flow.source, flow.ports))
        if isinstance(flow.source, Pods):
            of(flow.source).egress.append(Rule(flow.target, flow.ports))
    return _with_unique_names(found.values())


def default_deny(namespace: str) -> list[Policy]:
    """Nothing in, and out only to the cluster's name service."""
    everything = Policy(namespace, "default-deny", {})
    dns = Policy(namespace, "dns", {})
    # A node-local cache answers on the node's own address, so the peer is left open; the port is not.
    dns.egress.append(Rule(None, (53,), ("UDP", "TCP")))
    return [everything, dns]


def _with_unique_names(found: Iterable[Policy]) -> list[Policy]:
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for policy in (named := list(found)):
        seen[policy.namespace, policy.name] += 1
        if seen[policy.namespace, policy.name] > 1:
            raise ValueError(f"two sets of pods of {policy.namespace} share the policy name {policy.name}")
    return named
