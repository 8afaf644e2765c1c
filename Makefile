# The words of this project. Everything runs in .venv, which is made on first use.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# One process a core, a module staying in one, and the long ones first (tests/conftest.py).
PYTEST ?= --numprocesses auto --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test test-postgresql check format messages screenshots bench clean

help: ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

run: .venv/ready ## Migrate, load the starter catalogue and serve on 127.0.0.1:$(PORT)
	@$(BIN)/python manage.py serve $(PORT)

test: .venv/ready-dev ## Run the tests on SQLite
	env -u DATABASE_URL $(BIN)/pytest $(PYTEST)

test-postgresql: .venv/ready-dev ## Run the tests that use the database on the PostgreSQL of DATABASE_URL
	DATABASE_URL=$${DATABASE_URL:-postgres:///test} $(BIN)/pytest $(PYTEST) -m 'not once'

check: .venv/ready-dev ## Format, lint, types, import contract, missing migrations, deploy check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	PRODUCTION=1 ALLOWED_HOSTS=clinics.example SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
		$(BIN)/python -W error manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

format: .venv/ready-dev ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .venv/ready-dev ## Collect and compile the words of admin and website (needs GNU gettext)
	for app in clinics finder; do \
		(cd $$app && ../$(BIN)/python ../manage.py makemessages --locale ja --no-location --no-wrap \
			&& ../$(BIN)/python ../manage.py compilemessages --locale ja) || exit 1; \
	done

screenshots: .venv/ready-dev ## Take a picture of every page of the website (needs Chromium)
	$(BIN)/python -m tests.screenshots $(SCREENSHOTS)

bench: .venv/ready-dev ## Measure search, request and import against their floors
	$(BIN)/python -m benchmarks $(BENCH)

clean: ## Remove the environment and the local database
	rm -rf .venv db.sqlite3 db.sqlite3-shm db.sqlite3-wal

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; PYTHON=… names one.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@echo 'Installing what the finder needs …'
	@$(BIN)/pip install --quiet --disable-pip-version-check .
	@touch $@

.venv/ready-dev: .venv/ready
	@echo 'Installing what tests and checks need …'
	@$(BIN)/pip install --quiet --disable-pip-version-check --group dev
	@touch $@
