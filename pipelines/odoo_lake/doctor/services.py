"""Names that lead to no pod, and what calls them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from odoo_lake.doctor.findings import Finding, Severity, fault_of
from odoo_lake.doctor.registry import diagnosis
from odoo_lake.doctor.snapshot import (
    PLATFORM_PREFIX,
    Snapshot,
    changed,
    condition,
    created,
    describe,
    describe_name,
    name_of,
    namespace_of,
    selects,
    status_of,
)

START_GRACE = timedelta(minutes=5)
_fault = partial(
    fault_of,
    remedy="Bring its pods back, or correct the selector or name, then deploy again.",
    runbook="procedures/stuck-deployment.md",
)


@diagnosis
def endpoints(snapshot: Snapshot) -> Iterator[Finding]:
    """Services whose selector finds no pod; where pods are found and not ready, the pods have their own finding."""
    if not snapshot.has_read("Pod") or not snapshot.has_read("EndpointSlice"):
        return
    for service in snapshot.everywhere("Service"):
        selector, namespace = service["spec"].get("selector") or {}, namespace_of(service)
        is_dns = (namespace, name_of(service)) == ("kube-system", "kube-dns")
        if not selector or not (is_dns or namespace.startswith(PLATFORM_PREFIX)):
            continue
        if snapshot.ready_endpoints.get((namespace, name_of(service)), 0) > 0:
            continue
        if is_dns:
            why = "no pod behind it is ready: names cannot be looked up in the whole cluster"
            what = "the cluster's DNS is down"
            yield _fault("Service", service, "dns-down", what=what, why=why, since=created(service))
            continue
        pods = [p for p in snapshot.everywhere("Pod") if namespace_of(p) == namespace and selects(selector, p)]
        if not pods and snapshot.older_than(created(service), START_GRACE):
            words = ",".join(f"{key}={value}" for key, value in selector.items())
            why = f"no pod has the labels {words}"
            what = "nothing answers"
            yield _fault("Service", service, "service-without-pods", what=what, why=why, since=created(service))


@diagnosis
def ingresses(snapshot: Snapshot) -> Iterator[Finding]:
    """Ingresses that lead to a service which does not exist."""
    known = snapshot.names("Service")
    for ingress in snapshot.platform("Ingress"):
        rules = ingress["spec"].get("rules") or []
        paths = [path for rule in rules for path in (rule.get("http") or {}).get("paths") or []]
        for path in paths:
            name = (path["backend"].get("service") or {}).get("name")
            if name and (namespace_of(ingress), name) not in known:
                what, why = "it leads nowhere", f"it leads to Service {name}, which does not exist"
                yield _fault("Ingress", ingress, "ingress-without-service", what=what, why=why, since=created(ingress))
                break


@diagnosis
def webhooks(snapshot: Snapshot) -> Iterator[Finding]:
    """Webhooks that nobody answers: what they watch over can't be written."""
    known = snapshot.names("Service")
    if not snapshot.has_read("Service"):
        return
    for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for item in snapshot.everywhere(kind):
            for hook in item.get("webhooks") or []:
                target = hook["clientConfig"].get("service")
                key = (target["namespace"], target["name"]) if target else None
                if key is None or snapshot.ready_endpoints.get(key, 0) > 0:
                    continue
                state = "has no ready pod" if key in known else "does not exist"
                why = f"{hook['name']} calls {describe_name('Service', *key)}, which {state}"
                what = "its webhook does not answer"
                severity = Severity.WARNING if hook.get("failurePolicy") == "Ignore" else Severity.CRITICAL
                yield _fault(kind, item, "webhook-failing", what=what, why=why, since=created(item), severity=severity)
                break


@diagnosis
def api_services(snapshot: Snapshot) -> Iterator[Finding]:
    """Extensions of the API that do not answer: namespaces can't go, kinds can't be listed."""
    for item in snapshot.everywhere("APIService"):
        available = condition(item, "Available")
        if item["spec"].get("service") and available.get("status") == "False":
            what, why = "a part of the cluster's API does not answer", available.get("message", "")
            yield _fault("APIService", item, "api-service-down", what=what, why=why, since=changed(available))


@diagnosis
def default_deny(snapshot: Snapshot) -> Iterator[Finding]:
    """Namespaces of the platform that have no policy which refuses everything else."""
    if not snapshot.has_read("NetworkPolicy"):
        return
    closed: dict[str, set[str]] = {}
    for policy in snapshot.platform("NetworkPolicy"):
        spec = policy["spec"]
        if not (spec.get("podSelector") or {}) and not spec.get("ingress") and not spec.get("egress"):
            closed.setdefault(namespace_of(policy), set()).update(spec.get("policyTypes") or ["Ingress"])
    for item in snapshot.everywhere("Namespace"):
        name = name_of(item)
        going = status_of(item).get("phase") == "Terminating"
        if (
            name.startswith(PLATFORM_PREFIX)
            and not going
            and (open_for := {"Ingress", "Egress"} - closed.get(name, set()))
        ):
            yield Finding(
                severity=Severity.WARNING,
                fault="default-deny-missing",
                object=describe("Namespace", item),
                since=created(item),
                what="its pods are open to connections that nobody allowed",
                why=f"no NetworkPolicy for all pods refuses {' and '.join(sorted(open_for))}",
                remedy="Deploy the stack again: it makes the policy `default-deny` in each of its namespaces.",
                runbook="procedures/stuck-deployment.md",
            )
