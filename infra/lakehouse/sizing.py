"""Sizing profiles: read sizing/<profile>.yaml with the stack's overrides, refuse what cannot run, add up what can.

The numbers live in the files; what follows from them is derived in `rows` and `budget`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from .budget import Amount, Budget, Model
from .errors import ConfigError
from .override_checks import memory_problems, override_problems
from .profile import Profile
from .rows import (
    AirbyteBudget,
    DagsterBudget,
    DagsterRunBudget,
    DataHubBudget,
    LocalDbtBudget,
    MetabaseBudget,
    MetastoreBudget,
    MinioBudget,
    MonitoringBudget,
    NodeBudget,
    PostgresBudget,
    ProductionMonitoringBudget,
    ProductionPostgresBudget,
    ProductionSystemBudget,
    SupersetBudget,
    SystemBudget,
    TrinoBudget,
    ValkeyBudget,
)
from .settings import DEFAULT_TOPOLOGY, ObjectStoreSettings, StoreName

DIRECTORY = Path(__file__).resolve().parents[2] / "sizing"


class Sizing(Model):
    """The quotas that every profile has."""

    minio: MinioBudget
    airbyte: AirbyteBudget
    postgres: PostgresBudget
    system: SystemBudget
    monitoring: MonitoringBudget
    node: NodeBudget

    def budgets(self) -> Iterator[tuple[str, Budget]]:
        """Every quota by name, in the order of the file."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Budget):
                yield name, value


class LightweightSizing(Sizing):
    dbt: LocalDbtBudget
    metabase: MetabaseBudget


class ProductionSizing(Sizing):
    postgres: ProductionPostgresBudget
    system: ProductionSystemBudget
    monitoring: ProductionMonitoringBudget
    trino: TrinoBudget
    superset: SupersetBudget
    datahub: DataHubBudget
    dagster: DagsterBudget
    dbt: DagsterRunBudget
    metastore: MetastoreBudget
    valkey: ValkeyBudget


MODELS: Mapping[Profile, type[Sizing]] = {
    Profile.LIGHTWEIGHT: LightweightSizing,
    Profile.PRODUCTION: ProductionSizing,
}


STORE_ROWS = {StoreName.FIRST: "MinIO", StoreName.SECOND: "MinIO, second store"}


def load(
    profile: Profile, overrides: Mapping[str, Any] | None = None, stores: ObjectStoreSettings | None = None
) -> LightweightSizing | ProductionSizing:
    """The profile's sizes with the stack's changes; raises ConfigError that name each key that cannot work.

    `stores` are the object stores of a stack that moves or has moved; by default there is the first alone.
    """
    if problems := override_problems(overrides or {}):
        raise ConfigError(problems)
    data = _read(profile)
    if stores is not None and StoreName.SECOND in stores.stores:
        data = _merged(data, {"minio": _second_store(stores)})
    data = _merged(data, overrides or {})
    if stores is not None and stores.second is not None:
        data["minio"] = _present(data["minio"], stores)
    try:
        sizing = MODELS[profile].model_validate(data)
    except ValidationError as error:
        raise ConfigError([_explained(profile, detail) for detail in error.errors()]) from None
    problems = [problem for name, budget in sizing.budgets() for problem in budget.problems(name)]
    if problems := [*memory_problems(sizing.budgets()), *problems]:
        raise ConfigError(problems)
    assert isinstance(sizing, LightweightSizing | ProductionSizing)  # noqa: S101 - MODELS has no other kind
    return sizing


def schema() -> dict[str, Any]:
    """The JSON schema of the files, for editors."""
    return TypeAdapter(LightweightSizing | ProductionSizing).json_schema(by_alias=True)


def total(budgets: Mapping[str, Budget], *, supporting: bool) -> Amount:
    """The sum of the quotas without what is temporary: the user's rows, or what stands beside them."""
    return sum((b.limit - b.temporary for b in budgets.values() if b.supporting is supporting), Amount())


def temporary(budgets: Mapping[str, Budget]) -> Amount:
    """What the quotas allow for a while."""
    return sum((budget.temporary for budget in budgets.values()), Amount())


def table(budgets: Mapping[str, Budget]) -> list[str]:
    """The headroom sum of every quota and the totals, as lines for a person."""
    heading = f"{'quota':<12}{'namespace':<18}{'steady':>14}{'beside':>14}{'needed':>14}{'allowed':>14}{'storage':>10}"
    lines = [heading]
    for name, budget in budgets.items():
        sums = (budget.steady, budget.beside, budget.needed, budget.limit)
        cells = "".join(f"{f'{a.cpu.millicores}/{a.memory.mib}':>14}" for a in sums)
        lines.append(f"{name:<12}{budget.namespace:<18}{cells}{budget.limit.storage!s:>10}")
    rows, beside = total(budgets, supporting=False), total(budgets, supporting=True)
    passing = temporary(budgets)
    lines += [f"rows of the sizing table: {rows}", f"supporting namespaces: {beside}"]
    if passing != Amount():
        lines.append(f"temporary, while the object store moves: {passing}")
    return [*lines, f"grand total: {rows + beside + passing}"]


def _read(profile: Profile) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DIRECTORY / f"{profile}.yaml").read_text())
    return data


def _second_store(stores: ObjectStoreSettings) -> dict[str, Any]:
    """The second store is as big as the first one of the profile that has its topology by default."""
    assert stores.second is not None  # noqa: S101 - the caller has looked
    topology = stores.second.topology
    [profile] = (one for one, default in DEFAULT_TOPOLOGY.items() if default is topology)
    minio = _read(profile)["minio"]
    row = minio["rows"][STORE_ROWS[StoreName.FIRST]]
    added = {"second": minio["server"], "rows": {STORE_ROWS[StoreName.SECOND]: row}}
    # Alone in its row, it has beside it the Job that the row was made for.
    return added if StoreName.FIRST in stores.stores else {**added, "provision": minio["provision"]}


def _present(minio: Mapping[str, Any], stores: ObjectStoreSettings) -> dict[str, Any]:
    """The row without the servers of a store that is retired; the row of a store that does not serve is temporary."""
    rows = dict(minio["rows"])
    for store, name in STORE_ROWS.items():
        if store not in stores.stores:
            rows.pop(name, None)
        elif store is not stores.serve_from:
            rows[name] = {**rows[name], "temporary": True}
    if StoreName.FIRST in stores.stores:
        return {**minio, "rows": rows}
    return {**minio, "rows": rows, "server": {**minio["server"], "replicas": 0}}


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = _merged(old, value)
        else:
            merged[key] = value
    return merged


def _explained(profile: Profile, detail: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    what = {
        "extra_forbidden": f"the {profile} profile has no such size",
        "missing": "the size is missing",
    }.get(detail["type"], str(detail["msg"]).removeprefix("Value error, "))
    value = "" if detail["type"] == "missing" else f" is {detail['input']!r}"
    return (
        f"{where}{value}: {what}. The platform cannot be sized. Correct lakehouse:overrides.{where} in the stack's "
        f"configuration; the names are those of sizing/{profile}.yaml."
    )
