"""Access rules of Trino, from one policy: the roles' rights and the contracts' classification.

Users, passwords and certificates have modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from .trino_catalogs import BRONZE, LAKE

PROJECT = Path(__file__).resolve().parents[2]
ADMIN_QUERIES = ["execute", "kill", "view"]
# The right to kill a query is of no use without it.
KILL_QUERY = {"catalog": "system", "schema": "runtime", "procedure": "kill_query"}
COMPANY_COLUMN = "company_id"
METRICS_USER = "metrics"
SENSITIVE = "sensitive"
_BUILDS = ["SELECT", "INSERT", "DELETE", "UPDATE", "OWNERSHIP", "GRANT_SELECT"]
# Silver shows what carries these names; helpers of the build do not.
_PUBLISHED = ("dim_", "fact_", "snapshot_")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(_Model):
    """What the users of a role may do."""

    description: str
    silver: Literal["all"] | tuple[str, ...] = ()
    """Domains whose tables it reads."""
    gold: Literal["all"] | tuple[str, ...] = ()
    sees_sensitive_of: Literal["all"] | tuple[str, ...] = ()
    """Teams whose sensitive columns it reads as they are; others are masked."""
    administers: bool = False
    builds: bool = False


class Policy(_Model):
    """`contracts/access.yaml`."""

    roles: dict[str, Role]
    origins: dict[str, dict[str, str]]
    """Table to column to the contract's table and column that it is made of."""


@dataclass(frozen=True)
class SensitiveColumn:
    """A column of silver or gold that not everybody sees."""

    name: str
    team: str
    trino_type: str

    @property
    def mask(self) -> str:
        """What others see in its place, in every expression."""
        return "cast('***' as varchar)" if self.trino_type == "varchar" else f"cast(null as {self.trino_type})"


@dataclass(frozen=True)
class Table:
    """A table of silver or gold as readers see it."""

    layer: str
    domain: str
    name: str
    sensitive: tuple[SensitiveColumn, ...]

    def is_read_by(self, role: Role) -> bool:
        """Whether a role may read it at all."""
        domains = role.silver if self.layer == "silver" else role.gold
        return domains == "all" or self.domain in domains

    def masked_for(self, role: Role) -> tuple[SensitiveColumn, ...]:
        """The columns that a role gets masked."""
        seen = role.sees_sensitive_of
        return tuple(column for column in self.sensitive if seen != "all" and column.team not in seen)


@dataclass(frozen=True)
class User:
    """One login; `companies` limits the rows that it sees, empty for all."""

    name: str
    role: str
    companies: tuple[int, ...] = ()

    @property
    def group(self) -> str:
        """Role and companies: a rule of Trino's asks for one group."""
        suffix = "".join(f"-{number}" for number in sorted(self.companies))
        return f"{self.role}-companies{suffix}" if suffix else self.role


def load_policy(project: Path) -> Policy:
    """Read the policy; raises pydantic's ValidationError for a malformed one."""
    return Policy.model_validate(yaml.safe_load((project / "contracts" / "access.yaml").read_text()))


def published_tables(project: Path, policy: Policy) -> tuple[Table, ...]:
    """Every table of silver and gold, as the dbt project's folders hold them; raises ValueError for a wrong origin."""
    classes = _classified_columns(project / "contracts" / "odoo")
    tables = []
    for layer, folder in (("silver", "intermediate"), ("gold", "marts")):
        for path in sorted((project / "dbt" / "models" / folder).glob("*/*.sql")):
            if layer == "gold" or path.stem.startswith(_PUBLISHED):
                origins = policy.origins.get(f"{layer}.{path.stem}", {})
                columns = tuple(_sensitive(name, origin, classes) for name, origin in origins.items())
                tables.append(Table(layer, path.parent.name, path.stem, columns))
    unknown = policy.origins.keys() - {f"{table.layer}.{table.name}" for table in tables}
    if unknown:
        raise ValueError(f"contracts/access.yaml: dbt builds no {sorted(unknown)[0]}, whose origins stand there")
    return tuple(tables)


def groups(users: Sequence[User], policy: Policy) -> dict[str, list[str]]:
    """Group to users; raises ValueError for an unknown role or a user with two."""
    members: dict[str, list[str]] = {}
    for user in users:
        if user.role not in policy.roles:
            raise ValueError(f"user {user.name} has the role {user.role}; the policy knows {', '.join(policy.roles)}")
        if any(user.name in others for others in members.values()):
            raise ValueError(f"user {user.name} stands twice; a user has one role")
        members.setdefault(user.group, []).append(user.name)
    return members


def access_rules(
    policy: Policy, tables: Sequence[Table], users: Sequence[User], impersonators: Sequence[str] = ()
) -> dict[str, Any]:
    """`rules.json`: the first rule that fits decides, and the last one of each kind refuses."""
    builders = [name for name, role in policy.roles.items() if role.builds]
    administrators = [name for name, role in policy.roles.items() if role.administers]
    readers = _readers(policy, users)
    return {
        "catalogs": [
            *({"group": group, "catalog": f"{BRONZE}|{LAKE}|system", "allow": "all"} for group in builders),
            *({"group": group, "catalog": f"{LAKE}|system", "allow": "read-only"} for group, _, _ in readers),
            {"user": METRICS_USER, "catalog": "system", "allow": "read-only"},
            {"allow": "none"},
        ],
        "schemas": [
            *({"group": group, "catalog": f"{BRONZE}|{LAKE}", "owner": True} for group in builders),
            {"owner": False},
        ],
        "tables": [
            *({"group": group, "catalog": f"{BRONZE}|{LAKE}", "privileges": _BUILDS} for group in builders),
            *(
                _table_rule(group, table, role, companies)
                for group, role, companies in readers
                for table in tables
                if table.is_read_by(role)
            ),
            *({"group": group, "catalog": "system", "privileges": ["SELECT"]} for group in administrators),
            {"catalog": "system", "schema": "jdbc|metadata", "privileges": ["SELECT"]},
            {"privileges": []},
        ],
        "procedures": [
            *({"group": group, "privileges": ["EXECUTE"]} for group in builders),
            *({"group": group, **KILL_QUERY, "privileges": ["EXECUTE"]} for group in administrators),
            {"privileges": []},
        ],
        "queries": [
            *({"group": group, "allow": ADMIN_QUERIES} for group in administrators),
            {"allow": ["execute"]},
        ],
        "system_information": [
            # This kind of rule knows no groups.
            *(
                {"user": re.escape(user.name), "allow": ["read", "write"]}
                for user in users
                if policy.roles[user.role].administers
            ),
            {"user": METRICS_USER, "allow": ["read"]},
            {"allow": []},
        ],
        "impersonation": _impersonation(policy, users, impersonators),
    }


def _readers(policy: Policy, users: Sequence[User]) -> list[tuple[str, Role, tuple[int, ...]]]:
    """Group, role and companies, for the roles themselves and for each set of companies that a user is limited to."""
    limited = {user.group: (policy.roles[user.role], user.companies) for user in users if user.companies}
    whole = {name: (role, ()) for name, role in policy.roles.items() if not role.builds}
    return [(group, role, companies) for group, (role, companies) in {**limited, **whole}.items() if not role.builds]


def _table_rule(group: str, table: Table, role: Role, companies: tuple[int, ...]) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "group": re.escape(group),
        "catalog": LAKE,
        "schema": table.layer,
        "table": table.name,
        "privileges": ["SELECT"],
    }
    if masked := table.masked_for(role):
        rule["columns"] = [{"name": column.name, "mask": column.mask} for column in masked]
    if companies:
        # What no company owns is shared by all of them.
        listed = ", ".join(str(number) for number in sorted(companies))
        rule["filter"] = f"{COMPANY_COLUMN} is null or {COMPANY_COLUMN} in ({listed})"
    return rule


def _impersonation(policy: Policy, users: Sequence[User], impersonators: Sequence[str]) -> list[dict[str, Any]]:
    powerful = [u.name for u in users if policy.roles[u.role].builds or policy.roles[u.role].administers]
    rules: list[dict[str, Any]] = []
    for name in impersonators:
        rules += [
            {"original_user": re.escape(name), "new_user": re.escape(other), "allow": False} for other in powerful
        ]
        rules.append({"original_user": re.escape(name), "new_user": ".*", "allow": True})
    return [*rules, {"new_user": ".*", "allow": False}]


def _sensitive(name: str, origin: str, classes: Mapping[str, tuple[str, str, str]]) -> SensitiveColumn:
    if origin not in classes or classes[origin][0] != SENSITIVE:
        raise ValueError(
            f"contracts/access.yaml: {name} is made of {origin}, which no contract classifies as {SENSITIVE}."
            " Its mask would protect nothing. Correct the name, or classify the column."
        )
    _, team, physical = classes[origin]
    return SensitiveColumn(name, team, _TRINO_TYPES.get(physical) or physical.replace("numeric", "decimal"))


_TRINO_TYPES = {"text": "varchar", "jsonb": "varchar", "timestamp": "timestamp(6)"}


def _classified_columns(contracts: Path) -> dict[str, tuple[str, str, str]]:
    """`table.column` to classification, team and PostgreSQL type."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = {}
    for path in sorted(contracts.glob("*.odcs.yaml")):
        document = yaml.load(path.read_text(), Loader=loader)  # noqa: S506 - the C build of SafeLoader
        [table] = document["schema"]
        for column in table["properties"]:
            facts = (column["classification"], document["team"]["name"], column["physicalType"])
            found[f"{table['name']}.{column['name']}"] = facts
    return found
