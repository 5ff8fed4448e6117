# The way of working in one list: `make demo`, `make test`; everything they need is fetched from a package registry.
SHELL := /bin/bash
.DEFAULT_GOAL := help

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/odoo-lakehouse
BOOTSTRAP := $(CACHE)/bootstrap-1
UV := $(BOOTSTRAP)/bin/uv
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
# Of tests: each tier's servers and their memory are in one of them.
PROCESSES ?= 2

.PHONY: help demo test smoke test-mutations test-lake-full dashboards lint format bench schemas charts-facts images images-build lock clean dagster
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(UV): requirements-bootstrap.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python %d.%d is too old; 3.11 or newer is needed. Set PYTHON=/path/to/python3.11." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@mkdir -p $(CACHE)
	$(PYTHON) -m venv $(BOOTSTRAP)
	$(BOOTSTRAP)/bin/python -m pip install --quiet --require-hashes -r requirements-bootstrap.lock
	@touch $@

$(VENV)/.runtime: requirements.lock pipelines/pyproject.toml | $(UV)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e pipelines
	@touch $@

$(VENV)/.infra: requirements-infra.lock infra/pyproject.toml | $(UV)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-infra.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e infra
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime $(VENV)/.infra
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.runtime ## a sample company through the whole pipeline, ending in demo/report.html
	$(BIN)/odoo-lake demo --directory demo

dagster: $(VENV)/.runtime ## the Dagster web UI on the demo lake
	$(BIN)/odoo-lake demo --directory demo --serve dagster

test: $(VENV)/.dev lint ## everything that can be tested on this machine
	$(BIN)/python -m pytest -n $(PROCESSES) --no-loadscope-reorder

test-lake-full: $(VENV)/.dev ## every Odoo version on Trino, compared with DuckDB; takes an hour
	ODOO_LAKEHOUSE_LAKE_TESTS=full $(BIN)/python -m pytest -m lake tests/lake

lint: $(VENV)/.dev ## ruff, mypy --strict, sqlfluff, yamllint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd dbt && $(abspath $(BIN))/sqlfluff lint --disable-progress-bar --processes 2 .
	$(BIN)/yamllint --strict .

format: $(VENV)/.dev ## rewrite what a formatter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

smoke: $(VENV)/.dev ## look at a deployed stack from inside its pods: make smoke STACK=dev
	@test -n "$(STACK)" || { echo "STACK is not set, so no stack would be looked at. Run: make smoke STACK=dev" >&2; exit 2; }
	SMOKE_STACK=$(STACK) $(BIN)/python -m pytest tests/smoke/test_stack.py

dashboards: $(VENV)/.dev ## write monitoring/dashboards anew from infra/dashboards
	cd infra && $(abspath $(BIN))/python -m dashboards

test-mutations: $(VENV)/.dev ## change every number, operator, selector, label and duration of every alert; each change must fail a test
	ODOO_LAKE_MUTATIONS=1 $(BIN)/python -m pytest -s tests/monitoring/test_mutations.py

bench: $(VENV)/.dev ## measure; figures go into BENCHMARKS.md
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench --scale medium --only trino

schemas: $(VENV)/.dev ## write sizing/schema.json from the models
	$(BIN)/python -c 'import json; from lakehouse.sizing import DIRECTORY, schema; (DIRECTORY / "schema.json").write_text(json.dumps(schema(), indent=2) + "\n")'

charts-facts: $(VENV)/.dev ## write tests/charts/ from the archives in the chart cache
	$(BIN)/python -m tests.render.facts

# Any OCI builder that takes `build` and `push`.
BUILDER ?= $(notdir $(firstword $(shell command -v docker podman buildah 2>/dev/null)))
TAG ?= $(shell sed -n 's/^version = "\(.*\)"/\1/p' pipelines/pyproject.toml)
IMAGES := pipelines superset

images-build: ## build our images and push them: make images-build REGISTRY=registry.example.com/lake [TAG=..] [BUILDER=podman]
	@test -n "$(REGISTRY)" || { echo "REGISTRY is not set, so there is no place to push to. Run: make images-build REGISTRY=<registry>/<folder>" >&2; exit 2; }
	@test -n "$(BUILDER)" || { echo "There is no docker, podman or buildah here to build with. Install one, or name yours: BUILDER=<program>" >&2; exit 2; }
	@set -e; for image in $(IMAGES); do \
		$(BUILDER) build --file $$image/Dockerfile --tag $(REGISTRY)/$$image:$(TAG) .; \
		$(BUILDER) push $(REGISTRY)/$$image:$(TAG); \
		echo "pulumi config set --path lakehouse:images.$$image $(REGISTRY)/$$image:$(TAG)"; \
	done

images: $(VENV)/.dev ## every image that a stack pulls: make images STACK=prod
	@PYTHONPATH=infra/policies $(BIN)/python -m tests.render.images "$(STACK)"

lock: | $(UV) ## resolve the pins anew: versions and hashes, no addresses
	printf 'uv==0.13.9\nsetuptools>=77\n' | $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header -o requirements-bootstrap.lock -
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pipelines/pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header tests/datahub/requirements.in -o tests/datahub/requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header infra/pyproject.toml -c requirements.lock -o requirements-infra.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pipelines/pyproject.toml infra/pyproject.toml --group infra/pyproject.toml:policies --group pyproject.toml:dev -c requirements.lock -c requirements-infra.lock -o requirements-dev.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-deps superset/requirements.in -o superset/requirements.lock

clean: ## remove what the targets made in this folder
	rm -rf $(VENV) demo
