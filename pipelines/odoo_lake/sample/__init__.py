"""A made-up Odoo company that obeys Odoo's invariants."""
