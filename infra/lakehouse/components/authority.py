"""The platform's own certificate authority, and certificates that it signs; cert-manager makes and renews all of them.

Names that people type into a browser are not its business: those come from `lakehouse:ingress.clusterIssuer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..labels import top_level
from ..site import Site

API_VERSION = "cert-manager.io/v1"
AUTHORITY = "lakehouse-authority"
SELF_SIGNED = "lakehouse-self-signed"
# The private key, then the certificate with its chain, in one file.
COMBINED_PEM = "tls-combined.pem"
_YEAR_HOURS = 8760
_PRODUCT = "authority"


@dataclass(frozen=True, kw_only=True)
class AuthorityArgs:
    """`namespace` is where cert-manager keeps the secrets of cluster issuers: its own."""

    site: Site
    namespace: str


class Authority(pulumi.ComponentResource):
    """A key that signs what pods of the platform show one another. Every certificate's secret has its `ca.crt`."""

    def __init__(self, name: str, args: AuthorityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Authority", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        root = _object("ClusterIssuer", (SELF_SIGNED, None), {"selfSigned": {}}, args.site, child)
        key = certificate(
            AUTHORITY,
            args.namespace,
            authority_spec(),
            args.site,
            pulumi.ResourceOptions(parent=self, depends_on=[root]),
        )
        _object(
            "ClusterIssuer",
            (AUTHORITY, None),
            {"ca": {"secretName": AUTHORITY}},
            args.site,
            pulumi.ResourceOptions(parent=self, depends_on=[key]),
        )
        self.register_outputs({})


def certificate(
    name: str, namespace: str, spec: Mapping[str, Any], site: Site, opts: pulumi.ResourceOptions
) -> k8s.apiextensions.CustomResource:
    """A Certificate; Pulumi waits until its secret is there."""
    return _object("Certificate", (name, namespace), spec, site, opts)


def authority_spec() -> dict[str, Any]:
    """It keeps its key when it is renewed, so that certificates from before stay trusted."""
    return {
        **_common(AUTHORITY, SELF_SIGNED, years=10),
        "commonName": "odoo-lakehouse",
        "isCA": True,
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Never"},
    }


def server_spec(secret: str, names: list[str]) -> dict[str, Any]:
    """A server's certificate, also as one file for servers that read key and certificate together."""
    return {
        **_common(secret, AUTHORITY, years=0.25),
        "dnsNames": names,
        "usages": ["digital signature", "server auth"],
        "privateKey": {"algorithm": "ECDSA", "size": 256, "encoding": "PKCS8", "rotationPolicy": "Always"},
        "additionalOutputFormats": [{"type": "CombinedPEM"}],
    }


def trust_spec(secret: str) -> dict[str, Any]:
    """For a namespace whose pods need `ca.crt`: cert-manager writes it into the secret of every certificate."""
    return {
        **_common(secret, AUTHORITY, years=0.25),
        "commonName": secret,
        "usages": ["digital signature", "client auth"],
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
    }


def _common(secret: str, issuer: str, *, years: float) -> dict[str, Any]:
    hours = int(years * _YEAR_HOURS)
    return {
        "secretName": secret,
        "duration": f"{hours}h0m0s",
        "renewBefore": f"{hours // 3}h0m0s",
        "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": issuer},
    }


def _object(
    kind: str, name: tuple[str, str | None], spec: Mapping[str, Any], site: Site, opts: pulumi.ResourceOptions
) -> k8s.apiextensions.CustomResource:
    """`name` is the object's name and namespace."""
    own, namespace = name
    metadata: dict[str, Any] = {
        "name": own,
        "labels": top_level(_PRODUCT, kind.lower(), site.profile),
        "annotations": {"pulumi.com/waitFor": "condition=Ready"},
    }
    if namespace is not None:
        metadata["namespace"] = namespace
    resource = f"{own}-{kind.lower()}" + (f"@{namespace}" if namespace else "")
    return k8s.apiextensions.CustomResource(
        resource, api_version=API_VERSION, kind=kind, metadata=metadata, spec=dict(spec), opts=opts
    )
