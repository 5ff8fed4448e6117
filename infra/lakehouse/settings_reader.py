"""The stack's raw configuration read into Settings; every mistake is named with its key, value and remedy."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from .errors import ConfigError
from .settings import Settings

PREFIX = "lakehouse:"
SECRET_KEYS = tuple(PREFIX + to_camel(n) for n, f in Settings.model_fields.items() if f.annotation == SecretStr | None)


_REASONS = {
    "model_type": "it holds settings of its own, not one value",
    "dict_type": "it holds settings of its own, not one value",
    "list_type": "a list is needed",
}


def load(config: Mapping[str, Any], secret_keys: Collection[str]) -> Settings:
    """Read raw configuration (`lakehouse:<key>` to text, objects as JSON); raises ConfigError with every mistake.

    `secret_keys` are the keys that the stack's file holds encrypted.
    """
    given = {key: _decoded(value) for key, value in config.items() if key.startswith(PREFIX)}
    # Pulumi.yaml declares every key with an empty default.
    given = {key: value for key, value in given.items() if value not in ("", {})}
    problems = [
        f"{key} is (hidden), and the stack's file holds it in plain text. Whoever reads the file has it. "
        f"Change the password and run: pulumi config set --secret {key}"
        for key in SECRET_KEYS
        if key in given and key not in secret_keys
    ]
    for key in SECRET_KEYS:
        if key in given and not isinstance(given[key], str):
            given[key] = json.dumps(given[key])
    try:
        settings = Settings.model_validate({key.removeprefix(PREFIX): value for key, value in given.items()})
    except ValidationError as error:
        raise ConfigError([*problems, *(_explained(detail) for detail in error.errors())]) from None
    if problems:
        raise ConfigError(problems)
    return settings


def _decoded(value: Any) -> Any:
    """Pulumi hands objects over as JSON and everything else as text."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _explained(detail: Mapping[str, Any]) -> str:
    path = [part for part in detail["loc"] if isinstance(part, str)]
    key = PREFIX + ".".join(str(part) for part in detail["loc"])
    command = f"pulumi config set{' --path' if len(detail['loc']) > 1 else ''} {key} <value>"
    if detail["type"] == "missing":
        what = _description(path)
        return f"{key} is not set{f' ({what})' if what else ''}. The stack cannot be planned without it. Run: {command}"
    if detail["type"] == "extra_forbidden":
        near = f"pulumi config rm{' --path' if len(detail['loc']) > 1 else ''} {key}"
        return f"{key} is not a setting of this program. It would be ignored. Correct its name, or remove it: {near}"
    if isinstance(detail["input"], Mapping):
        # A section whose parts disagree; its parts are many.
        return f"{key} can't be used: {str(detail['msg']).removeprefix('Value error, ')}. Nothing was created."
    shown = "(hidden)" if "password" in key.lower() or "credential" in key.lower() else repr(detail["input"])
    reason = _REASONS.get(detail["type"], str(detail["msg"]).removeprefix("Value error, "))
    return f"{key} is {shown}: {reason}. Nothing was created. Correct it: {command}"


def _description(path: list[str]) -> str:
    model: Any = Settings
    found = ""
    for part in path:
        fields = getattr(model, "model_fields", {})
        field = next((field for name, field in fields.items() if part in {name, to_camel(name)}), None)
        if field is None:
            return found
        found, model = field.description or "", field.annotation
    return found
