# `make` lists what there is. Everything runs in .venv, which is made when it is missing or its pins changed.

SHELL := /bin/bash
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PINS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test test-fast lint format bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/for-running ## bring everything up at http://127.0.0.1:8000 (PORT=…), Ctrl-C stops it
	@exec $(BIN)/python manage.py up

test: .venv/for-testing lint ## everything: lint, fast tests, real processes, browser, PostgreSQL
	@exec $(BIN)/python -m tests.everything

test-fast: .venv/for-testing ## the tests that start no process and no browser
	@exec $(BIN)/python -m pytest -q -m "not process and not browser" $(ARGS)

lint: .venv/for-testing ## style, types, import contracts, templates, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	find templates -name '*.html' -print0 | xargs -0r $(BIN)/djade --check
	$(BIN)/python manage.py makemigrations --check --dry-run

format: .venv/for-testing ## let ruff and djade rewrite what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-find templates -name '*.html' -print0 | xargs -0r $(BIN)/djade

bench: .venv/for-testing ## measure (NAME=… picks one of tests/benchmarks); JSON lines on the terminal
	@exec $(BIN)/python -m tests.measure $(NAME)

clean: ## remove .venv and caches; data in .wfc stays
	rm -rf .venv .*_cache .hypothesis staticfiles screenshots test-results *.egg-info

.venv/for-running: $(PINS)
	@python=$$(sh config/find_python.sh) && "$$python" -m venv .venv
	@echo "Installing the pinned packages into .venv (the first time takes about a minute) …"
	@$(PIP) -e .
	@touch $@

.venv/for-testing: .venv/for-running
	@echo "Installing what tests need …"
	@$(PIP) -e '.[test]'
	@touch $@
