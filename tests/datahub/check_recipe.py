"""Runs inside DataHub's own Python: a recipe's parts against the classes that will read them. Prints what is wrong."""

from __future__ import annotations

import sys

from datahub.configuration.config_loader import load_config_file  # type: ignore[import-not-found]
from datahub.ingestion.run.pipeline_config import PipelineConfig  # type: ignore[import-not-found]
from datahub.ingestion.sink.sink_registry import sink_registry  # type: ignore[import-not-found]
from datahub.ingestion.source.source_registry import source_registry  # type: ignore[import-not-found]

recipe = PipelineConfig.model_validate(load_config_file(sys.argv[1]))
for registry, part in ((source_registry, recipe.source), (sink_registry, recipe.sink)):
    settings = registry.get(part.type).get_config_class()
    settings.model_validate(part.config)
    # Some classes take whatever they are given.
    if unknown := sorted(set(part.config) - set(settings.model_fields)):
        sys.exit(f"{part.type} knows no {', '.join(unknown)}")
