"""A made-up Odoo company that obeys Odoo's invariants."""

from odoo_lake.sample.generate import Summary, generate, refuse_unknown_version
from odoo_lake.sample.scale import Scale

__all__ = ["Scale", "Summary", "generate", "refuse_unknown_version"]
