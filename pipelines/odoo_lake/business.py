"""The company's business choices: dbt_project.yml holds the defaults, odoo-lake.yaml what differs."""

from __future__ import annotations

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
    chosen = {**choices, **settings.vars}
    _zone(chosen)
    return chosen


def today(variables: Mapping[str, Any], now: datetime | None = None) -> date:
    """The day it is in the company's time zone."""
    return (now or datetime.now(UTC)).astimezone(_zone(variables)).date()


def end_of(day: date, variables: Mapping[str, Any]) -> datetime:
    """The UTC time at which a business day is over."""
    midnight = datetime.combine(day + timedelta(days=1), time(), _zone(variables))
    return midnight.astimezone(UTC)


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
