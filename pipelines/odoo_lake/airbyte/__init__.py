"""Airbyte's source, destination and connection, declared from the contracts and applied through its public API."""
