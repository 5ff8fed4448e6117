"""Configuration that charts write for their products, read as the products read it."""

from __future__ import annotations

import subprocess
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
import yaml
from dagster._config import process_config, resolve_to_config_type
from dagster._core.instance.config import dagster_instance_config_schema
from dagster._serdes.config_class import ConfigurableClassData

from tests.render.conftest import rendered


def config_map(chart: str, name: str) -> dict[str, str]:
    [found] = [item for item in rendered(chart, "production").of("ConfigMap") if item["metadata"]["name"] == name]
    data: dict[str, str] = found["data"]
    return data


def superset_files() -> dict[str, str]:
    [found] = [i for i in rendered("superset", "production").of("Secret") if i["metadata"]["name"] == "superset-config"]
    files: dict[str, str] = found["stringData"]
    return files


def test_our_dagster_takes_the_charts_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chart is older than our Dagster, which must still take its dagster.yaml and each part's settings."""
    monkeypatch.setenv("DAGSTER_PG_PASSWORD", "not a password")
    instance: dict[str, Any] = yaml.safe_load(config_map("dagster", "dagster-instance")["dagster.yaml"])
    assert _mistakes(dagster_instance_config_schema(), instance) == []
    parts = {name: part for name, part in instance.items() if isinstance(part, dict) and "class" in part}
    checked = {name: _mistakes(_settings_of(part), part.get("config") or {}) for name, part in _installed(parts)}
    assert {"run_coordinator", "scheduler"} <= checked.keys()
    assert {name: found for name, found in checked.items() if found} == {}


def _installed(parts: dict[str, Any]) -> list[tuple[str, Any]]:
    """The parts whose library this environment has; the others are in the image only."""
    return [(name, part) for name, part in parts.items() if find_spec(part["module"].partition(".")[0])]


def _settings_of(part: dict[str, Any]) -> Any:
    # Dagster renames its own old module paths when it reads them.
    named = ConfigurableClassData(part["module"], part["class"], "{}")
    return getattr(import_module(named.module_name), named.class_name).config_type()


def _mistakes(schema: Any, settings: dict[str, Any]) -> list[str]:
    return [error.message for error in process_config(resolve_to_config_type(schema), settings).errors or []]


def test_supersets_configuration_is_python() -> None:
    compile(superset_files()["superset_config.py"], "superset_config.py", "exec")


def test_supersets_configuration_takes_its_password_from_the_environment() -> None:
    text = superset_files()["superset_config.py"]
    assert "env('REDIS_PASSWORD')" in text
    assert 'CeleryConfig.broker_url = f"{_CACHE_URL}/0"' in text


def test_supersets_scripts_parse() -> None:
    files = superset_files()
    for name in ("superset_init.sh", "superset_bootstrap.sh"):
        subprocess.run(["sh", "-n"], input=files[name], text=True, check=True)  # noqa: S607 - any POSIX shell


def test_a_run_pod_has_the_launchers_size() -> None:
    """With the code location's configuration in its runs, they would take its resources and volumes."""
    contexts = [
        variable["name"]
        for pod in rendered("dagster", "production").pods
        for _, container in pod.containers
        for variable in container.get("env") or []
        if variable["name"].endswith("CONTAINER_CONTEXT")
    ]
    assert contexts == []
