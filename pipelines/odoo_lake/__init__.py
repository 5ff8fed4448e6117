"""From an Odoo database to reconciled gold figures."""

__version__ = "0.1.0"
