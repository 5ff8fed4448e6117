"""Who a step is to the object store: where a process holds keys of several identities, each step takes its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum

from odoo_lake.errors import UserError


class Identity(StrEnum):
    """Extraction alone writes bronze; builds read it, and write silver and gold."""

    EXTRACTOR = "extractor"
    TRANSFORM = "transform"

    @property
    def variables(self) -> tuple[str, str]:
        """The variables with its access key and its secret key."""
        prefix = f"ODOO_LAKE_{self.upper()}"
        return f"{prefix}_ACCESS_KEY_ID", f"{prefix}_SECRET_ACCESS_KEY"


def acting_as(identity: Identity) -> AbstractContextManager[None]:
    """What opens the lake inside is this identity; the process's own one where none has keys here.

    Raises UserError when half a pair is set.
    """
    names = identity.variables
    values = [os.environ.get(name) for name in names]
    if not any(values):
        return nullcontext()
    pair = {
        own: value for own, value in zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), values, strict=True) if value
    }
    if len(pair) < len(names):
        missing = next(name for name, value in zip(names, values, strict=True) if not value)
        raise UserError(
            f"{missing} is not set, but the other half of its pair is.",
            f"The object store would not know the {identity}.",
            f"Set {' and '.join(names)}, or neither of them.",
        )
    return environment(pair)


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables of this process and of those that it starts, for as long as the caller works."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
