"""Metabase: its own login and key, a reader of gold, one server at a time, and a file that the apply program reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odoo_lake.metabase.config import load_config
from tests.program.conftest import shape
from tests.program.recorder import Program, run_program, stack_config


def server(program: Program) -> dict[str, Any]:
    spec: dict[str, Any] = program.named("Deployment", "metabase").manifest["spec"]
    return spec


def container(program: Program) -> dict[str, Any]:
    [found] = server(program)["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def test_apply_program_reads_what_is_mounted(tmp_path: Path) -> None:
    program = shape("dev")
    [job] = [r.manifest for r in program.of("Job") if r.name == "metabase-apply"]
    [files] = [r.manifest for r in program.of("ConfigMap") if r.name == "metabase-apply"]
    path = tmp_path / "metabase.yaml"
    path.write_text(files["data"]["metabase.yaml"])
    read = load_config(path)
    assert read.url == "http://metabase.lake-metabase.svc.cluster.local:3000"
    assert (read.database.username, read.database.database) == ("gold_reader", "gold")
    [applied] = job["spec"]["template"]["spec"]["containers"]
    assert applied["command"] == ["odoo-lake", "metabase", "apply", "--config", "/etc/lakehouse/metabase.yaml"]
    secrets = {e["name"]: e["valueFrom"]["secretKeyRef"]["name"] for e in applied["env"] if "valueFrom" in e}
    assert secrets == {"METABASE_ADMIN_PASSWORD": read.admin.secret, "GOLD_PASSWORD": read.database.secret}


def test_its_tables_are_in_postgresql_under_its_own_login() -> None:
    values = {e["name"]: e.get("value") or e["valueFrom"]["secretKeyRef"] for e in container(shape("dev"))["env"]}
    assert (values["MB_DB_TYPE"], values["MB_DB_DBNAME"]) == ("postgres", "metabase")
    assert values["MB_DB_PASS"] == {"name": "postgres-metabase", "key": "password"}
    assert values["MB_ENCRYPTION_SECRET_KEY"] == {"name": "metabase-encryption", "key": "key"}
    assert values["JAVA_TOOL_OPTIONS"].split()[0] == "-Xmx1187m", "64 % of 1856Mi"
    assert "MB_SITE_URL" not in values


def test_two_servers_never_run_at_once() -> None:
    assert server(shape("dev"))["strategy"] == {"type": "Recreate"}
    assert server(shape("dev"))["replicas"] == 1


def test_the_key_of_stored_passwords_is_protected_with_the_data() -> None:
    kept = run_program(stack_config("dev", protectData=True))
    [key] = [r for r in kept.of("Secret") if r.metadata["name"] == "metabase-encryption"]
    assert key.protect
    assert not shape("dev").named("Secret", "metabase-encryption").protect


def test_a_domain_is_its_address() -> None:
    named = run_program(stack_config("dev", domain="lake.example.com", ingress={"className": "nginx"}))
    values = {e["name"]: e.get("value") for e in container(named)["env"]}
    assert values["MB_SITE_URL"] == "https://metabase.lake.example.com"


@pytest.mark.parametrize("name", ["prod", "staging"])
def test_production_has_superset_instead(name: str) -> None:
    assert not [r.urn for r in shape(name).resources if "metabase" in r.name]


def test_the_stores_keys_are_not_in_its_namespace() -> None:
    held = {r.metadata["name"] for r in shape("dev").of("Secret") if r.metadata["namespace"] == "lake-metabase"}
    assert held == {"metabase-admin", "metabase-encryption", "postgres-metabase", "postgres-gold-reader"}
