"""A store's topology is what it was created with: another one is refused before anything is registered."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pulumi
import pytest
from pulumi.runtime import mocks

from tests.program import recorder
from tests.program.conftest import shape
from tests.program.recorder import run_program, stack_config


def created_as(topology: str) -> Any:
    """The mock runtime with a state in which every store was created with this topology."""
    fresh = recorder._Mocks.new_resource

    def new_resource(self: Any, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        name, outputs = fresh(self, args)
        if args.typ == "random:index/randomId:RandomId":
            outputs["keepers"] = {"topology": topology}
        return name, outputs

    return patch.object(recorder._Mocks, "new_resource", new_resource)


@pytest.mark.parametrize("preview", [True, False])
def test_a_profile_that_needs_the_other_topology_is_refused(*, preview: bool) -> None:
    with created_as("single"), pytest.raises(pulumi.RunError) as refusal:
        run_program(stack_config("prod"), preview=preview)
    message = str(refusal.value)
    for part in ("lakehouse:objectStore.topology is distributed", "created as single", "change-object-store-topology"):
        assert part in message


def test_nothing_is_registered_before_the_topology_agrees() -> None:
    with created_as("distributed"):
        program = run_program(stack_config("prod"))
    [record] = [r for r in program.resources if r.kind == "RandomId"]
    assert record.ignore_changes == ("keepers",)
    [priority] = program.of("PriorityClass")
    assert record.urn in dependencies(program, priority.parent)


def dependencies(program: recorder.Program, urn: str) -> tuple[str, ...]:
    [found] = [resource for resource in program.resources if resource.urn == urn]
    return found.dependencies


def test_a_topology_that_agrees_is_no_matter_of_the_profile() -> None:
    sizes = {"minio": {"server": {"replicas": 1, "cpu": "3800m", "memory": "7680Mi", "volume": "500Gi"}}}
    with created_as("single"):
        program = run_program(stack_config("prod", objectStore={"topology": "single"}, overrides=sizes))
    assert program.of("StatefulSet")


def test_an_external_store_has_no_topology() -> None:
    assert not [r for r in shape("dev-external-store").resources if r.kind == "RandomId"]
