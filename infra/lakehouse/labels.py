"""Labels of everything we create. Selectors leave out what may change, so that no upgrade replaces a workload."""

from __future__ import annotations

from .profile import Profile
from .settings import StoreName

PART_OF = "odoo-lakehouse"
PROFILE = "lakehouse/profile"
GENERATION = "lakehouse/secret-generation"
# The stores' servers by product: two sets beside each other share no label that a service selects by.
STORE_PRODUCTS = {StoreName.FIRST: "minio", StoreName.SECOND: "minio-second"}
MIRROR = "minio-mirror"
LAKE_BACKUP, DRILL = "lake-backup", "restore-drill"


def selector(product: str, component: str) -> dict[str, str]:
    """What services, budgets and network policies select by: `product` is the app, `component` its part."""
    return {"app.kubernetes.io/name": product, "app.kubernetes.io/component": component}


def labels(product: str, component: str) -> dict[str, str]:
    """For pod and claim templates: equal in both profiles."""
    return {
        **selector(product, component),
        "app.kubernetes.io/instance": product,
        "app.kubernetes.io/part-of": PART_OF,
        "app.kubernetes.io/managed-by": "pulumi",
    }


def top_level(product: str, component: str, profile: Profile) -> dict[str, str]:
    """For the metadata of objects that the engine does not wait for: as for pods, and the profile.

    Where a wait is over at once, the provider remembers the object as it was before an update, and would propose a
    label that changed with the profile again.
    """
    return {**labels(product, component), PROFILE: str(profile)}
