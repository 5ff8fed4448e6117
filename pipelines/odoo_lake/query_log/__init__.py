"""Who read what: Trino's finished queries in the run record."""
