# Two commands do everything on a fresh machine: `make run` and `make test`. docs/development.md explains the rest.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.10; do $$p -c '' 2>/dev/null && { echo $$p; break; }; done)
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin

.PHONY: run test test-slow check check-deploy docs audit sbom bench bench-nlu install install-dev lock clean

run: install
	@exec $(BIN)/forloeb run

install: .venv/.runtime
install-dev: .venv/.dev

$(UV):
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 (or 3.10) is needed and was not found: install it, or say make PYTHON=/path/to/python3.11"; exit 1; fi
	@echo "Preparing the installer …"
	@$(PYTHON) -m venv .tools 2>/dev/null || { echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)"; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --python "$(PYTHON)" .venv

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@free=$$(df -Pm . | awk 'NR==2 {print $$4}'); if [ ! -e .venv/.dev ] && [ "$$free" -lt 6000 ]; then echo "Only $$free MB are free on the disk; 6000 MB are needed."; exit 1; fi
	@if [ ! -e .venv/.dev ]; then echo "Installing (about 3 GB, a few minutes the first time) …"; \
	  VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes --compile-bytecode requirements.lock && \
	  VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation -e . ; fi
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing with the tests' tools …"
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes --compile-bytecode requirements-dev.lock
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ .venv/.runtime

test: install-dev
	@bash tests/debian.sh
	@$(BIN)/forloeb train
	@$(BIN)/python -m pytest

test-slow: install-dev
	@bash tests/debian.sh slow
	@$(BIN)/forloeb train
	@$(BIN)/python -m pytest -m "slow or hypothesis" --hypothesis-profile=search

check: install-dev
	@$(BIN)/ruff check .
	@$(BIN)/mypy forloeb actions
	@$(BIN)/python -m forloeb.danish.readability data/responses

bench: install-dev
	@bash tests/debian.sh
	@$(BIN)/python -m bench

# In an environment of its own: its libraries fight Rasa's.
audit: | $(UV)
	@$(UV) run --quiet --no-project --isolated --python "$(PYTHON)" --with pip-audit==2.10.1 python tools/audit.py

sbom:
	@$(PYTHON) tools/sbom.py requirements.lock > sbom.json && echo "sbom.json"
	@$(PYTHON) tools/sbom.py requirements-slim.lock > sbom-slim.json && echo "sbom-slim.json"

# Kubernetes' own schemas, from a package; the tests check what the manifests mean.
check-deploy: | $(UV)
	@$(UV) run --quiet --no-project --isolated --python "$(PYTHON)" --with kubernetes-validate kubernetes-validate --strict --quiet $(filter-out %/kustomization.yaml %/installation.yml,$(wildcard deploy/kubernetes/*.yaml))

# The documentation as a site, in site/.
docs: | $(UV)
	@$(UV) run --quiet --no-project --isolated --python "$(PYTHON)" --with mkdocs==1.6.1 mkdocs build --quiet --strict && echo "site/index.html"

bench-nlu: install-dev
	@$(BIN)/python -m bench.nlu

lock: | $(UV)
	@$(UV) pip compile pyproject.toml --upgrade --generate-hashes --no-header --no-annotate --python-version 3.11 --python-platform x86_64-manylinux_2_28 --quiet -o requirements.lock
	@$(UV) pip compile pyproject.toml --group dev -c requirements.lock --generate-hashes --no-header --no-annotate --python-version 3.11 --python-platform x86_64-manylinux_2_28 --quiet -o requirements-dev.lock
	@$(UV) pip compile --group slim -c requirements.lock --generate-hashes --no-header --no-annotate --python-version 3.11 --python-platform x86_64-manylinux_2_28 --quiet -o requirements-slim.lock

clean:
	@rm -rf .venv .tools var models/*.tar.gz
