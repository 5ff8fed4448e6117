"""A rule with any number, comparison, set operator, selector or waiting time changed fails its cases."""

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


# A ratio of whole evaluations, or a forecast, is never equal to its limit.
NEVER_EQUAL = {
    ("FreshnessBudgetBurningFast", "> -> >="),
    ("FreshnessBudgetBurningSlow", "> -> >="),
    ("MinioStorageFillingUp", "> -> >="),
    ("MinioBucketFillingUp", "> -> >="),
    ("VolumeFillingUp", "< -> <="),
}


@pytest.mark.skipif("ODOO_LAKE_MUTATIONS" not in os.environ, reason="takes minutes; run `make test-mutations`")
@pytest.mark.parametrize("product", PRODUCTS)
def test_every_change_of_a_rule_is_noticed(product: str, tmp_path: Path) -> None:
    made = [mutant for alert in deployed_once(product) for mutant in mutants(alert)]
    files = {write_test(tmp_path, f"mutant-{index}", mutant.alert): mutant for index, mutant in enumerate(made)}
    unnoticed = [files[path] for path, said in run_promtool(files).items() if not said]
    survivors = [mutant for mutant in unnoticed if (mutant.alert.name, mutant.change) not in NEVER_EQUAL]
    names = [f"{mutant.alert.profile} {mutant.alert.name}: {mutant.change}" for mutant in survivors]
    print(f"{product}: {len(files)} changes, {len(names)} unnoticed")  # noqa: T201 - shown with pytest -s
    assert not names, "\n".join(names)
