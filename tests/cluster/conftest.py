"""Control planes: an empty one, and one for each profile with the whole program applied to it.

They end with their tests, since an idle one takes half a core.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.cluster.control_plane import ControlPlane, Object, control_plane
from tests.cluster.deployment import Deployment, deployed
from tests.conftest import NOTE
from tests.program.recorder import stack_config

# The stack that stands for each profile.
STACKS = {"lightweight": "dev", "production": "prod"}


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package", params=STACKS)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The program of one profile on a control plane of its own."""
    profile: str = request.param
    config = stack_config(STACKS[profile])
    with control_plane(tmp_path_factory.mktemp(profile)) as running, deployed(running, config) as result:
        yield result


@pytest.fixture(autouse=True)
def _what_was_not_applied(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    if "deployment" in request.fixturenames:
        profile = request.node.callspec.params["deployment"]
        for note in request.getfixturevalue("deployment").notes:
            record_property(NOTE, f"cluster tier, {profile}: {note}")
