# make demo    trains the softmax classifier on the embedded MNIST
# make test    lint, types, import contracts and all tests but the slow ones
#
# Both create .venv at the first call; the stamp files in it make the next calls start at once.

VENV := .venv
BIN  := $(VENV)/bin

# The first Python on the PATH that reflow runs on; `make PYTHON=/path/to/python demo` overrides.
IN_RANGE := import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$python -c '$(IN_RANGE)' 2>/dev/null && echo $$python && break; done)

.PHONY: demo test test-browser test-slow lint types contracts bench clean

demo: $(VENV)/.installed
	$(BIN)/reflow run -m reflow.zoo.mnist.softmax

test: lint types contracts test-browser
	$(BIN)/python -m pytest

# The lab's page, in Chromium: without one on the PATH these tests fail and say so.
test-browser: $(VENV)/.installed-for-tests
	$(BIN)/python -m pytest -m browser tests/lab

test-slow: $(VENV)/.installed-for-tests
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.installed-for-tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed-for-tests
	$(BIN)/mypy

contracts: $(VENV)/.installed-for-tests
	$(BIN)/lint-imports

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# Where the system's Python comes without ensurepip, its own pip fills the environment.
$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "reflow needs Python 3.10 to 3.13, and found none:" \
		"make PYTHON=/path/to/python ..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV) || { $(PYTHON) -m venv --clear --without-pip $(VENV) \
		&& $(PYTHON) -m pip --python $(BIN)/python install pip; }
	touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.created
	$(BIN)/python -m pip install --editable .
	touch $@

$(VENV)/.installed-for-tests: pyproject.toml $(VENV)/.created
	$(BIN)/python -m pip install --editable '.[test,dev]'
	touch $@ $(VENV)/.installed
