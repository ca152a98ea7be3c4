# Every command of the project.  `make` alone lists them.
.DEFAULT_GOAL := help
BIN := .venv/bin

.venv/ready: requirements.txt requirements-documents.txt requirements-inspection.txt requirements-dev.txt constraints.txt
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
	$(BIN)/pytest -m 'not long and not rehearsal' -n auto --dist loadfile --no-loadscope-reorder

.PHONY: test-long
test-long: .venv/ready .venv-deploy/ready ## Run all the tests, the long ones too
	$(BIN)/pytest -m 'not rehearsal' -n auto --dist loadfile --no-loadscope-reorder

.PHONY: rehearse
rehearse: .venv/ready ## Deploy the real package on this machine, and play the journeys on it
	$(BIN)/pytest -m rehearsal -vv tests/rehearsal

.PHONY: check
check: .venv/ready .venv-deploy/ready ## Style, types, import rules, scanners: all that must hold beside the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pip check
	$(BIN)/pytest tests/supply/scanners.py

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

.PHONY: deploy
deploy: .venv/ready ## Bring a stage up on AWS, having shown what changes: make deploy STAGE=dev
	@$(BIN)/python -m infra.deploy deploy '$(STAGE)' $(if $(filter 1,$(YES)),--yes)

.PHONY: rollback
rollback: .venv/ready ## Go back to the release before: make rollback STAGE=dev
	@$(BIN)/python -m infra.deploy rollback '$(STAGE)' $(if $(RELEASE),--release='$(RELEASE)') $(if $(filter 1,$(YES)),--yes)

.PHONY: migrate
migrate: .venv/ready ## Go on with migrations, or count what they would change: make migrate STAGE=dev DRY_RUN=1
	@$(BIN)/python -m infra.deploy migrate '$(STAGE)' $(if $(filter 1,$(DRY_RUN)),--dry-run)

.PHONY: audit
audit: .venv/ready .venv-deploy/ready ## Ask whether what travels is known to be vulnerable, or say « not verified »
	@$(BIN)/python -m infra.package.audit $(if $(ADVISORIES),--advisories='$(ADVISORIES)')

.PHONY: drill
drill: .venv/ready ## Restore the table beside itself and compare: make drill STAGE=prod (AT=moment KEEP=1 FILES=1 TABLE=name)
	@$(BIN)/python -m infra.restore '$(STAGE)' $(if $(AT),--at='$(AT)') $(if $(filter 1,$(KEEP)),--keep) $(if $(filter 1,$(FILES)),--files) $(if $(TABLE),--table='$(TABLE)')

.venv/bench: requirements-bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	touch $@

.PHONY: import
import: .venv/ready ## Load exchange files into the running portal: make import DIR=path
	@STATE_DIR='$(STATE_DIR)' $(BIN)/python -m infra.importer '$(DIR)'

.PHONY: export
export: .venv/ready ## Write what tenants changed, for the landlord's software: make export DIR=path (FROM=day TO=day)
	@STATE_DIR='$(STATE_DIR)' $(BIN)/python -m infra.exporter $(if $(DIR),'$(DIR)') $(if $(FROM),--from='$(FROM)') $(if $(TO),--to='$(TO)')

.PHONY: notices
notices: .venv/ready ## Make a month's rent notices, and watch: make notices (MONTH=2026-12)
	@STATE_DIR='$(STATE_DIR)' $(BIN)/python -m infra.rent_run '$(MONTH)'
