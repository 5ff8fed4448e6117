"""Every shape that the program takes: stack x profile x the options that change what exists."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from rules import Stack
from tests.program.recorder import Program, chart_folder, committed_config, committed_stacks, run_program, stack_config

EXTERNAL = {
    "objectStore": {"mode": "external", "endpoint": "https://s3.example.internal"},
    "objectStoreCredentials": {"default": {"accessKey": "canary-access", "secretKey": "canary-secret"}},
}
SMALL_PRODUCTION_STORE = {
    "objectStore": {"topology": "single"},
    "overrides": {"minio": {"server": {"replicas": 1, "cpu": "3800m", "memory": "7680Mi", "volume": "500Gi"}}},
}
OIDC = {
    "domain": "lake.example.com",
    "ingress": {"className": "nginx"},
    "people": {"eva.smith": {"role": "finance"}},
    "oidc": {"issuer": "https://login.example.com/realms/company", "clientId": "trino"},
    "oidcClientSecret": "canary-oidc",
    "network": {"identityProviderCidrs": ["203.0.113.7/32"]},
}
SUPERSET = {"images": {"pipelines": "registry.example/p:1", "superset": "registry.example/s:1"}}
# Name -> stack and changes by camelCase key. A new option that changes the shape gets a line.
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "dev": ("dev", {}),
    "staging": ("staging", {}),
    "prod": ("prod", {}),
    "dev-as-production": ("dev", {"profile": "production", **SUPERSET}),
    "prod-as-lightweight": ("prod", {"profile": "lightweight"}),
    "dev-direct": ("dev", {"ingestion": "direct"}),
    "staging-direct": ("staging", {"ingestion": "direct"}),
    "dev-external-store": ("dev", EXTERNAL),
    "staging-external-store": ("staging", EXTERNAL),
    "staging-single-store": ("staging", SMALL_PRODUCTION_STORE),
    "dev-provider": (
        "dev",
        {"objectStore": {"provisioner": "provider", "providerEndpoint": "https://minio.example.internal"}},
    ),
    # The steps of a move of the object store; test_store_move.py has all of them.
    "dev-store-copies": ("dev", {"objectStore": {"second": {"topology": "distributed"}}}),
    "staging-store-hands-over": (
        "staging",
        {"objectStore": {"second": {"topology": "single"}, "serveFrom": "second"}},
    ),
    "dev-store-moved": (
        "dev",
        {"objectStore": {"second": {"topology": "distributed"}, "serveFrom": "second", "retireOld": True}},
    ),
    "dev-existing-cert-manager": ("dev", {"certManager": "existing"}),
    "dev-node-exporter": ("dev", {"nodeExporter": "always"}),
    "staging-oidc": ("staging", OIDC),
    "staging-iceberg": ("staging", {"tableFormat": "iceberg"}),
    "staging-cdc": ("staging", {"airbyte": {"replication": "cdc"}}),
    "dev-air-gapped": ("dev", {"imageRegistry": "mirror.example.internal", "chartDirectory": chart_folder()}),
}
# The stacks as their users have them: every rule holds for them, whatever they say.
COMMITTED = tuple(f"committed-{stack}" for stack in committed_stacks())


@cache
def shape(name: str) -> Program:
    """The program of a shape or of a committed stack, run once for all tests that look at it."""
    stack = name.removeprefix("committed-") if name in COMMITTED else SHAPES[name][0]
    return run_program(config_of(name), stack=stack)


def config_of(name: str) -> dict[str, Any]:
    """The configuration of a shape or of a committed stack."""
    if name in COMMITTED:
        return committed_config(name.removeprefix("committed-"))
    stack, changes = SHAPES[name]
    return stack_config(stack, **changes)


def stack_of(name: str) -> Stack:
    """What the rules take from that configuration."""
    config = config_of(name)
    return Stack(config.get("lakehouse:imageRegistry"), tuple(config["lakehouse:images"].values()))


@pytest.fixture(params=(*SHAPES, *COMMITTED))
def program(request: pytest.FixtureRequest) -> Program:
    return shape(request.param)
