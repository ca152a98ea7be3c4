# Every command of the project.  `make` alone lists them.
.DEFAULT_GOAL := help
BIN := .venv/bin

.venv/ready: requirements.txt requirements-documents.txt requirements-dev.txt constraints.txt
	python3 -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# The scanners of the deployment pin an older botocore than ours, so they live in an environment of their own.
.venv-deploy/ready: requirements-deploy.txt
	python3 -m venv .venv-deploy
	.venv-deploy/bin/pip install --quiet --disable-pip-version-check -r requirements-deploy.txt
	touch $@

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

.PHONY: run
run: .venv/ready ## Serve the portal on http://127.0.0.1:8000, with everything it needs, on this machine
	@PORT='$(PORT)' PANEL_PORT='$(PANEL_PORT)' STATE_DIR='$(STATE_DIR)' HOMES='$(HOMES)' exec $(BIN)/python -m infra.local

.PHONY: test
test: .venv/ready .venv-deploy/ready ## Run the tests (the browser ones need Debian's chromium)
	$(BIN)/pytest -m 'not long' -n auto --dist loadfile

.PHONY: test-long
test-long: .venv/ready .venv-deploy/ready ## Run all the tests, the long ones too
	$(BIN)/pytest -n auto --dist loadfile

.PHONY: check
check: .venv/ready ## Style, types and import rules: all that must hold beside the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pip check

.PHONY: fix
fix: .venv/ready ## Repair what the linter can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: .venv/ready .venv/bench ## Measure the goals of performance, one line each, into build/bench.json
	$(BIN)/python -m benchmarks

.PHONY: package
package: .venv/ready ## Make what is sent to AWS, into build/STAGE: make package STAGE=dev
	@$(BIN)/python -m infra.package '$(STAGE)'

.venv/bench: requirements-bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	touch $@

.PHONY: import
import: .venv/ready ## Load exchange files into the running portal: make import DIR=path
	@STATE_DIR='$(STATE_DIR)' $(BIN)/python -m infra.importer '$(DIR)'
