"""The company's business choices: dbt_project.yml holds the defaults, odoo-lake.yaml what differs."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from odoo_lake.errors import UserError
from odoo_lake.project import Project
from odoo_lake.settings import Settings

# Set by the program for each build, not by a company.
PER_BUILD = ("as_of_date", "overwritten_until")
_KINDS = {bool: "true or false", str: "a text", list: "a list of texts", int: "a whole number"}
_CURRENCY = re.compile("[A-Z]{3}")


def business_variables(project: Project, settings: Settings) -> dict[str, Any]:
    """Every choice by name; raises UserError for one that does not exist or can't be."""
    defaults: dict[str, Any] = yaml.safe_load((project.dbt / "dbt_project.yml").read_text())["vars"]
    choices = {name: value for name, value in defaults.items() if name not in PER_BUILD}
    for name in settings.vars:
        if name not in choices:
            raise UserError(
                f"vars.{name} in {project.settings_file.name} is no business choice of this project.",
                "It would have no effect.",
                f"The choices are {', '.join(choices)}; dbt/dbt_project.yml explains them.",
            )
        _check_kind(name, settings.vars[name], choices[name], project)
    chosen = {**choices, **settings.vars}
    _zone(chosen)
    _check_currency(chosen["reporting_currency"])
    _check_account_types(chosen["cash_account_types"], project)
    return chosen


def today(variables: Mapping[str, Any], now: datetime | None = None) -> date:
    """The day it is in the company's time zone."""
    return (now or datetime.now(UTC)).astimezone(_zone(variables)).date()


def end_of(day: date, variables: Mapping[str, Any]) -> datetime:
    """The UTC time at which a business day is over."""
    midnight = datetime.combine(day + timedelta(days=1), time(), _zone(variables))
    return midnight.astimezone(UTC)


def _check_kind(name: str, value: Any, default: Any, project: Project) -> None:
    is_list_of_texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    if type(value) is not type(default) or (isinstance(default, list) and not is_list_of_texts):
        raise UserError(
            f"vars.{name} in {project.settings_file.name} is {value!r}.",
            "The figures would follow another choice than the one meant, or none.",
            f"Make it {_KINDS[type(default)]}; the default is {default!r}.",
        )


def _check_currency(code: str) -> None:
    if code and not _CURRENCY.fullmatch(code):
        raise UserError(
            f"vars.reporting_currency is {code!r}.",
            "No currency has that code, so nothing can be stated in it.",
            "Use an ISO code such as EUR, or leave it empty for the currency of the first company.",
        )


def _check_account_types(chosen: list[str], project: Project) -> None:
    with (project.dbt / "seeds" / "account_types.csv").open(newline="") as rows:
        known = [row["account_type"] for row in csv.DictReader(rows)]
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise UserError(
            f"vars.cash_account_types names {', '.join(unknown)}.",
            "Odoo has no such account type, so no account would count as cash for it.",
            f"The types are {', '.join(known)}.",
        )


def _zone(variables: Mapping[str, Any]) -> ZoneInfo:
    name = variables["business_timezone"]
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError(
            f"vars.business_timezone is {name!r}.",
            "No such time zone is known, so no day can begin.",
            "Use a name such as Europe/Brussels.",
        ) from error
