"""Figures worked out in Odoo's own database, compared with the lake's."""
