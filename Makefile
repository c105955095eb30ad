# Two commands to know: `make demo` and `make test`. Both need python 3.11+ and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo pictures install test test-fast sim sim-planted check bench format clean

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv is missing; on Debian: apt install python3-venv"; exit 1; }
	@touch $@

# $(call told,WHAT,COMMAND): run a command, with the seconds shown while it runs and once it is done.
told = began=$$(date +%s); \
  if [ -t 1 ]; then \
    (while kill -0 $$$$ 2>/dev/null; do \
       printf '\r$(1) … %s s ' $$(($$(date +%s) - began)); sleep 1; done) & ticker=$$!; \
    trap 'kill $$ticker 2>/dev/null' EXIT; trap 'exit 130' INT TERM; \
  else echo "$(1) …"; fi; \
  $(2) && { [ -t 1 ] && printf '\r'; echo "$(1): done in $$(($$(date +%s) - began)) s"; }

.venv/running: .venv/made requirements.txt pyproject.toml
	@$(call told,Installing (once),$(BIN)/pip install -qq --require-hashes -r requirements.txt \
	  && $(BIN)/pip install -qq --no-deps --no-build-isolation -e .)
	@touch $@

.venv/developing: .venv/running requirements-dev.txt
	@$(call told,Installing the development tools (once),$(BIN)/pip install -qq --require-hashes -r requirements-dev.txt)
	@touch $@

demo: .venv/running
	@$(BIN)/newsletter demo .

install: .venv/made
	@touch pyproject.toml requirements-dev.txt
	@$(MAKE) --no-print-directory .venv/developing

# One more at a time than there are processors, since much of the suite waits for servers and killed processes.
test: .venv/developing
	$(BIN)/pytest -n 3 --dist worksteal -q

test-fast: .venv/developing
	$(BIN)/pytest -n 2 --dist worksteal -q -m "not slow and not browser" --hypothesis-profile=sample

# The delivery code in simulated worlds: make sim RUNS=2000 for new ones, make sim SEED=7 for one and its trace.
sim: .venv/developing
	@$(BIN)/python -P tests/simulation/run.py $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS)) \
	  $(if $(FROM),--from $(FROM))

# Does the simulation find each mistake that is planted in tests/simulation/planted? NAMES="one another" for some.
sim-planted: .venv/developing
	@PYTHONPATH=tests $(BIN)/python -P -m simulation.planted $(NAMES) $(if $(SEEDS),--seeds $(SEEDS)) \
	  $(if $(STARTS),--starts $(STARTS))

check: .venv/developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_architecture.py tests/test_docs.py tests/test_words.py tests/test_commands.py tests/test_public_api.py

format: .venv/developing
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The pictures of README and docs, made from a real run and a real letter; the second needs Chromium.
pictures: .venv/developing
	$(BIN)/python docs/pictures/record.py
	$(BIN)/python docs/pictures/photograph.py

bench: .venv/developing
	$(BIN)/python tests/benchmarks/run.py

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
