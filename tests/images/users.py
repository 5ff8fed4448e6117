"""Somebody who is not root."""

from __future__ import annotations

import os
from typing import Any

# The user of the images; nobody has to know its name.
USER = 10001


def as_user() -> dict[str, Any]:
    """Arguments of subprocess that drop root's rights; who is not root has none to drop."""
    return {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}
