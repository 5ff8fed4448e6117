"""The two sizes of the platform on Kubernetes."""

from __future__ import annotations

from enum import StrEnum


class Profile(StrEnum):
    LIGHTWEIGHT = "lightweight"
    PRODUCTION = "production"
