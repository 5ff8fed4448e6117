"""Faults of a platform, each in a namespace of its own, as kubelets and controllers would leave them."""

from tests.cluster.faults import operated, platform, pods
from tests.cluster.faults.operated import define
from tests.cluster.faults.scene import FAULTS, Fault, Scene

__all__ = ["FAULTS", "Fault", "Scene", "define", "operated", "platform", "pods"]
