"""The Odoo database that is read."""
