"""cert-manager: issuers are ready, certificates have their secret."""

from __future__ import annotations

from collections.abc import Iterator

from tests.cluster.control_plane import Api, Object
from tests.cluster.operated.parts import condition, secret


def issuer(api: Api, resource: Object) -> Iterator[Object]:
    api.patch(resource, {"status": {"conditions": [condition("Ready")]}}, "status")
    yield from ()


def certificate(api: Api, resource: Object) -> Iterator[Object]:
    """The secret of a certificate, and its Ready condition."""
    formats = [output["type"] for output in resource["spec"].get("additionalOutputFormats", [])]
    combined = ["tls-combined.pem"] if "CombinedPEM" in formats else []
    yield secret(resource["spec"]["secretName"], "tls.crt", "tls.key", "ca.crt", *combined)
    api.patch(resource, {"status": {"conditions": [condition("Ready", "Ready")]}}, "status")
