# make samples   set up .venv, make data/samples again, and a site to look at them: build/site
# make test      set up .venv and run lint, types, the first tier of the tests, and the wheel in an environment of its own
# make test-all  the same with all tests: tests/tiers.toml lists those of the second tier
# make quick     a minute of that: lint, types of what has changed, grammar, house
# make only-warp, make only-jax    run the tests with one front end's package alone, in an environment of its own
# make gallery  build build/gallery, pages to read: of every recipe one kernel, its IR, inputs and outputs (minutes)
# make pages    make again what the README and the docs say that their commands print
# make docs     build the documentation site: build/docs/index.html
# make picture  make docs/explorer.png again, of the site of the samples
# make golden   write tests/golden.json again: short hashes of the kernels that are drawn
# make mutation  write benchmarks/mutation.txt again: how many of 4,000 wrong texts verification finds (an hour)
# make attacks   write benchmarks/attacks.txt and score_attacks.txt again: what verify makes of hostile rows, and
#                score of hostile answers (minutes)
# make planted   write benchmarks/arms.txt and races.txt again: wrong derivatives in arms that few inputs take, and texts
#                that race or tell a host from a GPU (minutes)
# make scoring   write benchmarks/scoring.txt again: what scoring costs (minutes)
# make gold      write benchmarks/gold.txt again: whether the own texts of 2,000 rows a front end are worth 1 (an hour)
# make reward-training  write benchmarks/reward_training.txt again: a tiny model trained with the reward (minutes)
# make sizes     write benchmarks/sizes.txt again: drawn kernels beside those of applications, in an environment of its own
# make builtins  write benchmarks/builtins.txt again: how many of Warp's built-ins give verified rows (ten minutes)
# make surface   write benchmarks/surface.txt again: how much of JAX's public functions is verified (twenty minutes)
# make setup     set up .venv only
# make trainers  install torch, tokenizers and TRL too, whose tests are skipped without them
# make adapters  install that, and the libraries of rewards, environments and benchmarks that synthesis.adapters is for
# make serving   write benchmarks/serving.txt again: 10,000 answers of 64 clients, faults among them (ten minutes)
# make page      follow docs/training.md from its install command on, in an environment of its own
# make other-machines  run the tests as other processors would, and on one core with 8 GB (hours); TESTS=... runs some of them
# make versions  run the fast tests and draw verified rows with each release of the tools in constraints/, in .venv-versions;
#                PAIRS=newest, or names of files there, for some of them; CANDIDATES=60 draws so many a front end, not 200

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
WARP_SAMPLES := 270
JAX_SAMPLES := 138
TRITON_SAMPLES := 60
SAMPLE_FOLDERS := data/samples/warp data/samples/jax data/samples/triton
WRONG_TEXTS := 2000
COUNT := 5000
SEED := 1

.PHONY: setup trainers samples picture gallery docs pages golden mutation false-alarms attacks planted sizes builtins surface test test-all first-tier quick lint types tests wheel scoring gold reward-training adapters serving page only-warp only-jax versions other-machines format clean
.DELETE_ON_ERROR:

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@echo "setting up $(VENV): about 2 GB of packages, a minute or two"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[all,serve]' --group dev
	touch $@
	@echo "$(VENV) is ready"

# What the tests of torch, tokenizers and TRL need, some of them gigabytes large; they are skipped where it is not there.
trainers: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group training

# What the tests of adapters need; they are skipped where it is not there.
adapters: trainers
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group adapters
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--no-deps --group adapters-alone

# Triton is for Linux: elsewhere its samples stay as they are.
samples: $(STAMP)
	rm -rf data/samples/warp data/samples/jax
	$(BIN)/irsmith generate --frontend warp --category-mix uniform --count $(WARP_SAMPLES) --format json --out data/samples/warp
	$(BIN)/irsmith generate --frontend jax --category-mix uniform --count $(JAX_SAMPLES) --format json --out data/samples/jax
	if [ "$$(uname)" = Linux ]; then rm -rf data/samples/triton && \
		$(BIN)/irsmith generate --frontend triton --category-mix uniform --count $(TRITON_SAMPLES) --format json --out data/samples/triton; fi
	$(BIN)/irsmith explore $(SAMPLE_FOLDERS) --out build/site
	@echo "the samples: open build/site/index.html in a browser"

# The picture of the site of the samples that the README shows; needs Chromium.
picture: $(STAMP)
	$(BIN)/irsmith explore $(SAMPLE_FOLDERS) --out build/site
	$(BIN)/python docs/make_picture.py build/site

gallery: $(STAMP)
	$(BIN)/python docs/make_gallery.py

# Strict: a link that leads nowhere, or a page that is not in the navigation, is an error.
docs: $(STAMP)
	$(BIN)/python docs/make_gpu.py build/docs-pages/gpu.md
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "the documentation: open build/docs/index.html in a browser"

pages: $(STAMP)
	$(BIN)/python docs/make_pages.py

golden: $(STAMP)
	$(BIN)/python tests/golden.py

# Goes on where it was stopped; `rm -r build/mutation` forgets what has been judged.
mutation: $(STAMP)
	$(BIN)/python benchmarks/mutation.py warp $(WRONG_TEXTS) $(SEED)
	$(BIN)/python benchmarks/mutation.py jax $(WRONG_TEXTS) $(SEED)
	$(BIN)/python benchmarks/mutation.py table > benchmarks/mutation.txt

# Goes on where it was stopped; `rm -r build/false_alarms` forgets what has been verified.
false-alarms: $(STAMP)
	$(BIN)/python benchmarks/false_alarms.py warp $(COUNT)
	$(BIN)/python benchmarks/false_alarms.py jax $(COUNT)
	$(BIN)/python benchmarks/false_alarms.py kernels
	$(BIN)/python benchmarks/false_alarms.py table > benchmarks/false_alarms.txt

attacks: $(STAMP)
	mkdir -p build
	$(BIN)/python benchmarks/attacks.py > build/attacks.txt; status=$$?; cp build/attacks.txt benchmarks/attacks.txt; \
		exit $$status
	$(BIN)/python benchmarks/score_attacks.py > build/score_attacks.txt; status=$$?; \
		cp build/score_attacks.txt benchmarks/score_attacks.txt; exit $$status

planted: $(STAMP)
	mkdir -p build
	for each in arms races; do \
		$(BIN)/python benchmarks/$$each.py > build/$$each.txt; status=$$?; cp build/$$each.txt benchmarks/$$each.txt; \
		[ $$status = 0 ] || exit $$status; done

scoring: $(STAMP)
	mkdir -p build
	$(BIN)/python benchmarks/scoring.py > build/scoring.txt
	cp build/scoring.txt benchmarks/scoring.txt

gold: $(STAMP)
	mkdir -p build/gold
	for frontend in warp jax; do \
		$(BIN)/irsmith generate --frontend $$frontend --count 2000 --out build/gold/$$frontend || exit 1; \
		$(BIN)/python benchmarks/gold.py build/gold/$$frontend 1500 > build/gold/$$frontend.txt || exit 1; \
	done
	cat build/gold/warp.txt build/gold/jax.txt > benchmarks/gold.txt

# Goes on where it was stopped; `rm -r build/surface` forgets what has been verified.
surface: $(STAMP)
	$(BIN)/python benchmarks/surface.py run build/surface
	$(BIN)/python benchmarks/surface.py table build/surface > build/surface.txt; status=$$?; \
		cp build/surface.txt benchmarks/surface.txt; exit $$status

reward-training: trainers
	mkdir -p build
	$(BIN)/python -P benchmarks/reward_training.py > build/reward_training.txt
	cp build/reward_training.txt benchmarks/reward_training.txt

serving: $(STAMP)
	mkdir -p build
	$(BIN)/python benchmarks/serving.py > build/serving.txt
	cp build/serving.txt benchmarks/serving.txt

# Packages whose dependencies are not needed to read them come without these.
builtins: $(STAMP)
	$(BIN)/python benchmarks/builtins.py build/builtins
	$(BIN)/python benchmarks/builtins.py table build/builtins

sizes:
	$(PYTHON) -m venv .venv-sizes
	.venv-sizes/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	.venv-sizes/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[all]' --group applications
	.venv-sizes/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--no-deps --group applications-read
	mkdir -p build
	.venv-sizes/bin/python benchmarks/sizes.py warp 3000 0 > build/sizes-warp.txt
	.venv-sizes/bin/python benchmarks/sizes.py jax 3000 0 > build/sizes-jax.txt
	{ echo "How drawn kernels look beside those of applications: python benchmarks/sizes.py FRONTEND 3000 0"; echo; \
		cat build/sizes-warp.txt; echo; cat build/sizes-jax.txt; } > benchmarks/sizes.txt

test: lint types first-tier wheel

# With REST=1, after `make test`: the tests that this leaves out, alone.
test-all: $(if $(REST),tests,lint types tests wheel)

# Types of the files that have changed since the last commit; `make types` checks all.
quick: lint
	@changed=$$({ git diff --name-only --diff-filter=d HEAD -- '*.py'; git ls-files --others --exclude-standard -- '*.py'; } \
		| grep -v '^tests/kernel\(s\|_files/families\)/\|^benchmarks/harvest/'); \
		if [ -n "$$changed" ]; then $(BIN)/pyright $$changed; fi
	$(BIN)/python -m pytest --quiet --numprocesses auto --tier first tests/grammar tests/test_house.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/pyright

first-tier: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup --tier first

tests: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup $(if $(REST),--tier second)

# What is published, installed without a checkout and without any front end's package.
wheel: $(STAMP)
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		build/wheel/*.whl
	cd build/wheel && env -u PYTHONPATH ./venv/bin/python ../../tests/try_wheel.py ../../data/samples

# Some gigabytes, as the page's reader installs them; the wheel stands in for what a registry would have.
page: wheel
	$(PYTHON) -m venv --clear build/page
	build/page/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	$(PYTHON) tests/try_page.py build/wheel build/page
	rm -rf build/page

only-warp only-jax: only-%:
	$(PYTHON) -m venv --clear .venv-$@
	.venv-$@/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	.venv-$@/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[$*]' --group dev
	.venv-$@/bin/python -m pytest --numprocesses auto

versions: $(STAMP)
	$(BIN)/python benchmarks/versions.py check $(if $(CANDIDATES),--count $(CANDIDATES)) $(PAIRS)

# TESTS are arguments of pytest, and of the script: make other-machines TESTS="--machine AVX2 tests/test_readme.py"
other-machines: $(STAMP)
	$(BIN)/python tests/other_machines.py $(TESTS)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .venv-versions .venv-only-warp .venv-only-jax .venv-sizes build .pytest_cache .ruff_cache .hypothesis
