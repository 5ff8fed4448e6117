"""The pipelines image, as its Dockerfile makes it, used by somebody who may write nothing in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from odoo_lake import __version__
from tests.images.dockerfile import ROOT, Stage, Tree, ignore_patterns, is_sent, read
from tests.images.users import as_user
from tests.program.conftest import shape

BUILD, FINAL = read(ROOT / "pipelines" / "Dockerfile")


@dataclass(frozen=True)
class Image:
    """The final stage: its tree, and a folder that is its user's own."""

    tree: Tree
    home: Path
    environment: dict[str, str]

    def run(self, *command: str, **variables: str) -> str:
        program = shutil.which(command[0], path=self.environment["PATH"])
        assert program, f"{command[0]} is not in the image"
        done = subprocess.run(
            [program, *command[1:]],
            cwd=self.tree.place("/opt/odoo-lake/project"),
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            **as_user(),
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return str(done.stdout)


@pytest.fixture(scope="module")
def image(folder: Path, base: Path) -> Iterator[Image]:
    tree = Tree(folder / "pipelines", base)
    tree.carry_out(BUILD)
    home = folder / "pipelines-home"
    home.mkdir()
    home.chmod(0o777)
    made = Image(tree, home, {**tree.variables(FINAL.environment), "HOME": str(home), "TMPDIR": str(home)})
    # Whoever is not root owns what was made here, and may write there unless the modes say no.
    closed = (
        [] if os.geteuid() == 0 else [p for p in tree.place("/opt").rglob("*") if p.is_dir() and not p.is_symlink()]
    )
    for path in closed:
        path.chmod(0o555)
    yield made
    for path in closed:
        path.chmod(0o755)


def digest(folder: Path) -> str:
    """Of every file's path and content, but what dbt writes."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(ROOT if folder.is_relative_to(ROOT) else folder.parent))
        if path.is_file() and is_sent(name, ignore_patterns()):
            found.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def test_program_says_its_version(image: Image) -> None:
    assert image.run("odoo-lake", "--version").strip() == f"odoo-lake {__version__}"


def test_dbt_parses_the_project(image: Image) -> None:
    profiles = image.home / "profiles"
    profiles.mkdir(mode=0o777)
    shutil.copy(image.tree.place("/opt/odoo-lake/project/dbt/profiles.yml.example"), profiles / "profiles.yml")
    written = image.home / "dbt"
    database = str(image.home / "lake.duckdb")
    places = ["--project-dir", "dbt", "--profiles-dir", str(profiles), "--target-path", str(written)]
    image.run("dbt", "--log-path", str(written), "parse", *places, ODOO_LAKE_BUILD_DATABASE=database)
    assert (written / "manifest.json").is_file()


def test_code_location_loads_without_parsing_anything(image: Image) -> None:
    code = "from odoo_lake.orchestration.definitions import defs; print(len(list(defs.resolve_all_asset_specs())))"
    assert int(image.run("python", "-c", code)) > 100
    assert not (image.home / ".cache").exists()


def test_project_in_the_image_is_the_one_of_the_repository(image: Image) -> None:
    assert digest(image.tree.place("/opt/odoo-lake/project/dbt")) == digest(ROOT / "dbt")


def test_every_command_that_a_pod_starts_is_there(image: Image) -> None:
    jobs = [r.manifest["spec"]["template"]["spec"] for r in shape("prod").of("Job")]
    crons = [r.manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"] for r in shape("dev").of("CronJob")]
    containers = [c for spec in (*jobs, *crons) for c in [*(spec.get("initContainers") or []), *spec["containers"]]]
    started = {c["command"][0] for c in containers if "pipelines" in c["image"]}
    assert {"odoo-lake", "dagster"} <= started
    # The last two by Dagster's chart.
    for command in (*started, "dagster-webserver", "dagster-daemon"):
        image.run(command, "--help")


def test_nothing_in_the_image_is_open_to_its_user(image: Image) -> None:
    with pytest.raises(AssertionError, match="PermissionError"):
        image.run("python", "-c", "open('dbt/written', 'w')")


def stages() -> list[tuple[str, Stage]]:
    return [(path.parent.name, stage) for path in sorted(ROOT.glob("*/Dockerfile")) for stage in read(path)]


@pytest.mark.parametrize(("name", "stage"), stages(), ids=lambda value: getattr(value, "base", value))
def test_base_images_are_pinned(name: str, stage: Stage) -> None:
    assert "@sha256:" in stage.base, name


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/Dockerfile")), ids=lambda path: path.parent.name)
def test_images_run_as_a_number_that_is_not_root(path: Path) -> None:
    [*_, user] = read(path)[-1].of("USER")
    assert int(user.partition(":")[0]) > 0


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("dbt/models/marts/sales/daily_sales.sql", True),
        ("dbt/target/manifest.json", False),
        ("pipelines/odoo_lake/__pycache__/x.pyc", False),
        ("pipelines/odoo_lake.egg-info/PKG-INFO", False),
        ("infra/stacks/Pulumi.prod.yaml", False),
        (".git/config", False),
        ("odoo-lake.yaml", True),
    ],
)
def test_only_what_an_image_is_made_of_goes_to_the_builder(path: str, sent: bool) -> None:
    assert is_sent(path, ignore_patterns()) is sent
