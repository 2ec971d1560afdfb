# Stated: `make run` opens the app, `make test` checks everything. Both set up .venv first.

PYTHON ?= python3.11
HOST ?= 127.0.0.1
PORT ?= 7860

# Tests run in two processes, each with a core for PyTorch; PYTEST="-n 0" runs them in one.
PYTEST ?= -n 2 --dist loadfile --no-loadscope-reorder
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)
# The package index's own torch for Linux brings gigabytes of CUDA; this one is the same version without.
TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-long lint constraints clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: $(STAMP) ## ask in the browser, at http://127.0.0.1:7860 (PORT=… for another port)
	@$(BIN)/stated models pull || echo "Going on without a language model: answers are quotes."
	@$(BIN)/stated serve --host $(HOST) --port $(PORT)

test: lint ## lint, types, tests, and the gate on answers
	$(BIN)/python -m pytest $(PYTEST)
	$(BIN)/python -m eval --processes 2

test-long: lint ## as test, with the long tests
	$(BIN)/python -m pytest $(PYTEST) -m ""
	$(BIN)/python -m eval --processes 2

lint: $(STAMP) ## ruff and mypy only
	$(BIN)/ruff check .
	$(BIN)/mypy rag ui eval

constraints: $(STAMP) ## write what is installed to constraints.txt
	@sed -n '/^#/p' constraints.txt > constraints.new
	@$(BIN)/python -m pip freeze --all --exclude-editable --exclude pip | sed 's/+cpu$$//' >> constraints.new
	@mv constraints.new constraints.txt

clean: ## remove .venv, caches and the index in .stated (documents that you added there too)
	rm -rf $(VENV) .stated .gradio .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Written last, so that an interrupted installation goes on at the next call.
$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Python 3.11 is needed: install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --no-deps --timeout 15 --retries 1 \
	    --index-url $(TORCH_CPU_INDEX) "torch==$(TORCH)" \
	  || echo "PyTorch's own index did not answer: taking the general one, which may be a much larger download."
	@echo "Installing (some minutes the first time) …"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@
