# What a developer does here. On a machine with Python 3.11 or newer, git and make:
#
#   make demo           the bundled company, from its exports to its board report
#   make test           every check and every test, on DuckDB and Sail
#   make test-engines   the flow on the other DuckDB major and on local Spark, compared with DuckDB
#   make install        what these two need, beforehand
#   make test-screens   every screen of the web app in every width, scheme and zoom
#   make test-territories   that nothing a rep gets hangs on other territories, at full size
#   make test-past      that the large company's past is told as it was told then
#   make quality        how good identity and groups are, beside simple baselines, in one table
#   make lint | format | bench | lock | clean
#
# Each sets up what it needs, once: .venv and its like hold the versions named in requirements/.

PYTHON ?= python3
OTHER_DUCKDB := 1.5.6
BENCH ?= 1000000
QUALITY ?=
JOBS ?= 2

BIN := .venv/bin
DUCKDB1 := build/duckdb-$(OTHER_DUCKDB)
SPARK := .venv-spark
BUILT := build/engines
ENGINE_TESTS := tests/engine tests/sources tests/cli/test_engines.py
# A JVM that ends within minutes: its second compiler would cost more than it gives, and the 48 MB in which the
# first then keeps its code are full after a third of the tables.
SHORT_LIVED := -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m

# Where a machine forbids Python to keep what it compiled, each of some hundred processes compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DELETE_ON_ERROR:
.PHONY: install demo test test-engines test-screens test-territories test-past lint types layers format bench quality lock clean java

demo: .venv/core.ready
	$(BIN)/muster demo --folder build/muster-demo

# Everything that the checks need: `make -j2 install`, since downloading and unpacking take turns.
install: .venv/dev.ready $(DUCKDB1)/ready $(SPARK)/ready java

# Sail by itself: PySpark's client takes a worker of pytest-xdist for its own doctests, and ends it.
test: lint
	$(BIN)/pytest -m sail
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not sail"

lint: .venv/dev.ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m muster.engine.core_sql

format: .venv/dev.ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The same tests of engines and reading on DuckDB's other major, those of engines on Spark; and on both every
# table of the bundled company compared, row for row, with the tables that this DuckDB makes. What tests/flow asks (as of a
# date, in another order, with faults put in) and what tests/stories tells does not hang on the engine: `make test` has asked.
test-engines: .venv/dev.ready $(DUCKDB1)/ready $(SPARK)/ready java
	rm -rf $(BUILT)
	$(BIN)/muster demo --quiet --build-only --folder $(BUILT)/duckdb
	PYTHONPATH=$(CURDIR)/$(DUCKDB1) $(BIN)/python -c 'import duckdb; assert duckdb.__version__ == "$(OTHER_DUCKDB)"'
	PYTHONPATH=$(CURDIR)/$(DUCKDB1) MUSTER_TABLES=$(CURDIR)/$(BUILT)/duckdb/.muster/tables \
		$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not sail and not shared" $(ENGINE_TESTS)
	SPARK_SUBMIT_OPTS="$(SHORT_LIVED)" MUSTER_ENGINES=spark MUSTER_TABLES=$(CURDIR)/$(BUILT)/duckdb/.muster/tables \
		$(SPARK)/bin/pytest -m spark tests/engine tests/cli/test_engines.py

# `make test` looks at each screen in one way, another for each; this at all of them in all six, and at the
# board report in each width and scheme.
test-screens: .venv/dev.ready
	MUSTER_SCREENS=whole $(BIN)/pytest -n $(JOBS) tests/serving/test_screens_look.py tests/reports/test_in_a_browser.py

# Twenty companies that differ outside of a rep's territory alone, each asked 250 things; `make test` asks one.
test-territories: .venv/dev.ready
	MUSTER_TERRITORIES=whole $(BIN)/pytest tests/serving/test_other_territories.py

# `make test` asks it of the bundled company and of drawn ones.
test-past: .venv/dev.ready
	MUSTER_PAST=whole $(BIN)/pytest tests/flow/test_consistency.py

bench: .venv/dev.ready
	$(BIN)/python bench/run.py $(BENCH)

quality: .venv/dev.ready
	$(BIN)/python -m bench.quality $(QUALITY)

# The locks: one resolution for Python 3.11 to 3.13 and every system, the same versions in each file.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url
lock: .venv/dev.ready
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --upgrade pyproject.toml --extra sail --extra board --extra ml --extra postgresql --extra messages --extra mcp --extra crm requirements/dev.in -o requirements/dev.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/core.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt --extra sail -o requirements/sail.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt --extra spark requirements/engines.in -o requirements/engines.txt

clean:
	rm -rf .venv $(SPARK) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call install,ENVIRONMENT,LOCK): an environment with the versions of a lock, and Muster itself from src/.
define install
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Muster needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -r $(2)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
endef

.venv/core.ready: requirements/core.txt pyproject.toml
	$(call install,.venv,requirements/core.txt)
	touch $@

.venv/dev.ready: requirements/dev.txt pyproject.toml
	$(call install,.venv,requirements/dev.txt)
	touch $@ .venv/core.ready

# DuckDB's other major by itself, to stand before this one on Python's path; all else is that of .venv.
$(DUCKDB1)/ready: | .venv/dev.ready
	rm -rf $(DUCKDB1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(DUCKDB1) duckdb==$(OTHER_DUCKDB)
	touch $@

$(SPARK)/ready: requirements/engines.txt pyproject.toml
	$(call install,$(SPARK),requirements/engines.txt)
	touch $@

# Spark needs Java 17 or newer. As root on Debian it is installed; elsewhere the message says what to do.
java:
	@if [ -x "$$JAVA_HOME/bin/java" ] || command -v java >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless; \
	else echo "Spark needs Java 17: install it (openjdk-17-jre-headless on Debian), or set JAVA_HOME." >&2; exit 1; fi
