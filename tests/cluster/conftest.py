"""One control plane for the whole session of tests; a namespace of its own for each test that makes objects."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.cluster.control_plane import ControlPlane, Object, control_plane


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with control_plane(tmp_path_factory.mktemp("control-plane")) as running:
        yield running


@pytest.fixture
def namespace(cluster: ControlPlane) -> Iterator[str]:
    """The name of an empty namespace in which service accounts work."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    item: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    cluster.api.create(item)
    yield name
    cluster.api.delete(item)
