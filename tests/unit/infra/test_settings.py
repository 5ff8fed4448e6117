"""A wrong setting becomes an error with key, value, consequence and remedy; a right one becomes typed data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic.alias_generators import to_camel

from lakehouse import checks, sizing
from lakehouse.errors import ConfigError
from lakehouse.settings import Settings, Topology
from lakehouse.settings_reader import load
from tests.program.recorder import (
    ROOT,
    SECRET_KEYS,
    STACKS,
    committed_config,
    committed_stacks,
    encoded,
    stack_config,
)

FIXTURES = ROOT / "tests" / "config"


def checked(config: dict[str, Any], secret_keys: list[str]) -> Settings:
    chosen = load(encoded(config), secret_keys)
    checks.check(chosen, sizing.load(chosen.profile, chosen.overrides, chosen.object_store))
    return chosen


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.error.yaml")), ids=lambda path: path.name)
def test_a_broken_configuration_is_explained(path: Path) -> None:
    """Line 1 of the file names the words of its error; the rest changes the stack that it names."""
    first, text = path.read_text().split("\n", 1)
    expected = [word.strip() for word in first.removeprefix("# ").split("|")]
    change: dict[str, Any] = yaml.safe_load(text)
    stack = change.pop("stack", "dev")
    plain = change.pop("plainSecrets", False)
    config = stack_config(stack, **{k: v for k, v in change.items() if v is not None})
    for key in (key for key, value in change.items() if value is None):
        config.pop(f"lakehouse:{key}", None)
    with pytest.raises(ConfigError) as error:
        checked(config, [] if plain else SECRET_KEYS)
    message = str(error.value)
    assert all(word in message for word in expected), message
    assert "canary" not in message, "the error shows a secret"


def test_at_least_twenty_broken_configurations_are_tried() -> None:
    assert len(list(FIXTURES.glob("*.error.yaml"))) >= 20


def test_all_mistakes_are_named_at_once() -> None:
    config = stack_config("dev", profile="tiny", storageClass=None, schedule="daily")
    with pytest.raises(ConfigError) as error:
        checked(config, SECRET_KEYS)
    assert len(error.value.messages) == 3


@pytest.mark.parametrize("stack", committed_stacks())
def test_a_committed_stack_is_valid_and_shows_no_secret(stack: str) -> None:
    checked(committed_config(stack), SECRET_KEYS)
    text = (STACKS / f"Pulumi.{stack}.yaml").read_text()
    shown = {key: yaml.safe_load(text)["config"].get(key) for key in SECRET_KEYS}
    assert not [key for key, value in shown.items() if not _is_encrypted(value)]
    assert "secure:" in text or "encryptionsalt" not in text, "a salt alone ties the file to one passphrase"


def _is_encrypted(value: Any) -> bool:
    if isinstance(value, dict) and set(value) != {"secure"}:
        return all(_is_encrypted(item) for item in value.values())
    return value is None or isinstance(value, dict)


def test_the_project_declares_every_setting() -> None:
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    assert set(declared) == {f"lakehouse:{to_camel(name)}" for name in Settings.model_fields}
    assert all(entry["description"] and "default" in entry for entry in declared.values())
    defaults = {key: entry["default"] for key, entry in declared.items() if entry["default"] not in ("", {})}
    assert defaults == {"lakehouse:protectData": Settings.model_fields["protect_data"].default}


def test_an_empty_default_means_unset() -> None:
    config = stack_config("dev")
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    filled = {**{key: entry["default"] for key, entry in declared.items()}, **config}
    assert checked(filled, SECRET_KEYS) == checked(config, SECRET_KEYS)


def test_the_topology_follows_the_profile_unless_it_is_set() -> None:
    assert checked(stack_config("dev"), SECRET_KEYS).topology is Topology.SINGLE
    assert checked(stack_config("prod"), SECRET_KEYS).topology is Topology.DISTRIBUTED


def test_a_password_never_shows_in_the_settings() -> None:
    assert "canary" not in repr(checked(stack_config("dev"), SECRET_KEYS))


def test_a_broken_access_policy_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "access.yaml").write_text("roles: {bi: {description: x, gold: some}}\norigins: {}\n")
    monkeypatch.setattr(checks, "PROJECT", tmp_path)
    with pytest.raises(ConfigError, match=r"contracts/access\.yaml can't be used: roles\.bi\.gold"):
        checked(stack_config("prod"), SECRET_KEYS)
    checked(stack_config("dev"), SECRET_KEYS)
