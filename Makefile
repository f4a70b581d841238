# make demo   see what rydecheck does, on a sample class
# make test   every test
# make check  the fast part of the tests, for daily work

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Modules are compiled once, and not by each of the many processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check lint samples docs bench clean help

help:
	@sed -n 's/^# \(make \)/\1/p' Makefile

demo: $(VENV)/.installed-for-demo
	$(BIN)/rydecheck demo --out demo

test: $(VENV)/.ready-to-test
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: $(VENV)/.installed-for-tests lint
	$(BIN)/python -m pytest -n auto -m "not slow"

lint: $(VENV)/.installed-for-tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

samples: $(VENV)/.installed-for-tests
	$(BIN)/python -m tests.samples

docs: $(VENV)/.installed-for-tests
	$(BIN)/python -m tests.reference

bench: $(VENV)/.installed-for-tests $(VENV)/peers/.installed
	$(BIN)/python benchmarks/run.py --peers $(VENV)/peers/bin
	$(BIN)/python benchmarks/editing.py --peers $(VENV)/peers/bin
	$(BIN)/python benchmarks/deployed.py
	$(BIN)/python benchmarks/grading.py --peers $(VENV)/peers/bin
	$(BIN)/python benchmarks/stacks.py
	$(BIN)/python benchmarks/watching.py

clean:
	rm -rf $(VENV) demo dist tests/*/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "rydecheck needs Python 3.10 or newer; say make PYTHON=python3.12, for example."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python pyproject.toml
	$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-for-demo: $(VENV)/.installed
	$(PIP) install --editable '.[demo]'
	@touch $@

$(VENV)/.installed-for-tests: $(VENV)/.installed
	$(PIP) install --editable '.[test]'
	@touch $@

# The peers' dependencies stay out of the environment that the tests run in.
$(VENV)/peers/.installed: $(VENV)/.python
	$(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/python -m pip --disable-pip-version-check --quiet install cfn-lint checkov
	@touch $@

$(VENV)/.ready-to-test: $(VENV)/.installed-for-tests $(wildcard tests/*/package-lock.json)
	npm ci --prefix tests/actions --ignore-scripts --no-audit --no-fund --loglevel=error
	npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
	npm ci --prefix tests/conformance --ignore-scripts --no-audit --no-fund --loglevel=error
	npm ci --prefix tests/consumers --no-audit --no-fund --loglevel=error
	npm ci --prefix tests/deployments --ignore-scripts --no-audit --no-fund --loglevel=error
	npm ci --prefix tests/editors --ignore-scripts --no-audit --no-fund --loglevel=error
	PATH="$(CURDIR)/$(BIN):$$PATH" sh tests/browser/install-browser.sh
	sh tests/shells/install-shells.sh
	@touch $@
