"""Dagster's jobs and bronze's origin as metadata changes, in the form that DataHub's file source reads.

DataHub has no source that asks Dagster, and its plug-in for Dagster needs other versions of dbt's libraries than dbt.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from odoo_lake.contracts.catalogue import Catalogue
from odoo_lake.datahub.names import asset_table, bronze_table, flow_urn, job_urn, odoo_table

Change = dict[str, Any]
# Who made a change, for DataHub's audit.
ACTOR = "urn:li:corpuser:datahub"


def bronze_origin(catalogue: Catalogue, database: str) -> Iterator[Change]:
    """Each bronze table is a copy of a table of Odoo's database."""
    stamp = {"time": int(time.time() * 1000), "actor": ACTOR}
    for contract in catalogue.values():
        upstream = {"auditStamp": stamp, "dataset": odoo_table(database, contract.relation), "type": "COPY"}
        yield _change("dataset", bronze_table(contract.table), "upstreamLineage", {"upstreams": [upstream]})


def job_lineage(definitions: dg.Definitions, catalogue: Catalogue, database: str) -> Iterator[Change]:
    """Each job that makes assets, and what its steps read and write."""
    steps = [item for item in definitions.assets or () if isinstance(item, dg.AssetsDefinition)]
    for job in definitions.jobs or ():
        if isinstance(job, dg.JobDefinition):
            continue
        yield _change("dataFlow", flow_urn(job.name), "dataFlowInfo", _described(job.name, job.description))
        for step in steps:
            yield from _step(job.name, step, catalogue, database)


def _step(job: str, step: dg.AssetsDefinition, catalogue: Catalogue, database: str) -> Iterator[Change]:
    name, urn = step.op.name, job_urn(job, step.op.name)
    made = {spec.key for spec in step.specs}
    read = {dependency.asset_key for spec in step.specs for dependency in spec.deps} - made
    inputs = _tables(read)
    if not inputs:
        copied = (catalogue[key.path[-1]].relation for key in made if key.path[-1] in catalogue)
        inputs = sorted({odoo_table(database, relation) for relation in copied})
    information = {**_described(name, step.op.description), "type": {"string": "COMMAND"}, "flowUrn": flow_urn(job)}
    yield _change("dataJob", urn, "dataJobInfo", information)
    tables = {"inputDatasets": inputs, "outputDatasets": _tables(made)}
    yield _change("dataJob", urn, "dataJobInputOutput", tables)


def _tables(keys: Iterable[dg.AssetKey]) -> list[str]:
    return sorted({table for key in keys if (table := asset_table(key.path)) is not None})


def _described(name: str, description: str | None) -> dict[str, Any]:
    return {"name": name, "customProperties": {}, **({"description": description} if description else {})}


def _change(kind: str, urn: str, aspect: str, value: Mapping[str, Any]) -> Change:
    return {
        "entityType": kind,
        "entityUrn": urn,
        "changeType": "UPSERT",
        "aspectName": aspect,
        "aspect": {"json": dict(value)},
    }
