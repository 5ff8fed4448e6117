"""Make Airbyte's objects what they should be: found by name, created or changed, and otherwise left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from odoo_lake.airbyte.api import AirbyteApi
from odoo_lake.airbyte.config import AirbyteConfig, Client, Secrets, Size
from odoo_lake.airbyte.desired import (
    SECRET_FIELDS,
    connection_body,
    destination_body,
    source_body,
    stream_bodies,
)
from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.errors import UserError
from odoo_lake.product_setup.api import RefusedError
from odoo_lake.product_setup.objects import Action, contains, only_named


@dataclass(frozen=True)
class Outcome:
    """What was done to one object."""

    kind: str
    name: str
    action: Action
    id: str
    body: Mapping[str, Any]
    """The object as Airbyte has it now."""


def apply(config: AirbyteConfig, secrets: Secrets, catalogue: Catalogue) -> list[Outcome]:
    """Source, destination, connection, in this order; raises UserError and leaves what came before as it is."""
    _fits(config)
    api = AirbyteApi(
        Client(
            api_url=config.api_url,
            client_id=secrets.client_id,
            client_secret=secrets.client_secret,
            known_from=f"the secret {config.auth_secret}",
        )
    )
    workspaces = list(api.every("workspaces"))
    if not workspaces:
        raise UserError("Airbyte has no workspace.", "There is no place for the source.", "Wait for its bootloader.")
    workspace = workspaces[0]["workspaceId"]
    rewrite = config.secret_generation > 1
    # Airbyte hides the certificate that it has. The Job starts anew when the stack's is another one.
    renew = rewrite or config.source.ca_certificate is not None
    source = _ensure(api, "source", workspace, source_body(config, secrets), renew)
    destination = _ensure(api, "destination", workspace, destination_body(config, secrets), rewrite)
    _verify_sizes(config, source, destination)
    streams = stream_bodies(catalogue, _discovered(api, config, source, destination), config.source.replication)
    connection = _ensure_connection(api, workspace, connection_body(config, streams), source, destination)
    return [source, destination, connection]


def _fits(config: AirbyteConfig) -> None:
    sizes = config.sync
    total = sizes.orchestrator + sizes.source + sizes.destination
    if not total.fits(sizes.headroom):
        raise UserError(
            f"A sync pod needs {total} (orchestrator + source + destination), but its room is {sizes.headroom}.",
            "The namespace's quota would refuse every sync.",
            "Lower airbyte.sync.containers in the sizing, or give the row more.",
        )


def _ensure(api: AirbyteApi, kind: str, workspace: str, body: Mapping[str, Any], rewrite: bool) -> Outcome:
    name = body["name"]
    found = only_named(api.every(f"{kind}s", workspaceIds=workspace), "Airbyte", kind, name, remedy="Delete")
    key = f"{kind}Id"
    if found is None:
        made = api.create(f"{kind}s", {**body, "workspaceId": workspace})
        return Outcome(kind, name, Action.CREATED, made[key], made)
    differs = not contains(found["configuration"], _without_secrets(body["configuration"]))
    differs = differs or not contains(found.get("resourceAllocation") or {}, body["resourceAllocation"])
    if differs or rewrite:
        changed = api.change(f"{kind}s/{found[key]}", body)
        return Outcome(kind, name, Action.CHANGED, changed[key], changed)
    return Outcome(kind, name, Action.UNCHANGED, found[key], found)


def _ensure_connection(
    api: AirbyteApi, workspace: str, body: Mapping[str, Any], source: Outcome, destination: Outcome
) -> Outcome:
    name = body["name"]
    found = only_named(api.every("connections", workspaceIds=workspace), "Airbyte", "connection", name, remedy="Delete")
    ends = {"sourceId": source.id, "destinationId": destination.id}
    if found is None:
        made = api.create("connections", {**body, **ends})
        return Outcome("connection", name, Action.CREATED, made["connectionId"], made)
    if any(found[key] != value for key, value in ends.items()):
        raise UserError(
            f"Airbyte's connection {name} joins another source or destination.",
            "It can't be pointed elsewhere, and its state belongs to them.",
            "Delete or rename it in Airbyte; the next run makes it anew and reads everything once.",
        )
    if contains(found, body):
        return Outcome("connection", name, Action.UNCHANGED, found["connectionId"], found)
    changed = api.change(f"connections/{found['connectionId']}", body)
    return Outcome("connection", name, Action.CHANGED, changed["connectionId"], changed)


def _discovered(api: AirbyteApi, config: AirbyteConfig, source: Outcome, destination: Outcome) -> list[dict[str, Any]]:
    """The tables that the source sees now. The first use of its password is here."""
    try:
        return list(api.get("streams", sourceId=source.id, destinationId=destination.id, ignoreCache="true"))
    except RefusedError as error:
        raise UserError(
            f"Airbyte can't read the schema of source {source.name}: {error.reason}.",
            "The connection was not touched.",
            f"Check host, port and TLS of lakehouse:odoo, and the password in secret {config.source.secret}.",
        ) from None


def _verify_sizes(config: AirbyteConfig, source: Outcome, destination: Outcome) -> None:
    """What Airbyte kept, not what it was sent: a connector's own default may be larger than the row."""
    kept = config.sync.orchestrator
    for outcome in (source, destination):
        amounts = (outcome.body.get("resourceAllocation") or {}).get("default") or {}
        if not {"cpu_request", "memory_limit", "ephemeral_storage_limit"} <= amounts.keys():
            raise UserError(
                f"Airbyte kept no sizes for {outcome.kind} {outcome.name}.",
                "Its pods would take the connector's own, which may exceed the namespace's quota.",
                "Check that this Airbyte's API knows resourceAllocation (2.1 and newer).",
            )
        kept += Size(
            cpu_millicores=_millicores(amounts["cpu_request"]),
            memory_mib=_mib(amounts["memory_limit"]),
            scratch_mib=_mib(amounts["ephemeral_storage_limit"]),
        )
    if not kept.fits(config.sync.headroom):
        raise UserError(
            f"Airbyte's sync pod would need {kept}, but its room is {config.sync.headroom}.",
            "The namespace's quota would refuse it.",
            "Lower the sizes in Airbyte, or airbyte.sync.containers in the sizing.",
        )


def _millicores(text: str) -> int:
    return int(text.removesuffix("m")) if text.endswith("m") else int(float(text) * 1000)


def _mib(text: str) -> int:
    match = re.fullmatch(r"(\d+)(Mi|Gi)", text)
    if match is None:
        raise UserError(f"Airbyte answered with a size of {text!r}.", "It can't be compared.", "Use Mi or Gi.")
    return int(match[1]) * (1024 if match[2] == "Gi" else 1)


def _without_secrets(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """At every depth: Airbyte shows stars in their place."""
    return {
        key: _without_secrets(value) if isinstance(value, Mapping) else value
        for key, value in configuration.items()
        if key not in SECRET_FIELDS
    }
