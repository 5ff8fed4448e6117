"""Texts of the configuration: what is taken, and what a schedule means."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from lakehouse.notations import Cron, DailyCron, Domain, Host, ImageReference, Weekdays, WeeklyCron, cron_numbers


@pytest.mark.parametrize(
    ("expression", "field", "numbers"),
    [
        ("0 */6 * * *", 1, {0, 6, 12, 18}),
        ("5/20 * * * *", 0, {5, 25, 45}),
        ("0 8-10,18 * * *", 1, {8, 9, 10, 18}),
        ("0 0 29 feb *", 3, {2}),
        ("0 0 * * mon-fri", 4, {1, 2, 3, 4, 5}),
        ("0 0 1-31/10 * *", 2, {1, 11, 21, 31}),
    ],
)
def test_a_schedule_names_its_times(expression: str, field: int, numbers: set[int]) -> None:
    assert cron_numbers(expression)[field] == numbers


@pytest.mark.parametrize(
    "expression",
    [
        "60 0 * * *",
        "0 24 * * *",
        "0 0 0 * *",
        "0 0 * 13 *",
        "0 0 * * 8",
        "*/0 * * * *",
        "0 9-8 * * *",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "0 0 * *",
        "@daily",
        "0 0 * * ?",
        "-1 0 * * *",
        "1,,2 0 * * *",
        "0 0 L * *",
    ],
)
def test_a_schedule_that_never_comes_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"no such month|is no |fields"):
        cron_numbers(expression)


@pytest.mark.parametrize(
    ("kind", "taken", "refused"),
    [
        (Cron, "30 */2 * * *", "daily"),
        (DailyCron, "0 1,13 * * *", "0 1 * * 1-6"),
        (WeeklyCron, "0 13 * * 6", "0 13 1,15 * *"),
        (Domain, "lake.example.com", "-lake.example.com"),
        (Host, "10.0.0.7", "10.0.0.7/32"),
        (ImageReference, "registry.example.com:5000/odoo/pipelines:1.2.3", "https://registry.example.com/x:1"),
        (ImageReference, f"registry.example.com/pipelines@sha256:{'a' * 64}", f"registry.example.com/x@md5:{'a' * 64}"),
        (Weekdays, "sunday:saturday", "saturday:sunday"),
    ],
)
def test_a_text_is_taken_or_refused(kind: Any, taken: str, refused: str) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(kind)
    assert adapter.validate_python(taken) == taken
    with pytest.raises(ValidationError):
        adapter.validate_python(refused)
