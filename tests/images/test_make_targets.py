"""`make images-build` and `make images`, with a builder that only writes down what it is asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lakehouse import versions
from lakehouse.versions import Image
from rules import registry_of
from tests.images.dockerfile import ROOT
from tests.program.conftest import shape
from tests.program.recorder import run_program, stack_config
from tests.render.conftest import rendered
from tests.render.images import images, main
from tests.render.releases import releases


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607


def test_both_images_are_built_and_pushed(tmp_path: Path) -> None:
    said = tmp_path / "said"
    builder = tmp_path / "builder"
    builder.write_text(f'#!/bin/sh\necho "$@" >> {said}\n')
    builder.chmod(0o755)
    done = make("images-build", "REGISTRY=registry.example/lake", "TAG=1.2.3", f"BUILDER={builder}")
    assert done.returncode == 0, done.stderr
    assert said.read_text().splitlines() == [
        "build --file pipelines/Dockerfile --tag registry.example/lake/pipelines:1.2.3 .",
        "push registry.example/lake/pipelines:1.2.3",
        "build --file superset/Dockerfile --tag registry.example/lake/superset:1.2.3 .",
        "push registry.example/lake/superset:1.2.3",
    ]
    assert "lakehouse:images.superset registry.example/lake/superset:1.2.3" in done.stdout


@pytest.mark.parametrize(("missing", "given"), [("REGISTRY is not set", "BUILDER=true"), ("docker", "REGISTRY=r/l")])
def test_what_is_missing_is_told(missing: str, given: str) -> None:
    done = make("images-build", "BUILDER=", given)
    assert done.returncode != 0
    assert missing in done.stderr


def test_every_image_of_every_pod_is_listed() -> None:
    listed = set(images(shape("prod")))
    for release in releases("production"):
        made = {c["image"] for pod in rendered(release.chart.name, "production").pods for _, c in pod.containers}
        assert made <= listed, release.name


def test_every_pinned_image_is_listed_for_some_stack() -> None:
    listed = [*images(shape("prod")), *images(shape("dev"))]
    pinned = [f"{item.repository}:{item.tag}" for item in vars(versions).values() if isinstance(item, Image)]
    assert [image for image in pinned if not any(found.endswith(image) for found in listed)] == []


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_mirror_stands_for_every_registry_but_that_of_our_own_images(stack: str) -> None:
    mirror, config = "mirror.example.internal/copies", stack_config(stack, nodeExporter="always")
    copied = images(run_program({**config, "lakehouse:imageRegistry": mirror}, stack=stack), mirror)
    published = images(run_program(config, stack=stack))
    ours = set(config["lakehouse:images"].values())
    assert ours < set(copied)
    # The path stays: one copy of each image, by the name that it had.
    paths = {image.removeprefix(f"{registry_of(image)}/") for image in set(published) - ours}
    assert set(copied) - ours == {f"{mirror}/{path}" for path in paths}


def test_an_unknown_stack_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("nowhere") == 2
    assert "make images STACK=<dev|prod|staging>" in capsys.readouterr().err
