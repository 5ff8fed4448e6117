"""A sample company has everything that a pipeline must cope with, so that a test that needs it finds it."""

from __future__ import annotations

import pytest

from tests.data.companies import TODAY, Company
from tests.data.features import accounting, later, operations, sales

pytestmark = pytest.mark.data

FEATURES = {**sales.FEATURES, **accounting.FEATURES, **operations.FEATURES}


def names_of(version: int) -> dict[str, str]:
    """What the versions call differently."""

    def either(before: str, since: int, after: str) -> str:
        return after if version >= since else before

    return {
        "version": str(version),
        "today": TODAY.isoformat(),
        "locked": either("state = 'done'", 17, "locked"),
        "line_uom": either("product_uom", 19, "product_uom_id"),
        "retired": either("a.deprecated", 19, "not a.active"),
        "payment_state": either("m.state", 18, "p.state"),
        "payment_join": either("join account_move m on m.id = p.move_id", 18, ""),
        "scrap": either("m.id = s.move_id and m.scrapped", 17, "m.scrap_id = s.id"),
        "revaluations": either("stock_valuation_layer where quantity = 0", 19, "product_value where move_id is null"),
        "closed": either("is_closed", 17, "state in ('1_done', '1_canceled')"),
        "contracts": either("hr_contract", 19, "hr_version"),
        "departed": either(
            "departure_date is not null",
            19,
            "exists (select 1 from hr_version v where v.id = e.current_version_id and departure_date is not null)",
        ),
        "private_address": "res_partner where type = 'private'"
        if version == 16
        else either("hr_employee", 19, "hr_version") + " where private_street is not null",
    }


def test_every_feature_is_there(company: Company) -> None:
    features = FEATURES | {
        name: query
        for since, found in later.LATER_FEATURES.items()
        for name, query in found.items()
        if company.version >= since
    }
    absent = []
    for name, query in features.items():
        count = company.value(query.format(**names_of(company.version)))
        if not isinstance(count, int) or count <= 0:
            absent.append(name)
    assert absent == []
