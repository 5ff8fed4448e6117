"""The access policy refuses what would protect nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from lakehouse.trino_access import Policy, User, access_rules, groups, load_policy, published_tables
from lakehouse.trino_config import TrinoNode
from lakehouse.trino_users import password_line

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(PROJECT)


@pytest.mark.parametrize("origin", ["hr_employee.nonsense", "hr_employee.id"])
def test_an_origin_that_no_contract_calls_sensitive_is_refused(policy: Policy, origin: str) -> None:
    wrong = policy.model_copy(update={"origins": {"silver.dim_employee": {"employee_name": origin}}})
    with pytest.raises(ValueError, match="no contract classifies"):
        published_tables(PROJECT, wrong)


def test_origins_of_a_table_that_is_not_built_are_refused(policy: Policy) -> None:
    wrong = policy.model_copy(update={"origins": {"silver.dim_nothing": {}}})
    with pytest.raises(ValueError, match="dim_nothing"):
        published_tables(PROJECT, wrong)


def test_a_key_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Policy.model_validate({"roles": {}, "origins": {}, "rolls": {}})


@pytest.mark.parametrize(
    ("users", "said"),
    [([User("x", "boss")], "has the role boss"), ([User("x", "hr"), User("x", "finance")], "stands twice")],
)
def test_a_user_has_exactly_one_known_role(policy: Policy, users: list[User], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        groups(users, policy)


def test_the_last_rule_of_each_kind_refuses(policy: Policy) -> None:
    rules = access_rules(policy, published_tables(PROJECT, policy), [])
    last = {kind: {k: v for k, v in entries[-1].items() if k != "new_user"} for kind, entries in rules.items()}
    assert last == {
        "catalogs": {"allow": "none"},
        "schemas": {"owner": False},
        "tables": {"privileges": []},
        "procedures": {"privileges": []},
        "queries": {"allow": ["execute"]},
        "system_information": {"allow": []},
        "impersonation": {"allow": False},
    }


def test_query_memory_that_does_not_fit_is_refused_with_the_arithmetic() -> None:
    with pytest.raises(ValueError, match=r"900 MiB and headroom 307 MiB exceed the heap of 1024 MiB"):
        TrinoNode(heap_mib=1024, query_memory_mib=900, query_memory_per_node_mib=900, spill_mib=1)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="16 are needed"):
        password_line("x", "secret", b"short")
