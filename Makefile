# Strongroom's commands; `make help` lists them. Every step says what it does in one line and keeps
# the rest of its output in .cache/log. What is done already is not done again.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

BIN := .venv/bin
DONE := .venv/done
STEP := .ci/step
PIP := $(BIN)/python -m pip --disable-pip-version-check
PORT ?=
DOCS ?=
ARGS ?=
export DOCS

# The choice of GPU is remembered, so that a later plain `make run` keeps the CUDA build.
GPU ?= $(shell cat .cache/gpu 2>/dev/null || echo none)
ifeq ($(filter $(GPU),none cuda vulkan),)
$(error GPU=$(GPU) is not known: use GPU=cuda, GPU=vulkan, or GPU=none for a build without)
endif
CMAKE_none := -DLLAVA_BUILD=OFF
CMAKE_cuda := -DLLAVA_BUILD=OFF -DGGML_CUDA=on
CMAKE_vulkan := -DLLAVA_BUILD=OFF -DGGML_VULKAN=on
TIME_none := about 6 minutes on two
TIME_vulkan := with the shaders about 20 minutes on two
TIME_cuda := with the CUDA kernels much longer than the usual 6 minutes

CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
locked = $(shell sed -nE 's/^$(subst -,[-_],$(1))==([^ ]*).*/\1/p' requirements.lock)
# Installs parts of the lock: what has another hash than it says is not installed, and no build
# fetches tools of its own. UNCHECKED names packages, with "-" for "_", that are installed by their
# version alone, because the index has a build that the lock does not know, such as PyTorch's own.
UNCHECKED ?=
checked = .ci/install '$(UNCHECKED)'
LLAMA := $(call locked,llama-cpp-python)
WHEELS := .cache/wheels/$(GPU)
LLAMA_WHEEL = $(firstword $(wildcard $(WHEELS)/llama_cpp_python-$(LLAMA)-*.whl))

.PHONY: help
help: ## this list
	@echo 'make COMMAND, of which there are:'
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo
	@echo 'make run DOCS=~/policies   chat about your own folder instead of the samples'
	@echo 'make run GPU=cuda          build the engine for NVIDIA GPUs (remembered)'
	@echo 'make run GPU=vulkan        the same for GPUs of AMD, Intel and NVIDIA, without CUDA'
	@echo 'make test UNPLUGGED=1       the tests with no network but loopback'
	@echo 'make test WORKERS=0         the tests in one process, for a debugger; 2 share them'
	@echo 'make run PORT=8080         another port; PYTHON=/path/to/python chooses the interpreter'

## ---- setting up

.PHONY: install
install: $(DONE)/models ## the environment and the starter models, nothing more
	@echo 'Ready: $(BIN)/strongroom --help'

define find_python
	for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python=$$candidate; break; \
	  fi; \
	done; \
	if [ -z "$${python:-}" ]; then \
	  echo 'Python 3.11 or later is needed$(if $(PYTHON), and $(PYTHON) is not that,). Install it:' >&2; \
	  echo '  Debian, Ubuntu: apt install python3 python3-venv    Fedora: dnf install python3    macOS: brew install python' >&2; \
	  echo 'or name it: make run PYTHON=/path/to/python3.12' >&2; \
	  exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python cannot make virtual environments: its venv module is not there. Debian, Ubuntu: apt install python3-venv" >&2; \
	  exit 1; \
	fi
endef

define check_compiler
	if ! command -v cc >/dev/null || ! command -v c++ >/dev/null; then \
	  echo 'A C and C++ compiler is needed, because llama.cpp is compiled for this very processor. Install one:' >&2; \
	  echo '  Debian, Ubuntu: apt install build-essential    Fedora: dnf install gcc gcc-c++    macOS: xcode-select --install' >&2; \
	  exit 1; \
	fi; \
	if [ $(GPU) = cuda ] && ! command -v "$${CUDACXX:-nvcc}" >/dev/null; then \
	  echo 'GPU=cuda needs the CUDA toolkit: nvcc is not on the PATH. Install the toolkit, or add its bin folder to PATH.' >&2; \
	  exit 1; \
	fi; \
	if [ $(GPU) = vulkan ]; then $(check_vulkan); fi
endef

# llama.cpp needs VK_EXT_layer_settings, which the headers of Debian 12 (1.3.239) do not have.
define check_vulkan
	if ! command -v glslc >/dev/null; then missing=glslc; \
	elif ! printf '#include <spirv/unified1/spirv.hpp>\n' | c++ -xc++ -fsyntax-only - 2>/dev/null; then \
	  missing='the headers of SPIR-V'; \
	elif ! printf '#include <vulkan/vulkan.hpp>\n#ifndef VK_EXT_layer_settings\n#error\n#endif\n' \
	    | c++ -xc++ -fsyntax-only - 2>/dev/null; then missing='headers of Vulkan 1.3.275 or later'; \
	else missing=; fi; \
	if [ -n "$$missing" ]; then \
	  echo "GPU=vulkan needs the Vulkan tools: $$missing not found. Install them:" >&2; \
	  echo '  Debian 13, Ubuntu 24.10: apt install libvulkan-dev glslc spirv-headers    Fedora: dnf install vulkan-devel glslc spirv-headers-devel' >&2; \
	  exit 1; \
	fi
endef

# Whatever is missing is said here, before the first long download.
$(DONE)/venv:
	@$(if $(LLAMA_WHEEL),,$(check_compiler))
	@$(find_python); \
	echo "Making the virtual environment .venv with $$("$$python" --version)"; \
	"$$python" -m venv .venv
	@mkdir -p $(DONE) && touch $@

$(DONE)/build: requirements.lock | $(DONE)/venv
	@$(STEP) build 'Installing what packages are built with' $(checked) build
	@touch $@

$(DONE)/torch-$(call locked,torch): | $(DONE)/build
	@$(STEP) torch 'Installing PyTorch (200 MB without CUDA)' $(checked) torch --as-chosen
	@touch $@

# Compiled once for each version and kind of GPU; the wheel outlives .venv. pip's own cache of built
# wheels is left out, because it takes a build for another processor or GPU for the same.
define build_llama
	@$(check_compiler)
	@rm -rf $(WHEELS).part && mkdir -p $(WHEELS)
	@CMAKE_ARGS="$(CMAKE_$(GPU)) $${CMAKE_ARGS:-}" CMAKE_BUILD_PARALLEL_LEVEL=$(CORES) $(STEP) llama \
	  'Compiling llama.cpp on all $(CORES) cores: $(TIME_$(GPU)); the wheel is kept in $(WHEELS)' \
	  $(checked) llama-cpp-python --as-wheel $(WHEELS).part
	@mv $(WHEELS).part/*.whl $(WHEELS)/ && rmdir $(WHEELS).part
endef

.PHONY: vulkan-wheel
vulkan-wheel: | $(DONE)/build
ifeq ($(LLAMA_WHEEL),)
	$(build_llama)
endif

$(DONE)/llama-$(GPU)-$(LLAMA): | $(DONE)/build
ifeq ($(LLAMA_WHEEL),)
	$(build_llama)
endif
	@$(STEP) llama-install 'Installing llama.cpp from $(WHEELS)' \
	  $(PIP) install --no-index --force-reinstall --no-deps $$(ls $(WHEELS)/llama_cpp_python-$(LLAMA)-*.whl | head -n 1)
	@rm -f $(DONE)/llama-* && mkdir -p .cache && echo $(GPU) > .cache/gpu && touch $@

$(DONE)/package: pyproject.toml requirements.lock $(DONE)/torch-$(call locked,torch) $(DONE)/llama-$(GPU)-$(LLAMA)
	@$(STEP) package 'Installing Strongroom and the libraries it stands on' $(checked) run --without torch llama-cpp-python
	@touch $@

$(DONE)/models: app/engine/models.json $(DONE)/package
	@echo 'Starter models:'
	@$(BIN)/strongroom models fetch
	@touch $@

$(DONE)/dev: $(DONE)/package
	@$(STEP) dev 'Installing the tools for tests and checks' $(checked) check
	@touch $@

## ---- using it

.PHONY: model
model: $(DONE)/models ## MODEL=llama-2-7b-chat or a GGUF's path: fetch it, say what fits, test it, use it
	@set -euo pipefail; model='$(MODEL)'; \
	if [ -e "$$model" ]; then $(BIN)/strongroom models add "$$model"; \
	else $(BIN)/strongroom models fetch "$$model"; $(BIN)/strongroom models test; fi; \
	$(BIN)/strongroom models plan

.PHONY: run
run: $(DONE)/models ## the web chat on 127.0.0.1:7860, about the samples or DOCS=folder, with MODEL=name
	@if [ -n "$(MODEL)" ]; then $(MAKE) --no-print-directory model MODEL='$(MODEL)'; fi
	@set -euo pipefail; docs=$${DOCS/#\~/$$HOME}; \
	names() { $(BIN)/strongroom documents --json | $(BIN)/python -c 'import json, sys; \
	wanted = lambda d: d["space"] in sys.argv[1:] or not sys.argv[1:]; \
	print(*(d["name"] for d in json.load(sys.stdin)["documents"] if wanted(d)), sep="\n")' "$$@"; }; \
	if [ -n "$$docs" ]; then \
	  [ -e "$$docs" ] || { echo "DOCS=$$docs is not there" >&2; exit 1; }; \
	  samples=$$(names samples); \
	  if [ -n "$$samples" ]; then \
	    echo 'Forgetting the samples'; \
	    printf '%s\n' "$$samples" | tr '\n' '\0' | xargs -0 $(BIN)/strongroom remove --space samples -- >/dev/null; \
	  fi; \
	  echo "Reading $$docs"; \
	  $(BIN)/strongroom ingest "$$docs" || echo 'The chat starts without the files named above.'; \
	else \
	  known=$$(names); \
	  if [ -z "$$known" ]; then \
	    echo 'Reading the samples; for your own documents: make run DOCS=folder'; \
	    $(BIN)/strongroom ingest --space samples tests/samples; \
	    $(BIN)/strongroom spaces grant samples everyone; \
	  fi; \
	  if [ -z "$$known" ] || grep -qx travel-policy-2022.txt <<<"$$known"; then \
	    export STRONGROOM_WEB_EXAMPLES="$${STRONGROOM_WEB_EXAMPLES-$$(tr '\n' ' ' <tests/sample_examples.json)}"; \
	  fi; \
	fi; \
	exec $(BIN)/strongroom serve $(if $(PORT),--port $(PORT))

.PHONY: bundle
bundle: $(DONE)/models ## OUT=file.tar: all that a machine without a network needs, signed
	@$(BIN)/strongroom bundle $(or $(OUT),strongroom.tar)

## ---- checking it

# A network namespace with nothing but loopback; as an ordinary user through a user namespace.
UNPLUG = unshare $(if $(filter-out 0,$(shell id -u)),--map-root-user) --net \
  sh -c 'ip link set lo up && exec "$$@"' sh

UNPLUGGED ?=
export UNPLUGGED

# Processes that share the tests: one more than the cores of a small machine, because a test waits
# for other processes a third of its time. Each may start an engine, which computes on all cores but
# one. The slow tests measure memory and end processes at random moments, and run one after another.
WORKERS ?= 2
AT_ONCE = -n $(WORKERS) --dist worksteal

.PHONY: test test-slow test-gpu
test: $(DONE)/dev $(DONE)/models vocabulary machine ## what the tests need, then all but the slow ones
	@$(if $(UNPLUGGED),$(UNPLUG)) $(BIN)/python -m pytest $(AT_ONCE) -m 'not slow and not gpu' $(ARGS)

test-slow: $(DONE)/dev $(DONE)/models vocabulary machine ## the tests that take minutes
	@$(if $(UNPLUGGED),$(UNPLUG)) $(BIN)/python -m pytest -m slow $(ARGS)

fuzz: $(DONE)/dev ## every parser of foreign bytes with 20,000 inputs each; takes hours
	@STRONGROOM_FUZZ=$(or $(N),20000) $(BIN)/python -m pytest -n 0 --timeout 0 tests/fuzz $(ARGS)

test-gpu: $(DONE)/dev $(DONE)/models vocabulary ## the tests that need a CUDA device
	@$(BIN)/python -m pytest -m gpu $(ARGS)

# The harness chooses models; the product does not need it, so it has an environment of its own.
HARNESS := 0.4.13
.PHONY: harness
harness: $(DONE)/dev $(DONE)/models ## lm-evaluation-harness, fetched beside us (760 MB), against our engine
	@if [ ! -x .cache/harness/bin/lm_eval ]; then \
	  rm -rf .cache/harness && $(BIN)/python -m venv .cache/harness; \
	  $(STEP) harness 'Installing lm-evaluation-harness into .cache/harness' \
	    .cache/harness/bin/python -m pip --disable-pip-version-check install 'lm-eval[api]==$(HARNESS)'; \
	fi
	@$(BIN)/python -m pytest -n 0 tests/engine/test_harness.py $(ARGS)

.PHONY: test-vulkan
VULKAN_LIB := .cache/vulkan/llama_cpp/lib
test-vulkan: $(DONE)/dev vocabulary ## the offload path on a Vulkan device, also on Mesa's software one
	@if [ ! -e $(VULKAN_LIB) ]; then \
	  $(MAKE) --no-print-directory vulkan-wheel GPU=vulkan; \
	  rm -rf .cache/vulkan && $(BIN)/python -m zipfile -e .cache/wheels/vulkan/llama_cpp_python-$(LLAMA)-*.whl .cache/vulkan; \
	fi
	@STRONGROOM_VULKAN=1 GGML_VK_VISIBLE_DEVICES=$${GGML_VK_VISIBLE_DEVICES:-0,0} \
	  LLAMA_CPP_LIB_PATH=$(CURDIR)/$(VULKAN_LIB) LD_LIBRARY_PATH=$(CURDIR)/$(VULKAN_LIB):$${LD_LIBRARY_PATH:-} \
	  $(BIN)/python -m pytest -n 0 tests/engine/test_vulkan.py $(ARGS)

.PHONY: vocabulary
vocabulary: $(DONE)/dev
	@$(STEP) vocabulary "Llama 2's vocabulary, for the tests of exact prompts" $(BIN)/python tests/engine/llama2_vocabulary.py

# Chromium drives the web chat's tests; `ip` and `unshare` unplug the network in others, where
# strace watches too. Chromium without windows takes half of the time, and is not packaged everywhere.
APT := chromium iproute2 strace util-linux
SHELL_APT := chromium-headless-shell
.PHONY: machine
machine: $(DONE)/venv
	@has() { for name in "$$@"; do command -v "$$name" >/dev/null && return; done; return 1; }; \
	complete() { has chromium chromium-browser google-chrome google-chrome-stable && has ip && has unshare && has strace; }; \
	quick() { has $(SHELL_APT) || [ -e $(DONE)/no-$(SHELL_APT) ]; }; \
	complete && quick && exit 0; \
	root=; [ "$$(id -u)" = 0 ] || root='sudo -n'; \
	apt() { $(STEP) "$$1" "Installing $$2 for the tests" $$root env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -q -y --no-install-recommends $$2 || true; }; \
	if has apt-get && { [ -z "$$root" ] || $$root true 2>/dev/null; }; then \
	  $(STEP) apt-update "Refreshing Debian's package lists" $$root apt-get update -q || true; \
	  complete || apt apt-install '$(APT)'; \
	  quick || apt apt-shell 'chromium $(SHELL_APT)'; \
	fi; \
	quick || touch $(DONE)/no-$(SHELL_APT); \
	complete && exit 0; \
	echo 'The tests also need Chromium, ip, unshare and strace, which are not all here and could not be installed.' >&2; \
	echo '  Debian, Ubuntu: apt install $(APT)    Fedora: dnf install chromium iproute strace util-linux' >&2; \
	if [ -n "$${CI:-}" ]; then exit 1; fi; \
	echo 'Those that need what is missing are skipped, and pytest names them.' >&2

.PHONY: check static format lint types imports
check: static test ## format, lint, types, imports between packages, tests

static: $(DONE)/dev ## all of that but the tests
	@echo 'Format' && $(BIN)/ruff format --check --quiet .
	@$(MAKE) --no-print-directory lint types imports

format: $(DONE)/dev ## put the code into its form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: $(DONE)/dev ## ruff's rules
	@echo 'Lint' && $(BIN)/ruff check --quiet .

types: $(DONE)/dev ## mypy, strict for the product, and over tests and docker
	@echo 'Types' && $(BIN)/mypy

imports: $(DONE)/dev ## the one-way rule between packages
	@echo 'Imports' && $(BIN)/lint-imports --no-logo

.PHONY: bench bench-attacks bench-support bench-finding bench-engine bench-answers bench-everyday bench-ranking bench-batch bench-web bench-malice bench-web-weight bench-ocr bench-gpu bench-reading bench-tables-read bench-scale bench-guesses bench-priority soak
bench: $(DONE)/dev $(DONE)/models ## ingest speed and memory beside the plain stack
	@$(BIN)/python tests/bench/ingest_speed.py $(ARGS)

bench-finding: $(DONE)/dev $(DONE)/models ## finding beside the plain stack, on tests/long or ARGS
	@$(BIN)/python tests/bench/finding.py $(or $(ARGS),tests/long tests/long_questions.jsonl)

bench-engine: $(DONE)/dev $(DONE)/models ## the engine beside llama-cpp-python's own object
	@$(BIN)/python tests/bench/engine_speed.py $(ARGS)

bench-answers: $(DONE)/dev $(DONE)/models ## answers beside the plain stack's, on tests/corpus or ARGS
	@$(BIN)/python tests/bench/answers.py $(or $(ARGS),tests/corpus tests/manual_questions.jsonl)

bench-everyday: $(DONE)/dev $(DONE)/models ## everyday questions by kind, ARGS="--unseen" at the end
	@$(BIN)/python tests/bench/everyday.py $(ARGS)

bench-ranking: $(DONE)/dev $(DONE)/models ## which sentence answers, with weights fitted on other sets
	@$(BIN)/python tests/bench/ranking.py $(ARGS)

bench-attacks: $(DONE)/dev $(DONE)/models ## attacks in good documents, beside the plain stack
	@$(BIN)/python tests/bench/attacks.py $(ARGS)

bench-support: $(DONE)/dev ## support on true and swapped sentences that code makes of documents
	@$(BIN)/python tests/bench/support.py $(ARGS)

bench-batch: $(DONE)/dev $(DONE)/models ## questionnaires beside a plain loop over llama-cpp-python
	@$(BIN)/python tests/bench/batch_speed.py $(ARGS)

bench-web: $(DONE)/dev $(DONE)/models ## fifty people at once in the web chat
	@$(BIN)/python tests/bench/web_load.py $(ARGS)

bench-malice: $(DONE)/dev $(DONE)/models ## others' waiting before and during four attacks on the web chat
	@$(BIN)/python tests/bench/malice.py $(ARGS)

bench-web-weight: $(DONE)/dev ## bytes, requests and times of the chat page, ARGS="ADDRESS NAME PASSWORD"
	@$(BIN)/python tests/web/weight.py $(ARGS)

bench-ocr: $(DONE)/dev ## recognition of pages drawn from known text, by condition
	@$(BIN)/python tests/bench/recognising.py $(ARGS)

bench-reading: $(DONE)/dev ## words of PDF files that two checkouts lose, ARGS="FOLDER --against COMMIT"
	@$(BIN)/python tests/bench/reading.py $(ARGS)

bench-tables-read: $(DONE)/dev ## tables of PDF files that two programs make, ARGS="--against COMMIT"
	@$(BIN)/python tests/bench/tables_read.py $(ARGS)

bench-scale: $(DONE)/dev ## search at 20,000 and 100,000 chunks or ARGS="300000 1000000 --against COMMIT"
	@$(BIN)/python tests/bench/scale.py $(ARGS)

bench-guesses: $(DONE)/dev $(DONE)/models ## answers that quote, with guesses of the next words and without
	@$(BIN)/python tests/bench/guessing.py $(ARGS)

bench-priority: $(DONE)/dev $(DONE)/models ## first words of a chat while a questionnaire is answered
	@$(BIN)/python tests/bench/priority.py $(ARGS)

bench-gpu: $(DONE)/dev ## the engine on a GPU, with models of Llama 2's shapes
	@$(BIN)/python tests/bench/gpu.py $(ARGS)

.PHONY: power-cut
power-cut: $(DONE)/dev $(DONE)/models ## 200 processes ended at random moments, ARGS="--cuts 20"
	@$(BIN)/python tests/power_cut/cutting.py $(ARGS)

soak: $(DONE)/dev $(DONE)/models ## ten minutes of careless clients on one engine
	@$(BIN)/python tests/soak/engine.py $(ARGS)

.PHONY: image
BUILDER ?= docker
image: ## a container image: BASE=debian:bookworm-slim@sha256:…, BUILDER=docker, GPU=cuda for GPUs
	@[ -n "$(BASE)" ] || { echo 'Name the image to build in, with its digest: make image BASE=debian:bookworm-slim@sha256:…' >&2; exit 1; }
	@$(BUILDER) build -f docker/Dockerfile$(if $(filter cuda,$(GPU)),.cuda) --build-arg BASE=$(BASE) \
	  -t strongroom$(if $(filter cuda,$(GPU)),:cuda) $(ARGS) .

## ---- keeping it

.PHONY: docs samples pictures lock clean
docs: $(DONE)/dev ## write docs/settings.md and docs/commands.md from the code
	@$(BIN)/python docs/generate.py

samples: $(DONE)/dev ## render tests/samples and tests/corpus from tests/sources
	@$(BIN)/python tests/make_samples.py

pictures: $(DONE)/dev $(DONE)/models machine ## take the pictures in README.md and docs
	@$(BIN)/python tests/web/take_pictures.py

lock: $(DONE)/dev ## write the installed versions, and their files' hashes, to requirements.lock
	@$(PIP) install --quiet --no-index --no-deps --no-build-isolation -e . && $(BIN)/python .ci/lock.py write

clean: ## forget the environment and caches; keeps data, the compiled wheels and their log
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find app ingest vectorstore prompts tests -name __pycache__ -type d -exec rm -rf {} +
