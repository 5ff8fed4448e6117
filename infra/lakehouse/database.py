"""A product's own PostgreSQL database, as its component sees it."""

from __future__ import annotations

from dataclasses import dataclass

from .secrets import SecretRef


@dataclass(frozen=True, kw_only=True)
class Database:
    """`secret` holds `username` and `password`, in the product's namespace."""

    host: str
    port: int
    name: str
    secret: SecretRef
