"""Trino's users and groups as files: hashed passwords, and who has which role."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

_ITERATIONS = 10_000
"""Each request is authenticated anew; the passwords are long random strings."""


def password_line(user: str, password: str, salt: bytes) -> str:
    """One user's line of `password.db`: iterations, salt and PBKDF2 hash; the salt is at least 16 random bytes."""
    if len(salt) < 16:
        raise ValueError(f"the salt of {user} has {len(salt)} bytes; 16 are needed to keep equal passwords apart")
    # Trino 476 reads this function only; with random passwords its weakness is of no use to anybody.
    key = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ITERATIONS, dklen=32)
    return f"{user}:{_ITERATIONS}:{salt.hex()}:{key.hex()}\n"


def password_file(users: Iterable[tuple[str, str, bytes]]) -> str:
    """`password.db` of user, password and salt."""
    return "".join(password_line(*user) for user in users)


def group_file(members: Mapping[str, Sequence[str]]) -> str:
    """`group.db`: a line for each group."""
    return "".join(f"{group}:{','.join(users)}\n" for group, users in members.items() if users)
