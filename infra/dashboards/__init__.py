"""Grafana dashboards, written as JSON into monitoring/dashboards/<profile>/."""
