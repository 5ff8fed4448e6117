"""What is wrong with a deployed platform, read from its cluster: worst first, each with its remedy."""

from odoo_lake.doctor.diagnose import diagnose
from odoo_lake.doctor.findings import Finding, Severity

__all__ = ["Finding", "Severity", "diagnose"]
