"""Metabase's administrator, database and first dashboards, applied through its API."""
