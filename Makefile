# Two commands do everything on a fresh machine: `make run` and `make test`. Each sets up .venv by itself.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.made-from-requirements
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: run test test-all golden check lock bench bench-england fuzz schema fixtures clean
.DEFAULT_GOAL := run

$(STAMP): requirements/dev.txt pyproject.toml
	@test -d .venv || $(PYTHON) -m venv .venv
	@echo "Setting up .venv (a minute or two, once)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# A night over fixtures/ and where its list is. Exits 3 and 4 are findings about the files, and are said as such.
run: $(STAMP)
	@$(BIN)/wnb run --as-of 2026-11-15; code=$$?; \
	case $$code in \
	  3) echo "Finding: more rows were set aside than an agency's limit allows (exit 3). See quarantine/ in the night's folder.";; \
	  4) echo "Finding: an expected extract is missing, late or was rejected (exit 4). The list says which.";; \
	  *) exit $$code;; \
	esac

test: $(STAMP)
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not long"

test-all: $(STAMP)
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

# Every agency's golden pair: an extract, and what should come of it (docs/agencies.md, step 5).
golden: $(STAMP)
	@$(BIN)/python -m pytest -q tests/golden

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Extracts of ROWS rows (10 million), a night over a tenth, patterns and histories over both, a what-if, Spark.
# `make bench ROWS=200000` is the quick form.
bench: $(STAMP)
	@$(BIN)/python -m tests.benchmarks $(if $(ROWS),--rows $(ROWS))

# Patterns and histories over ten and a hundred million appointments, by hand: half an hour, 25 GB of disk. DATA keeps
# what was made for the next time.
bench-england: $(STAMP)
	@$(BIN)/python -m tests.benchmarks --england $(if $(DATA),--data $(DATA))

# Bent extracts for FUZZ_MINUTES (20) from FUZZ_SEED (a new one, printed); what is found is kept in tests/fuzz/found/.
fuzz: $(STAMP)
	@$(BIN)/python -m tests.fuzz

# The JSON Schemas of config/; a test holds them to the models.
schema: $(STAMP)
	@$(BIN)/python -m wnb.config_schemas config/schema

# docs/rules.md, drawn from the examples in tests/spec/; a test holds it to them.
rules-page: $(STAMP)
	@$(BIN)/python -m tests.spec.rules_page docs/rules.md

# The invented partnership in fixtures/, made again from its seed; a test holds it to the generator.
fixtures: $(STAMP)
	@$(BIN)/python -m wnb.demo.fixtures fixtures

# Locked requirements with hashes and no host names. Run from the repository's root.
UV := uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11
lock:
	@command -v uv >/dev/null || $(BIN)/python -m pip --quiet install uv
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(UV) pyproject.toml -o requirements/run.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(UV) pyproject.toml --extra dev --extra postgresql --extra spark -o requirements/dev.txt

clean:
	rm -rf .venv var .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
