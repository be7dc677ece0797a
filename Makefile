# make samples   set up .venv and make data/samples again
# make test      set up .venv and run lint, types and tests
# make gallery  make docs/gallery again: of every recipe one kernel, its IR, inputs and outputs
# make golden   write tests/golden.json again: short hashes of the kernels that are drawn
# make setup     set up .venv only
# make newest    run the tests with the newest Warp and JAX, in .venv-newest

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
NEWEST := .venv-newest
WARP_SAMPLES := 260
JAX_SAMPLES := 140

.PHONY: setup samples gallery golden test lint types tests newest format clean
.DELETE_ON_ERROR:

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[all]' --group dev
	touch $@

samples: $(STAMP)
	rm -rf data/samples/warp data/samples/jax
	$(BIN)/irsmith generate --frontend warp --count $(WARP_SAMPLES) --out data/samples/warp
	$(BIN)/irsmith generate --frontend jax --count $(JAX_SAMPLES) --out data/samples/jax

gallery: $(STAMP)
	$(BIN)/python docs/make_gallery.py

golden: $(STAMP)
	$(BIN)/python tests/golden.py

test: lint types tests

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/pyright

tests: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup

# Samples and texts are of the pinned versions; the tests that compare with them say so where a newer one differs.
newest:
	$(PYTHON) -m venv --clear $(NEWEST)
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[all]' --group dev
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade warp-lang jax jaxlib
	$(NEWEST)/bin/python -m pip list --disable-pip-version-check | grep -E '^(warp-lang|jax|jaxlib) '
	$(NEWEST)/bin/python -m pytest --numprocesses auto --dist loadgroup

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(NEWEST) .pytest_cache .ruff_cache .hypothesis
