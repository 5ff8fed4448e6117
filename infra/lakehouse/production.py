"""What only the production profile has: the query engine, the applications on it, and the orchestrator."""

from __future__ import annotations

from .plan import Foundations, Platform
from .sizing import ProductionSizing


def build_production(on: Foundations, sizing: ProductionSizing, built: Platform) -> None:
    """Declare the products of the production profile."""
    del on, sizing, built
