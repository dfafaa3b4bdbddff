# Một Cửa needs Python 3.11+, git and make. Everything else is fetched into .venv by `make env`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: env demo test check bench lock clean

env: .venv/.ready

.venv/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Một Cửa needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make an environment here: install its venv module (Debian: apt-get install python3-venv)"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# A whole office on this machine, kept in .motcua: `make demo`, `make demo PORT=9000`, `make demo FRESH=1`.
demo: env
	@$(BIN)/python -m app.cli demo $(if $(PORT),--port $(PORT)) $(if $(FRESH),--fresh) $(if $(CALM),--calm)
