"""A Kubernetes control plane for tests, from Go modules."""

from .api import Api, Object, Refused, describe, wait_until
from .server import STORAGE_CLASS, ControlPlane, control_plane

__all__ = ["STORAGE_CLASS", "Api", "ControlPlane", "Object", "Refused", "control_plane", "describe", "wait_until"]
