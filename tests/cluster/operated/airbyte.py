"""Airbyte's bootloader writes the secret that its other pods read."""

from __future__ import annotations

from collections.abc import Iterator

from tests.cluster.control_plane import Api, Object
from tests.cluster.operated.parts import secret

SECRET = "airbyte-auth-secrets"
KEYS = (
    "instance-admin-password",
    "instance-admin-client-id",
    "instance-admin-client-secret",
    "jwt-signature-secret",
    "dataplane-client-id",
    "dataplane-client-secret",
)


def bootloader(api: Api, pod: Object) -> Iterator[Object]:
    """Once the pod has ended; keys that exist stay as they are."""
    if not pod["metadata"]["name"].endswith("airbyte-bootloader") or pod["status"].get("phase") != "Succeeded":
        return
    made = secret(SECRET, *KEYS, namespace=pod["metadata"]["namespace"])
    if api.find(made) is None:
        api.create(made)
    yield from ()
