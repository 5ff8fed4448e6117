"""A rule with any number, operator, aggregation, selector, grouping label or duration changed fails its cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lakehouse.monitoring_rules import PROFILES
from tests.monitoring.mutations import mutants
from tests.monitoring.rule_cases import TestedAlert, alerts_with_cases, run_promtool, write_test

ALERTS = alerts_with_cases()
PRODUCTS = sorted({alert.product for alert in ALERTS})


def deployed_once(product: str) -> list[TestedAlert]:
    """Each alert of a product in one profile; in both where its thresholds differ."""
    seen: list[TestedAlert] = []
    for profile in PROFILES[::-1]:
        for alert in ALERTS:
            known = [other for other in seen if other.rule == alert.rule and other.recording == alert.recording]
            if (alert.profile, alert.product) == (profile, product) and alert.cases and not known:
                seen.append(alert)
    return seen


_FORECAST = "a forecast is a line through samples, and never equal to its limit"
_RATIO = "a share of whole evaluations is never equal to its limit"
_STEP = "no share of at most 61 evaluations lies between the two limits"
# Changes that no trace can show, and why: (alert, change) -> reason.
EQUIVALENT = {
    ("FreshnessBudgetBurningFast", "shed_data_late:ratio_1h [>] 14.4 * 0.01 a -> >="): _RATIO,
    ("FreshnessBudgetBurningFast", "shed_data_late:ratio_1h [>] 14.4 * 0.05 a -> >="): _RATIO,
    ("FreshnessBudgetBurningFast", "ed_data_late:ratio_1h > [14.4] * 0.01 and od -> 14.544"): _STEP,
    ("FreshnessBudgetBurningFast", "_late:ratio_1h > 14.4 * [0.01] and odoo_lake -> 0.0101"): _STEP,
    ("FreshnessBudgetBurningSlow", "shed_data_late:ratio_1d [>] 3 * 0.01 and -> >="): _RATIO,
    ("FreshnessBudgetBurningSlow", "shed_data_late:ratio_1d [>] 3 * 0.05 and -> >="): _RATIO,
    ("MinioStorageFillingUp", "used:share[6h], 259200) [>] 1 and odoo_la -> >="): _FORECAST,
    ("MinioBucketFillingUp", "e_buckets_total_bytes [>] on () group_lef -> >="): _FORECAST,
    ("VolumeFillingUp", '"lake-.*"}[6h], 259200) [<] 0 and kubelet -> <='): _FORECAST,
    ("OdooConnectionsNearLimit", 'o_lake_odoo_connections{[kind="allowed"]}) > 0.8 -> nothing'): (
        "no more connections are in use than are allowed, so that the greatest of both is the latter"
    ),
    ("ExporterDatabaseUnreachable", 'r"}[10m])) > 0 unless [sum] by (database) ( -> max'): (
        "a sum of increases is above zero when and only when one of them is"
    ),
}


@pytest.mark.skipif("ODOO_LAKE_MUTATIONS" not in os.environ, reason="takes minutes; run `make test-mutations`")
@pytest.mark.parametrize("product", PRODUCTS)
def test_every_change_of_a_rule_is_noticed(product: str, tmp_path: Path) -> None:
    made = [mutant for alert in deployed_once(product) for mutant in mutants(alert)]
    files = {write_test(tmp_path, f"mutant-{index}", mutant.alert): mutant for index, mutant in enumerate(made)}
    unnoticed = [files[path] for path, said in run_promtool(files).items() if not said]
    survivors = [mutant for mutant in unnoticed if (mutant.alert.name, mutant.change) not in EQUIVALENT]
    names = [f"{mutant.alert.profile} {mutant.alert.name}: {mutant.change}" for mutant in survivors]
    print(f"{product}: {len(files)} changes, {len(unnoticed)} unnoticed, {len(names)} of them for no known reason")  # noqa: T201
    assert not names, "\n".join(names)
    told = {(mutant.alert.name, mutant.change) for mutant in unnoticed}
    of_product = {key for key in EQUIVALENT if key[0] in {mutant.alert.name for mutant in made}}
    assert of_product <= told, f"noticed, or not made any more: {of_product - told}"
