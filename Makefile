# Một Cửa needs Python 3.11+, git and make. Everything else is fetched into .venv by `make env`.
PYTHON ?= python3
BIN := .venv/bin
PROCESSES ?= 2

.PHONY: env demo test check bench weasyprint bench-full bench-million load scale year oracle lock clean

env: .venv/.ready

.venv/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Một Cửa needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { echo "Python cannot make an environment here: install its venv module (Debian: apt-get install python3-venv)"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# A whole office on this machine, kept in .motcua: `make demo`, `make demo PORT=9000`, `make demo FRESH=1`.
demo: env
	@$(BIN)/python -m app.cli demo $(if $(PORT),--port $(PORT)) $(if $(FRESH),--fresh) $(if $(CALM),--calm)

# Every test: unit, property, integration on a real PostgreSQL, browser journeys. What was skipped is named at the end.
test: env
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadgroup $(ARGS)

# What CI runs before the tests: style, types, the arrows between the folders.
check: env
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports --no-cache

# One table: every goal of speed, product beside floor, in one run of at most five minutes. KEEP=1 writes docs/speed.md.
bench: env
	$(BIN)/python -m benchmarks $(if $(KEEP),--keep)

# The rows that need room and time besides: 1,000,000 dossiers (about 5 GB while it runs), 20,000 random steps.
bench-full: env
	$(BIN)/python -m benchmarks --full $(if $(KEEP),--keep)

# The floor of papers, in an environment of its own: only the bench asks for it. Needs Pango (Debian: libpango-1.0-0).
weasyprint: .venv-weasyprint/.ready

.venv-weasyprint/.ready: requirements/weasyprint.txt
	@$(PYTHON) -m venv --clear .venv-weasyprint
	.venv-weasyprint/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/weasyprint.txt
	.venv-weasyprint/bin/python -c 'import weasyprint'
	@touch $@

# Its old name.
bench-million: bench-full

# Whole lives, pages and uploads by 1, 8 and 64 clients against two web processes and a worker; SECONDS=20 each.
# PROVINCE=1: five submissions a second for ten minutes (SECONDS=600), or as much as the machine holds and why.
load: env
	$(BIN)/python -m benchmarks.load $(if $(PROVINCE),--province) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(KEEP),--keep)

# Two webs and two workers behind nginx and PgBouncer, one of each killed by turns; then what one dossier costs each part and
# what a commune, a province and the nation need by that: `make scale SECONDS=300 EVERY=20`. KEEP=1 writes docs/scaling.md.
scale: env
	$(BIN)/python -m benchmarks.scale $(if $(SECONDS),--seconds $(SECONDS)) $(if $(EVERY),--every $(EVERY)) $(if $(KEEP),--keep)
	$(BIN)/python -m benchmarks.sizing $(if $(KEEP),--keep)

# A commune's whole year, counted again by hand: `make year DOSSIERS=600`.
year: env
	MOTCUA_YEAR_DOSSIERS=$(or $(DOSSIERS),400) $(BIN)/python -m pytest -q -p no:xdist -o timeout=0 tests/year

# Deadlines against an oracle that counts by the minute; the tests tell 10,000 stories, this a million (about half an hour).
oracle: env
	$(BIN)/python -m tests.deadlines.million --cases $(or $(CASES),1000000)

# Write the lock files anew from pyproject.toml (needs `uv`; only when dependencies change).
lock:
	uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra embedded pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra embedded --extra dev pyproject.toml requirements/build.in -c requirements/run.txt -o requirements/dev.txt
	echo weasyprint==70.0 | uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url - -o requirements/weasyprint.txt

clean:
	rm -rf .venv .venv-weasyprint .motcua .pytest_cache .mypy_cache .ruff_cache .hypothesis
