"""The one kind of error that a user can mend."""

from __future__ import annotations

from collections.abc import Sequence


class ConfigError(Exception):
    """Every mistake of a stack's configuration at once, so that it is mended in one go.

    Each message has the fact with key and value, the consequence and the remedy.
    """

    def __init__(self, messages: Sequence[str]) -> None:
        self.messages = list(messages)
        super().__init__("\n".join(self.messages))
