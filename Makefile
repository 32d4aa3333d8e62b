# Poolster. `make` alone lists what there is.
#
#   PYTHON=python3.12     which Python makes the environment (3.11 or newer)
#   PORT, POOLSTER_INSTANCE   where `make demo` listens and keeps its data
#   PYTEST_ARGS, BENCH_ARGS   passed on, e.g. make test PYTEST_ARGS='tests/core -x'

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-installed
TEST := $(VENV)/.test-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
BUILD_REQUIRES := $(BIN)/python -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
# Macros keep the shape they were given: what they write stands inside running text, where a space shows.
SHAPE := --quiet --extend-exclude macros.html templates plugins
NO_PACKAGES := Could not install the packages (the reason is above). If it is the network, check it and run make again.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test gates format bench lock clean

help: ## list the targets
	@echo "Poolster: make TARGET"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN) ## install, fill instance/ with invented centres, serve on PORT (8000), print the log-ins
	@echo "==> Starting the demo (Ctrl+C stops it)"
	@exec $(BIN)/poolster demo

test: $(TEST) ## run every test, in Chromium and on PostgreSQL too
	@sh tests/browser/install_chromium.sh
	@echo "==> Running the tests"
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS) \
		|| { echo "The tests did not pass: see the summary above."; exit 1; }

gates: $(TEST) ## lint, formatting, types, import rules, templates, security
	@failed=; \
	gate() { echo "==> $$*"; "$(BIN)/$$@" || failed="$$failed $$1"; }; \
	gate ruff check .; \
	gate ruff format --check .; \
	gate mypy; \
	gate lint-imports --no-logo; \
	gate djlint --lint --quiet templates plugins; \
	gate djlint --check $(SHAPE); \
	gate bandit -c pyproject.toml -r core plugins -q; \
	if [ -n "$$failed" ]; then \
		echo "These gates did not pass:$$failed. 'make format' mends what can be mended by itself."; exit 1; \
	fi; \
	echo "All gates passed."

format: $(TEST) ## let ruff and djlint put the code and the templates in shape
	@echo "==> Formatting"
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format .
	@$(BIN)/djlint --reformat $(SHAPE) || true

bench: $(TEST) ## measure Poolster beside a bare WSGI app on the same server
	@echo "==> Measuring (takes minutes; close what else uses the processor)"
	@for bench in tests/bench/bench_*.py; do \
		test -f "$$bench" || { echo "There is nothing to measure in tests/bench/."; exit 1; }; \
		echo "==> $$bench"; \
		$(BIN)/python "$$bench" $(BENCH_ARGS) || { echo "$$bench stopped: the reason is above."; exit 1; }; \
	done

lock: $(TEST) ## pin the packages again after a change in pyproject.toml (UPGRADE=1: take the newest)
	@echo "==> Locking"
	@{ $(LOCK) pyproject.toml --extra postgresql --output-file requirements.lock \
		&& $(BUILD_REQUIRES) | $(LOCK) - --constraint requirements.lock --output-file .ci/build.lock \
		&& $(LOCK) pyproject.toml --extra postgresql --extra test --extra gates \
			--constraint requirements.lock --constraint .ci/build.lock --output-file .ci/requirements.lock; } \
		|| { echo "Could not make the lock files: the reason is above."; exit 1; }
	@echo "Written: requirements.lock .ci/build.lock .ci/requirements.lock"

clean: ## remove the environment, builds and caches; instance/ stays
	@echo "==> Removing .venv, builds and caches"
	@rm -rf $(VENV) build dist *.egg-info .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache \
		.grimp_cache .hypothesis test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── The environment ──────────────────────────────────────────────────────────────────────────
# Everything comes from lock files with hashes. Poolster itself is installed as an editable
# package, so that `poolster` is a command; its build backend is locked too (.ci/build.lock),
# which is why pip needs no build isolation, and no network, for that step.

# An environment whose Python has gone, or that was made in another folder, is none: start anew.
$(shell { $(BIN)/python -c '' && { ! test -e $(RUN) || grep -qxF '$(CURDIR)' $(RUN); }; } 2>/dev/null || rm -rf $(VENV))

$(BIN)/python:
	@rm -rf $(VENV); old=; bare=; \
	for python in $(PYTHONS); do \
		"$$python" -c '' 2>/dev/null || continue; \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old="$$python"; continue; }; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare="$$python"; continue; }; \
		echo "==> Making $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv $(VENV) && exit 0; \
		rm -rf $(VENV); bare="$$python"; \
	done; \
	if [ -n "$$bare" ]; then \
		echo "$$bare cannot make a virtual environment: install its venv module (on Debian: apt-get install python3-venv)."; \
	else \
		echo "Poolster needs Python 3.11 or newer$${old:+ ($$old is older)}: install python3.11 and python3-venv, or set PYTHON=..."; \
	fi; \
	exit 1

$(RUN): requirements.lock .ci/build.lock pyproject.toml | $(BIN)/python
	@echo "==> Installing what Poolster needs to run"
	@$(INSTALL) -r requirements.lock -r .ci/build.lock || { echo "$(NO_PACKAGES)"; exit 1; }
	@$(PIP) install --quiet --no-deps --no-index --no-build-isolation --editable . \
		|| { echo "Could not install Poolster itself: the reason is above."; exit 1; }
	@echo '$(CURDIR)' > $@

$(TEST): .ci/requirements.lock $(RUN)
	@echo "==> Installing what the tests and gates need"
	@$(INSTALL) -r .ci/requirements.lock || { echo "$(NO_PACKAGES)"; exit 1; }
	@touch $@
