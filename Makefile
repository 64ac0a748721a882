# Two commands do everything on a fresh Debian machine with Python 3.11: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo

.PHONY: help demo test lint types contracts docs unit minimal format snapshots mutants benchmarks clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

# --- set-up -----------------------------------------------------------------------------------------------

# Debian ships Python without venv, and the parity tests want a real PostgreSQL.
$(VENV)/bin/pip:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || scripts/debian-packages python3-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'

$(VENV)/.core: $(VENV)/bin/pip pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev
	@touch $@

# --- the main job, on simulated leads ---------------------------------------------------------------------

$(VENV)/.server: $(VENV)/.core
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[server]'
	@touch $@

demo: $(VENV)/.server  ## qualify simulated leads, explain one, verify the ledger; then the application
	scripts/demo $(BIN)/plumbline $(DEMO)

# --- everything a change must pass ------------------------------------------------------------------------

test: $(VENV)/.dev  ## set up what the tests need, then run all of them
	scripts/debian-packages postgresql chromium
	$(MAKE) --no-print-directory lint types contracts docs unit minimal

lint: $(VENV)/.dev  ## style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

# Django's types are read from its settings, which want a secret.
types: export PLUMBLINE_SECRET_KEY := of-the-type-checker-alone-0123456789-abcdefghijklmnopqrstuvwxyz
types: $(VENV)/.dev  ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/.dev  ## imports only go down
	$(BIN)/lint-imports

docs: $(VENV)/.dev  ## the documentation; a warning is an error
	$(BIN)/sphinx-build --quiet --fail-on-warning --builder html docs docs/_build/html

unit: $(VENV)/.dev  ## the tests, with the coverage gate of the core
	PLUMBLINE_REQUIRE_POSTGRES=1 PLUMBLINE_REQUIRE_CHROMIUM=1 $(BIN)/pytest --numprocesses=2 --cov --cov-report=
	PLUMBLINE_REQUIRE_POSTGRES=1 PLUMBLINE_REQUIRE_CHROMIUM=1 PLUMBLINE_APP_ON=postgres \
	    $(BIN)/pytest --numprocesses=2 --cov --cov-append --cov-report= tests/app tests/web tests/api
	$(BIN)/coverage report --include='src/plumbline/domain/*,src/plumbline/triage/*,src/plumbline/signals/*,src/plumbline/reading/*,src/plumbline/identity/*,src/plumbline/scorecard/*,src/plumbline/policy/*,src/plumbline/ledger/*,src/plumbline/qualify/*,src/plumbline/assurance/*' --fail-under=95
	$(BIN)/coverage report --fail-under=90 --format=total

minimal: $(VENV)/.dev  ## the built wheel alone, in an environment with nothing else, qualifies a file
	scripts/minimal-install $(PYTHON)

# --- now and then -----------------------------------------------------------------------------------------

format: $(VENV)/.dev  ## let ruff arrange the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

snapshots: $(VENV)/.dev  ## accept the present output as the expected one
	$(BIN)/pytest --snapshot-update tests/report tests/cli

benchmarks: $(VENV)/.dev  ## measure, side by side with what a user would pick instead
	$(BIN)/pip install --quiet --constraint constraints.txt --group bench
	$(BIN)/python -m benchmarks $(QUICK)

clean:
	rm -rf $(VENV) $(DEMO) build dist docs/_build .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
