"""Two builds of one lake at once."""

from __future__ import annotations

import os

import pytest

from odoo_lake.lake.location import parse_lake
from odoo_lake.lake.lock import exclusive
from odoo_lake.pipeline import BUILD_LOCK
from tests.data.lakes import Place

pytestmark = pytest.mark.data


def test_a_second_build_refuses_while_the_first_one_works(changing: Place) -> None:
    with exclusive(parse_lake(str(changing.root)).layer("gold"), BUILD_LOCK):
        refused = changing.command("build")
    assert refused.exit_code == 2
    assert f"Another process writes build of this lake: pid {os.getpid()}" in refused.log
    assert "--wait" in refused.log
    assert "Traceback" not in refused.log
