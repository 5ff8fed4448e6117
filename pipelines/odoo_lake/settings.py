"""The company's own choices, from `odoo-lake.yaml`; everything has a default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from odoo_lake.contracts.model import Privacy
from odoo_lake.errors import UserError


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExtractionSettings(_Model):
    """How the source is read."""

    readers: Annotated[int, Field(ge=1, le=16)] = 2
    """Parallel connections; each adds about 200 MiB of memory."""
    overlap_minutes: Annotated[int, Field(ge=0)] = 30
    """How far a cursor reaches back: a transaction may commit long after its write_date."""
    full_refresh_hours: Annotated[float, Field(ge=0)] = 168
    """After this time a table is compared with its source row by row."""
    statement_timeout_minutes: Annotated[int, Field(ge=1)] = 120
    lock_timeout_seconds: Annotated[int, Field(ge=1)] = 60
    reader_memory_mib: Annotated[int, Field(ge=96)] = 160
    """Memory that one reader may use before it spills to disk."""


class Settings(_Model):
    """The whole file."""

    extraction: ExtractionSettings = ExtractionSettings()
    privacy: dict[str, Privacy] = {}
    """`table.column: drop | hash | keep`, for columns that their contract classifies as sensitive."""
    vars: dict[str, Any] = {}
    """Business choices, named and explained in dbt/dbt_project.yml."""


def load_settings(path: Path) -> Settings:
    """Read the file if there is one; raises UserError that names the key and its value."""
    if not path.is_file():
        return Settings()
    try:
        return Settings.model_validate(yaml.safe_load(path.read_text()) or {})
    except yaml.YAMLError as error:
        raise UserError(
            f"{path} is not YAML: {error}.", "No setting in it can be read.", "Correct the file."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UserError(
            f"{key} in {path} is {first['input']!r}: {first['msg'].lower()}.",
            "The command would not do what the file says.",
            f"Correct {key}; the README lists the settings.",
        ) from error
