"""The Dagster code location: the same functions as the command line, as assets with checks and schedules."""
