"""Applying Airbyte's objects: made once, put right when they drift, and never twice."""

from __future__ import annotations

from typing import Any

import pytest

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.contracts.model import Method, Privacy
from tests.airbyte import server as double
from tests.airbyte.conftest import ACCESS_KEY, SECRET_KEY, kept_columns
from tests.product_setup import Apply, RefusalError

ALL_SECRETS = (double.CLIENT_SECRET, double.PASSWORD, ACCESS_KEY, SECRET_KEY)


def test_first_run_creates_and_second_changes_nothing(airbyte: double.AirbyteServer, apply: Apply) -> None:
    first = apply()
    assert first.returncode == 0, first.stderr
    assert airbyte.writes == [("POST", "sources"), ("POST", "destinations"), ("POST", "connections")]
    second = apply()
    assert second.returncode == 0, second.stderr
    assert len(airbyte.writes) == 3
    assert second.stdout.count("unchanged") == 3


def test_every_contract_is_a_stream_with_its_cursor(
    airbyte: double.AirbyteServer, apply: Apply, catalogue: Catalogue
) -> None:
    assert apply().returncode == 0
    streams = {stream["name"]: stream for stream in airbyte.only("connections")["configurations"]["streams"]}
    assert set(streams) == {contract.relation for contract in catalogue.values()}
    for contract in catalogue.values():
        if contract.table != contract.relation:
            continue
        stream = streams[contract.relation]
        if contract.method is Method.CURSOR:
            assert (stream["syncMode"], stream["cursorField"]) == ("incremental_append", [contract.cursor])
        else:
            assert (stream["syncMode"], "cursorField" in stream) == ("full_refresh_overwrite", False)
        assert stream["primaryKey"] == [[name] for name in contract.primary_key]


def test_streams_carry_kept_columns_only(airbyte: double.AirbyteServer, apply: Apply, catalogue: Catalogue) -> None:
    assert apply().returncode == 0
    selected = {
        stream["name"]: {path for one in stream["selectedFields"] for path in one["fieldPath"]}
        for stream in airbyte.only("connections")["configurations"]["streams"]
    }
    for table, columns in selected.items():
        assert columns == kept_columns(catalogue, table), table
    private = {c.name for c in catalogue["res_partner"].columns if c.privacy is not Privacy.KEEP}
    assert private, "no private column to leave out: this test shows nothing"
    assert not private & selected["res_partner"]


def test_cdc_needs_no_cursor(airbyte: double.AirbyteServer, apply: Apply, configuration: dict[str, Any]) -> None:
    configuration["source"]["replication"] = "cdc"
    assert apply().returncode == 0
    method = airbyte.only("sources")["configuration"]["replication_method"]
    assert (method["method"], method["invalid_cdc_cursor_position_behavior"]) == ("CDC", "Fail sync")
    streams = airbyte.only("connections")["configurations"]["streams"]
    assert {stream["syncMode"] for stream in streams} == {"incremental_append"}


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_server_that_proves_itself_is_compared_with_its_authority(
    airbyte: double.AirbyteServer, apply: Apply, configuration: dict[str, Any], mode: str
) -> None:
    """Airbyte shows stars in the certificate's place: another certificate looks the same, and is written."""
    configuration["source"] |= {"sslMode": mode, "caCertificate": "the authority's certificate"}
    assert apply().returncode == 0
    wanted = {"mode": mode, "ca_certificate": "the authority's certificate"}
    assert airbyte.only("sources")["configuration"]["ssl_mode"] == wanted
    airbyte.only("sources")["configuration"]["ssl_mode"]["mode"] = "require"
    assert apply().returncode == 0
    assert airbyte.only("sources")["configuration"]["ssl_mode"] == wanted
    configuration["source"]["caCertificate"] = "its successor's certificate"
    airbyte.writes.clear()
    assert apply().returncode == 0
    assert airbyte.only("sources")["configuration"]["ssl_mode"]["ca_certificate"] == "its successor's certificate"
    assert airbyte.writes == [("PATCH", "sources")]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("sources", ("configuration", "host"), "elsewhere"),
        ("sources", ("resourceAllocation", "default", "memory_limit"), "2Gi"),
        ("destinations", ("configuration", "s3_bucket_path"), "other"),
        ("connections", ("schedule", "cronExpression"), "0 0 5 * * ?"),
        ("connections", ("status",), "inactive"),
        ("connections", ("configurations", "streams"), []),
    ],
)
def test_drift_is_put_right(
    airbyte: double.AirbyteServer, apply: Apply, kind: str, path: tuple[str, ...], value: Any
) -> None:
    assert apply().returncode == 0
    holder = airbyte.only(kind)
    for key in path[:-1]:
        holder = holder[key]
    before, holder[path[-1]] = holder[path[-1]], value
    airbyte.writes.clear()
    assert apply().returncode == 0
    assert airbyte.writes == [("PATCH", kind)]
    holder = airbyte.only(kind)
    for key in path[:-1]:
        holder = holder[key]
    assert holder[path[-1]] == before


def test_half_failed_run_is_continued(airbyte: double.AirbyteServer, apply: Apply) -> None:
    airbyte.refuse = lambda method, kind: "disk full" if kind == "connections" else None
    failed = apply()
    assert failed.returncode == 2
    assert "disk full" in failed.stderr
    airbyte.refuse = lambda method, kind: None
    assert apply().returncode == 0
    assert airbyte.writes == [("POST", "sources"), ("POST", "destinations"), ("POST", "connections")]


def test_wrong_password_names_its_secret(airbyte: double.AirbyteServer, apply: Apply) -> None:
    failed = apply(ODOO_PASSWORD="not-it")
    assert failed.returncode == 2
    assert "airbyte-odoo" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not airbyte.objects["connections"]


def test_wrong_client_secret_names_its_secret(airbyte: double.AirbyteServer, apply: Apply) -> None:
    failed = apply(AIRBYTE_CLIENT_SECRET="not-it")
    assert failed.returncode == 2
    assert "airbyte-auth" in failed.stderr
    assert not airbyte.writes


def test_raised_generation_writes_passwords_again(
    airbyte: double.AirbyteServer, apply: Apply, configuration: dict[str, Any]
) -> None:
    assert apply().returncode == 0
    airbyte.writes.clear()
    configuration["secretGeneration"] = 2
    assert apply(S3_SECRET_KEY="a-new-key").returncode == 0
    assert airbyte.writes == [("PATCH", "sources"), ("PATCH", "destinations")]
    assert airbyte.only("destinations")["configuration"]["secret_access_key"] == "a-new-key"


def test_sync_larger_than_its_room_is_refused_first(
    airbyte: double.AirbyteServer, apply: Apply, configuration: dict[str, Any]
) -> None:
    configuration["sync"]["headroom"]["memoryMib"] = 3 * 384 - 1
    failed = apply()
    assert failed.returncode == 2
    assert "1152Mi" in failed.stderr
    assert not airbyte.writes


def test_sizes_that_airbyte_keeps_are_read_back(airbyte: double.AirbyteServer, apply: Apply) -> None:
    airbyte.own_sizes = {"memory_limit": "2Gi"}
    failed = apply()
    assert failed.returncode == 2
    assert "4480Mi" in failed.stderr
    assert not airbyte.objects["connections"]


def test_source_that_sees_nothing_is_an_error(airbyte: double.AirbyteServer, apply: Apply) -> None:
    airbyte.tables.clear()
    failed = apply()
    assert failed.returncode == 2
    assert "odoo-lake grants" in failed.stderr


def test_missing_key_column_names_the_grant(airbyte: double.AirbyteServer, apply: Apply) -> None:
    airbyte.tables["sale_order"].remove("write_date")
    failed = apply()
    assert failed.returncode == 2
    assert "sale_order" in failed.stderr
    assert "write_date" in failed.stderr


def test_no_output_holds_a_secret(airbyte: double.AirbyteServer, apply: Apply) -> None:
    answers = [apply(), apply(), apply(ODOO_PASSWORD="another-password")]
    airbyte.refuse = lambda method, kind: "refused"
    airbyte.objects["connections"].clear()
    answers.append(apply())
    printed = "".join(answer.stdout + answer.stderr for answer in answers)
    assert "unchanged" in printed
    assert not [secret for secret in (*ALL_SECRETS, "another-password") if secret in printed]


def test_unset_variable_is_named(apply: Apply) -> None:
    failed = apply(S3_ACCESS_KEY="")
    assert failed.returncode == 2
    assert "S3_ACCESS_KEY is not set" in failed.stderr


def test_wrong_configuration_names_the_key(apply: Apply, configuration: dict[str, Any]) -> None:
    configuration["source"]["portt"] = 1
    failed = apply()
    assert failed.returncode == 2
    assert "source.portt" in failed.stderr


def test_double_refuses_fields_that_the_api_does_not_have() -> None:
    server = double.AirbyteServer()
    with pytest.raises(RefusalError, match="colour"):
        server.handle("POST", "connections", {}, {"sourceId": "a", "destinationId": "b", "colour": "red"})
