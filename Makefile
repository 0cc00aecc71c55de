# Every target sets up what it needs, in .venv; nothing is installed outside of it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test check bench shape setup

help:
	@echo "make demo   a simulated company: its motions, signals, leads, and who was poached or neglected"
	@echo "make test   all checks and tests; what can't run here is skipped with a reason"
	@echo "make check  lint, types, import contract"
	@echo "make bench  speeds, as ratios against named peers"
	@echo "make shape  lengths of files and functions, to look at"

# uv where it is present, else venv and pip: the same pinned versions either way.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tandem needs Python 3.11 or newer; name one with make PYTHON=python3.12 ..."; exit 1; }
	@if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then \
	  { [ -x $(BIN)/python ] || uv venv --quiet --python "$$(command -v $(PYTHON))" .venv; } && uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[test]'; \
	else \
	  { [ -x $(BIN)/pip ] || $(PYTHON) -m venv .venv; } && $(BIN)/pip install --quiet -c constraints.txt -e '.[test]'; \
	fi || { echo "The packages could not be installed; is a package registry reachable?"; exit 1; }
	@touch $@

setup: $(INSTALLED)

demo: $(INSTALLED)
	@$(BIN)/tandem demo demo-company

check: $(INSTALLED)
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && echo "lint: clean"
	@$(BIN)/mypy --no-error-summary && echo "types: clean"
	@$(BIN)/lint-imports --no-cache >/dev/null 2>.import-contract.log && rm -f .import-contract.log && echo "import contract: kept" || { $(BIN)/lint-imports --no-cache; exit 1; }

test: check
	@$(BIN)/pytest -n 2 --dist worksteal

bench: $(INSTALLED)
	@if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[bench]'; else $(BIN)/pip install --quiet -c constraints.txt -e '.[bench]'; fi
	@for each in bench/*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

shape: $(INSTALLED)
	@$(BIN)/python -m tests.shape
