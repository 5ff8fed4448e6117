"""The one kind of error that a user can mend."""

from __future__ import annotations


class UserError(Exception):
    """What is wrong, what follows from it, and what to do: shown as one message, never with a traceback."""

    def __init__(self, fact: str, consequence: str, remedy: str) -> None:
        self.fact = fact
        self.consequence = consequence
        self.remedy = remedy
        super().__init__(f"{fact} {consequence} {remedy}")
