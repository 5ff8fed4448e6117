"""Names for the web interfaces: one Ingress each, always with TLS.

The controller, its address and the DNS entries are the cluster's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..labels import top_level
from ..settings import Settings
from ..site import Site
from ..web import WEBS, Web, host, named


@dataclass(frozen=True, kw_only=True)
class IngressArgs:
    """`products` are the interfaces that this stack has, by name."""

    site: Site
    settings: Settings
    products: Collection[str]


class Ingresses(pulumi.ComponentResource):
    """`addresses` are by name of the interface; `notes` say who got no name, and why."""

    addresses: dict[str, str]
    notes: list[str]

    def __init__(self, name: str, args: IngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Ingresses", name, {}, opts)
        webs = [web for web in named(args.settings) if web.name in args.products]
        for web in webs:
            k8s.networking.v1.Ingress(
                f"{name}-{web.name}",
                metadata={
                    "name": web.name,
                    "namespace": web.namespace,
                    "labels": top_level(web.name, "web", args.site.profile),
                    "annotations": ingress_annotations(web, args.settings),
                },
                spec=ingress_spec(web, args.settings),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.addresses = {web.name: f"https://{host(web, args.settings)}" for web in webs}
        self.notes = notes(args)
        self.register_outputs(dict(self.addresses))


def ingress_annotations(web: Web, settings: Settings) -> dict[str, str]:
    """What the controller and cert-manager are told about one interface."""
    ingress = settings.ingress
    found = dict(ingress.annotations)
    if ingress.cluster_issuer is not None:
        found["cert-manager.io/cluster-issuer"] = ingress.cluster_issuer
    if web.speaks_https:
        found |= ingress.https_backend_annotations
    if not web.has_login:
        found |= ingress.authentication_annotations
    # A controller behind a load balancer of its own may never write the address that Pulumi would wait for.
    return {**found, "pulumi.com/skipAwait": "true"}


def ingress_spec(web: Web, settings: Settings) -> k8s.networking.v1.IngressSpecArgsDict:
    """Without an issuer the controller shows its own certificate."""
    address = host(web, settings)
    tls: k8s.networking.v1.IngressTLSArgsDict = {"hosts": [address]}
    if settings.ingress.cluster_issuer is not None:
        tls["secret_name"] = f"{web.name}-web-tls"
    return {
        "ingress_class_name": settings.ingress.class_name or "",
        "tls": [tls],
        "rules": [
            {
                "host": address,
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "path_type": "Prefix",
                            "backend": {"service": {"name": web.service, "port": {"number": web.port}}},
                        }
                    ]
                },
            }
        ],
    }


def notes(args: IngressArgs) -> list[str]:
    """For the outputs."""
    ingress, with_name = args.settings.ingress, named(args.settings)
    found = [
        f"{web.name} has no login of its own and gets no name: set lakehouse:ingress.authenticationAnnotations, or use "
        f"kubectl -n {web.namespace} port-forward service/{web.service} {web.port}"
        for web in WEBS
        if web.name in args.products and web not in with_name
    ]
    if ingress.cluster_issuer is None:
        found.append(
            "lakehouse:ingress.clusterIssuer is not set: browsers get the ingress controller's own certificate"
        )
    return found
