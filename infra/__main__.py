"""The Pulumi program: settings, sizes, platform, outputs."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, get_config_secret_keys_env, is_config_secret

from lakehouse import checks, outputs, platform, settings_reader, sizing
from lakehouse.errors import ConfigError


def configuration() -> tuple[dict[str, Any], list[str]]:
    """Every key of the stack, known or not, and which of them are encrypted."""
    given = {**get_config_env(), **CONFIG.get()}
    # The engine names them in the environment; the Automation API and tests set them in the process.
    return given, [*get_config_secret_keys_env(), *(key for key in given if is_config_secret(key))]


def main() -> None:
    try:
        chosen = settings_reader.load(*configuration())
        sizes = sizing.load(chosen.profile, chosen.overrides, chosen.object_store)
        checks.check(chosen, sizes)
    except ConfigError as error:
        # One message instead of a traceback; nothing is registered yet, so nothing is created.
        raise pulumi.RunError(f"{len(error.messages)} mistake(s) in the configuration:\n{error}") from None
    built = platform.build(chosen, sizes)
    for key, value in outputs.outputs(chosen, built).items():
        pulumi.export(key, value)


main()
