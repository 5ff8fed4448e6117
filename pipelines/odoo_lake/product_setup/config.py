"""What a program that sets up a product is told: a mounted YAML file, and secrets in the environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from odoo_lake.errors import UserError


class Section(BaseModel):
    """A part of the file, whose keys are in camel case."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


Config = TypeVar("Config", bound=Section)


def read_config(path: Path, model: type[Config], product: str) -> Config:
    """Read the file; raises UserError that names every key that is wrong."""
    try:
        return model.model_validate(yaml.safe_load(path.read_text()))
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror}).", "Nothing was changed.", "Mount it.") from error
    except (ValidationError, yaml.YAMLError) as error:
        raise UserError(
            f"{path} is not a configuration of {product}: {_summary(error)}.",
            f"Nothing was changed in {product}.",
            f"Correct the named keys; the program that renders the file is"
            f" infra/lakehouse/components/{product.lower()}.py.",
        ) from None


def read_secrets(names: Sequence[str], product: str) -> list[SecretStr]:
    """Variables of the environment; raises UserError that names every one that is missing."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise UserError(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
            f"Nothing was changed in {product}.",
            "Take them from the secrets that the configuration file names.",
        )
    return [SecretStr(os.environ[name]) for name in names]


def _summary(error: ValidationError | yaml.YAMLError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors())
    return str(error).replace("\n", " ")
