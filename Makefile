# Surround, from a bare machine: Python 3.11 or later and make are all it takes.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
WORKERS ?= auto
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo stop test soak check bench migrate lock install-run install-dev

help: ## Say what make can do here
	@echo "make <target>, one of:"
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name words; do printf '  %-9s %s\n' $$name "$$words"; done

demo: install-run ## Start the whole county on this machine: servers, four services, sandbox (ARGS=--detach to return at once)
	@$(BIN)/python -m deploy.local demo $(ARGS)

stop: install-run ## Stop a demo that was started with --detach
	@$(BIN)/python -m deploy.local stop $(ARGS)

test: install-dev ## Run every test, on servers of their own (ARGS="-k words" to choose)
	@$(BIN)/python -m deploy.local.assets
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -r sfE $(ARGS)

soak: install-dev ## Run the tests that take minutes: plugs pulled for long, at random, again and again
	@$(BIN)/python -m deploy.local.assets
	@$(BIN)/python -m pytest -m soak -r sfE -s $(ARGS)

check: install-dev ## Check format, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install-dev ## Measure the figures that the design promises
	@$(BIN)/python -m tests.bench $(ARGS)

migrate: install-run ## Bring every service's database to this release; the demo does so by itself
	@$(BIN)/python -m deploy.local migrate

lock: install-dev ## Resolve the pinned versions anew, with hashes and without addresses
	@$(BIN)/python -m deploy.local.lock

install-run install-dev: install-%:
	@test -n "$(PYTHON)" || { echo "Surround needs Python 3.11 or later, and found none." >&2; exit 1; }
	@$(PYTHON) -m deploy.local.bootstrap $*
