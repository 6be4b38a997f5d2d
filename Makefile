# SpasmLog. `make run` starts it, `make test` tests it, `make help` lists the rest.
# Needs Python 3.11 or newer, make and pip; everything else is installed into .venv.

VENV ?= .venv
export PORT SPASMLOG_DATA SPASMLOG_DEMO

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && command -v $$p && break; done)
PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py
PYTEST := $(PY) -m pytest
JOBS ?= 2
CHECKED := spasmlog nutrients journal tests benchmarks clients manage.py

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-all lint lint-ruff lint-types lint-templates lint-migrations lint-schema fmt \
	schema promise audit words icons bench load soak demo-reset lock clean

help: ## list what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

run: $(VENV)/.installed ## start web, worker and scheduler here: PORT=8000, SPASMLOG_DATA=./data, SPASMLOG_DEMO=0
	@exec $(PY) -m spasmlog.launch

demo-reset: $(VENV)/.installed ## write the demo diaries anew
	@$(MANAGE) make_demo --reset

# Tests: SQLite first, then a real PostgreSQL and a real Redis that the suite starts by itself.

test: $(VENV)/.installed-dev ## the whole suite, on SQLite and then on PostgreSQL and Redis
	TEST_ENGINE=sqlite $(PYTEST) -n $(JOBS) --dist worksteal -m "not slow and not faults"
	TEST_ENGINE=postgres $(PYTEST) -n $(JOBS) --dist worksteal -m "not slow and not faults and not once"

test-fast: $(VENV)/.installed-dev ## SQLite and the quick tests only: for the inner loop
	TEST_ENGINE=sqlite $(PYTEST) -q -n $(JOBS) --dist worksteal -m "not slow and not faults and not browser and not processes and not thorough"

test-all: $(VENV)/.installed-dev ## the slow suites and those that break things on purpose, on both
	TEST_ENGINE=sqlite $(PYTEST) -n $(JOBS) --dist worksteal -m "slow and not faults"
	TEST_ENGINE=sqlite $(PYTEST) -m faults
	TEST_ENGINE=postgres $(PYTEST) -n $(JOBS) --dist worksteal -m "slow and not faults and not once"
	TEST_ENGINE=postgres $(PYTEST) -m "faults and not once"

lint: lint-ruff lint-types lint-templates lint-migrations lint-schema ## ruff, types, templates, migrations, OpenAPI

lint-ruff: $(VENV)/.installed-dev
	$(PY) -m ruff check $(CHECKED)
	$(PY) -m ruff format --check $(CHECKED)

lint-types: $(VENV)/.installed-dev
	$(PY) -m mypy

lint-templates: $(VENV)/.installed-dev
	$(PY) -m djlint --lint --quiet spasmlog nutrients journal

lint-migrations: $(VENV)/.installed-dev
	$(MANAGE) makemigrations --check --dry-run
	$(PY) -m spasmlog.dangers

lint-schema: $(VENV)/.installed-dev
	$(MANAGE) spectacular --validate --fail-on-warn --file $(VENV)/openapi.yaml
	diff -u docs/openapi.yaml $(VENV)/openapi.yaml
	$(PY) -m spasmlog.promises

fmt: $(VENV)/.installed-dev ## put the source in order
	$(PY) -m ruff check --fix-only $(CHECKED)
	$(PY) -m ruff format $(CHECKED)

schema: $(VENV)/.installed ## write docs/openapi.yaml
	$(MANAGE) spectacular --validate --fail-on-warn --file docs/openapi.yaml

promise: $(VENV)/.installed ## promise docs/openapi.yaml as it is to the phones out there (see docs/api.md)
	$(PY) -m spasmlog.promises --renew

audit: $(VENV)/.installed-dev ## known weaknesses of the pinned packages (asks PyPI's list of advisories)
	$(PY) -m spasmlog.audit

DRAWN := spasmlog/static/spasmlog
CHROMIUM ?= chromium

icons: ## draw the app's icons from the logo (needs chromium)
	cd $(DRAWN) && for one in "logo 192 icon-192" "logo 512 icon-512" "icon-maskable 512 icon-maskable-512" \
		"icon-maskable 180 icon-180"; do set -- $$one; $(CHROMIUM) --headless=old --no-sandbox --hide-scrollbars \
		--default-background-color=00000000 --window-size=$$2,$$2 --screenshot=$$3.png "file://$$PWD/$$1.svg" || exit 1; done

words: $(VENV)/.installed-dev ## bring the catalogs of other languages in step with the source, and tell what is missing
	$(PY) -m spasmlog.catalogs

bench: $(VENV)/.installed-dev ## every speed and memory claim, measured
	$(PY) -m benchmarks

load: $(VENV)/.installed-dev ## many people at once, on PostgreSQL and Redis, beside bare views and a peer's figures
	$(PY) -m benchmarks.load

MINUTES ?= 60

soak: $(VENV)/.installed-dev ## the whole product at work for MINUTES=60, with memory that stays flat
	$(PY) -m benchmarks.soak --minutes $(MINUTES)

lock: $(VENV)/.installed-dev ## renew the pins of requirements*.txt
	$(PY) -m pip install --quiet pip-tools
	for set in requirements requirements-dev; do \
		$(PY) -m piptools compile --quiet --upgrade --strip-extras --no-header --annotation-style line \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
		--pip-args=--only-binary=:all: -o $$set.txt $$set.in || exit 1; done

clean: ## remove the environment (not your data)
	rm -rf $(VENV)

# The environment. Each stamp is as old as the list it was installed from.

PIP = $(PY) -m pip install --quiet --disable-pip-version-check

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "SpasmLog needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || echo none)." \
		"Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "SpasmLog needs Python 3.11 or newer;" \
		"$(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 1; }
	@echo "Making the environment $(VENV) with $$($(PYTHON) --version) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV); }
	@$(PY) -m pip --version >/dev/null 2>&1 \
		|| $(PYTHON) -m pip --python $(PY) install --quiet --disable-pip-version-check pip \
		|| { echo "Python has no pip. On Debian and Ubuntu: apt install python3-pip" >&2; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.installed: requirements.txt | $(VENV)/.made
	@echo "Installing the packages of requirements.txt (about 120 MB, once) ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the packages of requirements-dev.txt (once) ..."
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@
