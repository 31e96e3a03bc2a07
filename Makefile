# Two commands: `make demo` shows the product, `make test` proves it. Everything else is below.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
FANGXIAN := $(VENV)/bin/fangxian
STAMPS := .setup
FRONTEND := $(shell find frontend/src frontend/*.ts frontend/*.json -type f 2>/dev/null)
# What names a class: the style sheet is purged to these (frontend/purge.ts).
STYLED := $(shell find fangxian -path '*/templates/*.html' -o -path '*/templatetags/*.py' \
	-o -name forms.py -o -name views.py -o -path '*/forms/*.py' -o -path '*/views/*.py')
CATALOGS := $(shell find fangxian -name django.po)
COMPILE := uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock"
LOCKS := run dev node uv

.PHONY: demo up setup test test-external check lock bench shots clean
demo: setup  ## the whole province on a school day; FANGXIAN_DEMO=holiday or county for others
	@FANGXIAN_DEMO=$${FANGXIAN_DEMO:-province} exec $(FANGXIAN) up --demo

up: setup  ## what an installation runs
	@exec $(FANGXIAN) up

setup: $(STAMPS)/python $(STAMPS)/messages $(STAMPS)/frontend  ## everything needed to run

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: set PYTHON to one." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) --no-print-directory ensurepip
	@$(PYTHON) -m venv $(VENV)

.PHONY: ensurepip
ensurepip:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; \
	else echo "Python's venv is incomplete: install it (Debian: python3-venv)." >&2; exit 1; fi

$(UV): requirements/uv.txt | $(VENV)/bin/python
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(STAMPS)/python: requirements/run.txt requirements/dev.txt pyproject.toml $(UV)
	@mkdir -p $(STAMPS)
	@$(UV) pip install --quiet --python $(PY) --require-hashes \
		-r requirements/run.txt -r requirements/dev.txt
	@$(UV) pip install --quiet --python $(PY) --no-deps --offline --editable .
	@touch $@

$(STAMPS)/messages: $(CATALOGS) | $(STAMPS)/python
	@$(PY) -m tools.messages
	@touch $@

$(STAMPS)/npm: frontend/package-lock.json frontend/.npmrc | $(STAMPS)/python
	@$(PY) -m tools.npm ci --ignore-scripts --loglevel=error
	@touch $@

$(STAMPS)/frontend: $(STAMPS)/npm $(FRONTEND) $(STYLED)
	@$(PY) -m tools.npm run --silent build -- --logLevel warn
	@touch $@

test: setup  ## all tests, browser stories included
	@$(PY) -m tools.chromium >/dev/null
	@$(PY) -m tools.npm run --silent test
	@$(PY) -m pytest -n 2 --dist loadgroup -m "not external" $(PYTEST)

test-external: setup  ## the tests of the database on the system's PostgreSQL, and behind PgBouncer
	@$(PY) -m tools.external $(PY) -m pytest -n 2 --dist loadgroup -m "not browser and not embedded" \
		$(PYTEST)

check: setup  ## style, types, floors, translations, sizes
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(PY) -m tools.check_size
	@$(PY) -m tools.check_translations
	@$(VENV)/bin/lint-imports --no-cache
	@FANGXIAN_HOME=$$(mktemp -d) $(FANGXIAN) makemigrations --check --dry-run
	@FANGXIAN_HOME=$$(mktemp -d) $(FANGXIAN) check --fail-level WARNING
	@FANGXIAN_HOME=$$(mktemp -d) $(PY) -m tools.check_migrations
	@$(PY) -m tools.npm run --silent check
	@FANGXIAN_HOME=$$(mktemp -d) $(VENV)/bin/mypy

lock: $(UV)  ## resolve the .in files anew; UPGRADE=--upgrade takes newer versions
	@cd requirements && for name in $(LOCKS); do \
		../$(VENV)/bin/$(COMPILE) $(UPGRADE) $$name.in -o $$name.txt; done

bench: setup  ## measure; JSON=FILE writes the figures there too
	@$(PY) -m bench $(if $(JSON),--json $(JSON)) $(BENCH)

shots: setup  ## screenshots of every page, for the guides
	@$(PY) -m tools.chromium >/dev/null
	@$(PY) -m pytest -p no:randomly tests/browser --shots $(PYTEST)

clean:  ## everything that was built; never FANGXIAN_HOME
	@rm -rf $(VENV) $(STAMPS) frontend/node_modules frontend/dist
	@find fangxian -name '*.mo' -delete
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
