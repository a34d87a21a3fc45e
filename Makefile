# Two commands matter: `make demo` shows the product, `make test` proves it.
# Each does all its own set-up; what is already done is not done again.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
# Files in the order of their folders, after those that tests/conftest.py begins with: the long
# ones come first and none is left for the end.
# One worker more than cores, since tests also wait, for disks, pages and processes.
CORES := $(shell $(PYTHON) -c 'import os; print(os.cpu_count())')
WORKERS := --numprocesses $$(($(CORES) + 1)) --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-spark lint browser setup lock clean

demo: .venv/ready
	@$(BIN)/support-quality demo --port $(PORT)

# Linear algebra on one thread in each worker: threads that wait for each other take a third more.
test: export OPENBLAS_NUM_THREADS = 1
# What the commands under test import is compiled once, also where the shell forbids it.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/ready-test browser lint
	$(BIN)/python -m pytest $(WORKERS)
	TZ=America/New_York $(BIN)/python -m pytest $(WORKERS) -m time $$(grep -rlF mark.time tests)

# Spark builds what DuckDB builds: needs Java 17 and a download of 456 MB, so it is not part of `test`.
test-spark: .venv/ready-test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[spark]'
	$(BIN)/python -m pytest tests/models/test_spark.py tests/models/test_spark_cluster.py

lint: .venv/ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

setup: .venv/ready-test

# The lock covers every extra; the demo installs the same versions, without what only tests need.
.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "error: $(PYTHON) is not Python 3.11 to 3.13; name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: .venv/python requirements.lock pyproject.toml
	@echo "Installing the locked packages into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-demo.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-test: .venv/python requirements.lock pyproject.toml
	@echo "Installing the locked packages, with those of the tests, into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ .venv/ready

browser: .venv/ready-test
	@$(BIN)/python tests/set_up_browser.py

# After a change of pyproject.toml: pin every package again, with hashes.
lock: .venv/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra build --extra test pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra build --constraint requirements.lock pyproject.toml --output-file requirements-demo.lock

clean:
	rm -rf .venv data/warehouse
