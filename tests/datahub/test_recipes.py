"""The deployed recipes, read by DataHub's own classes and run by its own program; what one names, another knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from lakehouse.datahub_recipes import WORK
from odoo_lake.cli.datahub import LINEAGE, MANIFEST, export
from odoo_lake.errors import UserError
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.data.companies import SampleDatabases
from tests.datahub.conftest import DataHubProgram
from tests.datahub.gms import Gms, gms_double
from tests.program.conftest import shape

CHECK = Path(__file__).with_name("check_recipe.py")
PREFIX = "datahub-ingest-"
DATASET = re.compile(r"urn:li:dataset:\(urn:li:dataPlatform:\w+,[^,]+,PROD\)")


def deployed() -> dict[str, str]:
    """Each recipe's file as it is mounted, by name."""
    maps = [item for item in shape("prod").of("ConfigMap") if item.name.startswith(PREFIX)]
    return {item.name.removeprefix(PREFIX): item.manifest["data"]["recipe.yaml"] for item in maps}


def variables(recipe: str) -> dict[str, str]:
    """What its pod has in its environment, with a value for each secret."""
    [job] = [item for item in shape("prod").of("CronJob") if item.name == PREFIX + recipe]
    container = job.manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    return {item["name"]: item.get("value", f"secret-{item['name']}") for item in container["env"]}


def database(recipe: dict[str, Any]) -> str:
    return str(recipe["source"]["config"]["database"])


@pytest.fixture(scope="module")
def gms() -> Iterator[Gms]:
    with gms_double() as double:
        yield double


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first step of a recipe's pod writes."""
    folder = tmp_path_factory.mktemp("work")
    export(folder, database(yaml.safe_load(deployed()["odoo"])))
    return folder


@pytest.fixture
def run(datahub: DataHubProgram, gms: Gms, work: Path, tmp_path: Path) -> Any:
    """Runs a deployed recipe against the double and gives back what arrived; only addresses are replaced."""

    def run(recipe: str, **changes: Any) -> list[dict[str, Any]]:
        content = yaml.safe_load(deployed()[recipe].replace(f"{WORK}/", f"{work}/"))
        content["sink"]["config"]["server"] = gms.url
        content["source"]["config"] |= changes
        file = tmp_path / "recipe.yaml"
        file.write_text(yaml.safe_dump(content))
        before = len(gms.proposals)
        arguments = ["-m", "datahub", "ingest", "run", "--config", str(file), "--no-progress"]
        done = datahub.run(arguments, {**variables(recipe), "HOME": str(tmp_path)})
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return gms.proposals[before:]

    return run


@pytest.mark.parametrize("name", sorted(deployed()))
def test_datahub_knows_every_setting(name: str, datahub: DataHubProgram, tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(deployed()[name])
    checked = datahub.run([str(CHECK), str(file)], {**variables(name), "HOME": str(tmp_path)})
    assert checked.returncode == 0, checked.stderr[-2000:]


@pytest.mark.parametrize("name", sorted(deployed()))
def test_a_misspelt_setting_is_found(name: str, datahub: DataHubProgram, tmp_path: Path) -> None:
    recipe = yaml.safe_load(deployed()[name])
    recipe["source"]["config"]["stateful_ingestoin"] = {"enabled": True}
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(recipe))
    checked = datahub.run([str(CHECK), str(file)], {**variables(name), "HOME": str(tmp_path)})
    assert checked.returncode != 0
    assert "stateful_ingestoin" in checked.stderr


def test_jobs_and_the_origin_of_bronze_arrive_in_the_name_of_datahubs_own_parts(run: Any, gms: Gms) -> None:
    arrived = run("dagster")
    assert gms.authorizations == {"Basic __datahub_system:secret-DATAHUB_SYSTEM_CLIENT_SECRET"}
    aspects = {(item["entityType"], item["aspectName"]) for item in arrived}
    assert {("dataFlow", "dataFlowInfo"), ("dataJob", "dataJobInputOutput"), ("dataset", "upstreamLineage")} <= aspects


def test_lineage_goes_from_odoo_to_gold_without_a_gap(run: Any, postgres: EmbeddedPostgres, workspace: Any) -> None:
    """Tables of the real database, the file's origins of bronze, and dbt's models meet under the same names."""
    name = database(yaml.safe_load(deployed()["odoo"]))
    sample = SampleDatabases(postgres).name(18)
    parts = urlsplit(postgres.url(sample))
    uri = f"postgresql+psycopg2://{parts.netloc}/{sample}?{parts.query}"
    tables = {item["entityUrn"] for item in run("odoo", sqlalchemy_uri=uri, options={}, database=name)}
    read = {urn for urn in tables if "dataPlatform:postgres," in urn and urn.startswith("urn:li:dataset:")}
    relations = {contract.relation for contract in workspace.catalogue.values() if 18 in contract.odoo_versions}
    assert {re.sub(r".*\.public\.(\w+),.*", r"\1", urn) for urn in read} == relations

    lineage = upstreams(run("dagster"))
    bronze = {urn for urn in lineage if "bronze.odoo." in urn}
    assert len(bronze) == len(workspace.catalogue)
    assert read <= {origin for urn in bronze for origin in lineage[urn]}

    # Merging with what people added in DataHub would ask the double for it.
    models = upstreams(run("dbt", write_semantics="OVERRIDE"))
    gold = [urn for urn in models if urn.startswith("urn:li:dataset:(urn:li:dataPlatform:trino,lake.gold.")]
    assert len(gold) == len(list((workspace.project.dbt / "models" / "marts").rglob("*.sql")))
    assert [urn for urn in gold if not closure(models, urn) & bronze] == []


def upstreams(proposals: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Dataset to what it is made of, in whole aspects and in patches of them."""
    found: dict[str, set[str]] = {}
    for item in proposals:
        if item["aspectName"] == "upstreamLineage":
            found.setdefault(item["entityUrn"], set()).update(DATASET.findall(item["aspect"]["value"]))
    return found


def closure(edges: dict[str, set[str]], start: str) -> set[str]:
    seen, left = set[str](), [start]
    while left:
        node = left.pop()
        if node not in seen:
            seen.add(node)
            left += edges.get(node, ())
    return seen


def test_the_export_says_where_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        export(tmp_path / "absent", "odoo")
    assert not (tmp_path / "absent").exists()


def test_models_stand_under_the_names_that_readers_of_trino_see(work: Path) -> None:
    manifest = json.loads((work / MANIFEST).read_text())
    gold = {(n["database"], n["schema"]) for n in manifest["nodes"].values() if "marts" in n["fqn"]}
    assert ("lake", "gold") in gold
    assert {(s["database"], s["schema"]) for s in manifest["sources"].values() if s["source_name"] == "odoo"} == {
        ("bronze", "odoo")
    }
    assert json.loads((work / LINEAGE).read_text())
