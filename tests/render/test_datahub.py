"""DataHub's chart and the ingestion beside it are of one release."""

from __future__ import annotations

import pytest

from lakehouse.versions import DATAHUB, DATAHUB_INGESTION_IMAGE
from tests.render.archives import Missing, find
from tests.render.conftest import rendered


def test_ingestion_is_of_the_release_that_the_chart_installs() -> None:
    """A newer program may write what an older DataHub refuses."""
    archive = find(DATAHUB)
    if isinstance(archive, Missing):
        pytest.skip(f"{DATAHUB.name} {DATAHUB.version} is {archive.reason}")
    images = [
        container["image"] for pod in rendered(DATAHUB.name, "production").pods for _, container in pod.containers
    ]
    assert {image.rpartition(":")[2] for image in images} == {DATAHUB_INGESTION_IMAGE.tag}
