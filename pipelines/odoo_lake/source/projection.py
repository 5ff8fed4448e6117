"""From a contract and a real table: the select list that may leave the database."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from odoo_lake.contracts.model import Column, Contract, Privacy
from odoo_lake.lake.duck import identifier
from odoo_lake.source.odoo import Relation

_BLOCK_BYTES = 64
_KEY_ID_MESSAGE = b"odoo-lake: which key"

# PostgreSQL's name of a type in its catalogue, for types that contracts write shorter.
_CATALOGUE_NAMES = {"timestamp": ("timestamp without time zone",), "text": ("text", "character varying")}
INNER_KEY_SETTING = "odoo_lake.inner_key"
OUTER_KEY_SETTING = "odoo_lake.outer_key"


@dataclass(frozen=True)
class Projection:
    """What is read of one table: contract columns that exist and may leave."""

    columns: tuple[Column, ...]
    expressions: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def select_list(self) -> str:
        return ", ".join(self.expressions)

    @property
    def signature(self) -> dict[str, str]:
        """Column to what it holds: a difference between two runs means that older rows hold something else."""
        return {column.name: f"{column.bronze_type} {column.privacy}" for column in self.columns}


def project(contract: Contract, relation: Relation, *, with_hash_key: bool) -> Projection:
    """Select what the contract allows of what the table has; hashed columns need the key."""
    taken: list[Column] = []
    expressions: list[str] = []
    dropped: list[str] = []
    for column in contract.columns:
        if column.name not in relation.columns:
            continue
        if column.privacy is Privacy.DROP or (column.privacy is Privacy.HASH and not with_hash_key):
            dropped.append(column.name)
            continue
        taken.append(column)
        expressions.append(_expression(column, relation.columns[column.name]))
    return Projection(tuple(taken), tuple(expressions), tuple(dropped))


def _expression(column: Column, source_type: str) -> str:
    name = identifier(column.name)
    if column.privacy is Privacy.HASH:
        return f"{hmac_expression(f'{name}::text')} as {name}"
    wanted = "text" if column.bronze_type == "jsonb" else column.bronze_type
    if source_type in _CATALOGUE_NAMES.get(wanted, (wanted,)):
        return name
    return f"{name}::{wanted} as {name}"


def hmac_expression(value: str) -> str:
    """HMAC-SHA256 (RFC 2104) of a text expression, in hexadecimal, from built-in functions only."""
    inner, outer = (f"decode(current_setting('{name}'), 'hex')" for name in (INNER_KEY_SETTING, OUTER_KEY_SETTING))
    digest = f"sha256({outer} || sha256({inner} || convert_to({value}, 'UTF8')))"
    return f"case when {value} is not null then encode({digest}, 'hex') end"


def hash_key_id(key: str) -> str:
    """Tells one key from another and gives neither away."""
    return hmac.new(key.encode(), _KEY_ID_MESSAGE, sha256).hexdigest()[:16]


def hmac_key_settings(key: str) -> dict[str, str]:
    """The two padded keys of RFC 2104 as session settings, in hexadecimal."""
    raw = key.encode()
    if len(raw) > _BLOCK_BYTES:
        raw = sha256(raw).digest()
    padded = raw.ljust(_BLOCK_BYTES, b"\0")
    return {
        INNER_KEY_SETTING: bytes(byte ^ 0x36 for byte in padded).hex(),
        OUTER_KEY_SETTING: bytes(byte ^ 0x5C for byte in padded).hex(),
    }


def custom_columns(contract: Contract, relation: Relation) -> Iterable[str]:
    """Columns made at run time in Odoo (`x_...`) that no contract names."""
    known = {column.name for column in contract.columns}
    return sorted(name for name in relation.columns if name.startswith("x_") and name not in known)
