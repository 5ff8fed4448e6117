"""Which pods the network policies let talk to which, by the selectors' own logic; no packet is sent."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.cluster.control_plane import Object


@dataclass(frozen=True)
class Network:
    """Policies, and the labels of the namespaces they select by."""

    policies: Sequence[Object]
    namespaces: Mapping[str, Mapping[str, str]]

    def allows(self, source: Object, target: Object, port: int, protocol: str = "TCP") -> bool:
        """Whether `source` may open a connection to this port of `target`: both ends have to agree."""
        return self._lets_out(source, target, port, protocol) and self._lets_in(source, target, port, protocol)

    def allows_out(self, source: Object, address: str, port: int, protocol: str = "TCP") -> bool:
        """Whether `source` may open a connection to an address outside the cluster."""
        rules, restricted = self._rules(source, "Egress")
        return not restricted or any(
            _has_port(rule, port, protocol, None) and _has_address(rule.get("to"), address) for rule in rules
        )

    def _lets_out(self, source: Object, target: Object, port: int, protocol: str) -> bool:
        rules, restricted = self._rules(source, "Egress")
        return not restricted or any(
            _has_port(rule, port, protocol, target) and self._is_peer(rule.get("to"), source, target) for rule in rules
        )

    def _lets_in(self, source: Object, target: Object, port: int, protocol: str) -> bool:
        rules, restricted = self._rules(target, "Ingress")
        return not restricted or any(
            _has_port(rule, port, protocol, target) and self._is_peer(rule.get("from"), target, source)
            for rule in rules
        )

    def _rules(self, pod: Object, direction: str) -> tuple[list[Object], bool]:
        """The rules that hold for a pod, and whether any policy restricts it in this direction."""
        rules: list[Object] = []
        restricted = False
        for policy in self.policies:
            spec = policy["spec"]
            if policy["metadata"]["namespace"] != pod["metadata"]["namespace"]:
                continue
            if direction in _types(spec) and selects(spec.get("podSelector") or {}, _labels(pod)):
                restricted = True
                rules += spec.get(direction.lower()) or []
        return rules, restricted

    def _is_peer(self, peers: Sequence[Object] | None, subject: Object, other: Object) -> bool:
        """Address blocks never match pods: whether they do differs between network plug-ins."""
        if not peers:
            return True
        namespace = other["metadata"]["namespace"]
        for peer in peers:
            if "ipBlock" in peer:
                continue
            if "namespaceSelector" in peer:
                inside = selects(peer["namespaceSelector"], self.namespaces[namespace])
            else:
                inside = namespace == subject["metadata"]["namespace"]
            if inside and selects(peer.get("podSelector") or {}, _labels(other)):
                return True
        return False


def selects(selector: Object, labels: Mapping[str, str]) -> bool:
    """A label selector; an empty one selects everything."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions") or []:
        key, values = expression["key"], expression.get("values") or []
        holds = {
            "In": labels.get(key) in values,
            "NotIn": labels.get(key) not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }[expression["operator"]]
        if not holds:
            return False
    return True


def ports(pod: Object) -> set[int]:
    """The TCP ports that a pod's containers declare."""
    spec = pod["spec"]
    declared = [port for container in spec["containers"] for port in container.get("ports", [])]
    return {port["containerPort"] for port in declared if port.get("protocol", "TCP") == "TCP"}


def _types(spec: Object) -> list[str]:
    implied = ["Ingress", "Egress"] if "egress" in spec else ["Ingress"]
    types: list[str] = spec.get("policyTypes") or implied
    return types


def _labels(pod: Object) -> Mapping[str, str]:
    labels: Mapping[str, str] = pod["metadata"].get("labels") or {}
    return labels


def _has_port(rule: Object, port: int, protocol: str, target: Object | None) -> bool:
    allowed = rule.get("ports")
    if not allowed:
        return True
    return any(
        item.get("protocol", "TCP") == protocol and _is_port(item.get("port"), item.get("endPort"), port, target)
        for item in allowed
    )


def _is_port(wanted: int | str | None, last: int | None, port: int, target: Object | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, str):
        spec = target["spec"] if target else {"containers": []}
        named = [p for container in spec["containers"] for p in container.get("ports", []) if p.get("name") == wanted]
        return any(item["containerPort"] == port for item in named)
    return wanted <= port <= (last or wanted)


def _has_address(peers: Sequence[Object] | None, address: str) -> bool:
    if not peers:
        return True
    here = ipaddress.ip_address(address)
    return any(
        here in ipaddress.ip_network(peer["ipBlock"]["cidr"])
        and not any(here in ipaddress.ip_network(block) for block in peer["ipBlock"].get("except") or [])
        for peer in peers
        if "ipBlock" in peer
    )
