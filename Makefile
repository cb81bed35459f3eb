# Ritornello. `make help` lists the targets; docs/architecture.md says where things are.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

SWIFT  ?= $(shell command -v swift)
SHARED ?= ../shared
PREFIX ?= /usr/local

# Debian packages: three libraries with their headers, and what finds and checks them.
DEBS := libsqlite3-dev libyaml-dev libarchive-dev pkg-config python3

# The compiler of the C targets: that of the toolchain.
CLANG ?= $(firstword $(wildcard $(dir $(realpath $(SWIFT)))clang) clang)

# An import that Package.swift does not declare is an error.
FLAGS   := --explicit-target-dependency-import-check error
DEBUG   := .build/debug/ritornello
RELEASE := .build/release/ritornello

# What the long checks are asked for: `make check-faults FAULTS=--all-errors` lets each call fail in all three ways.
FAULTS ?=
KILLS  ?= 500
CROWD  ?= 100000
SECONDS ?= 60

CRASH_TESTS  := $(wildcard Tests/Crash/kill9.py Tests/Crash/crowd.py Tests/Crash/resume.py Tests/Crash/stop.py Tests/Crash/two.py Tests/Crash/answers.py)
SHARED_TESTS := $(sort $(wildcard Tests/CheckShared/*.py))

.PHONY: help build test check-shared check-midi check-neon check-sanitizers check-engine check-resume check-faults check-kills check-crowd check-hostile check-fuzz check-two demo format lint clean install deps toolchain

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name does; do \
	  printf '  make %-13s %s\n' "$$name" "$$does"; done

build: toolchain deps ## Build the release program, .build/release/ritornello
	$(SWIFT) build -c release --product ritornello $(FLAGS)

# The end-to-end scripts come before `swift test`, so that the test runner's closing line is the last line.
test: toolchain deps lint ## Check style and layers, build with no warning, run every test
	@mkdir -p .build
	$(SWIFT) build --build-tests $(FLAGS) 2>&1 | tee .build/build.log
	@if grep -n 'warning:' .build/build.log; then echo "the build has warnings: see the lines above"; exit 1; fi
	@CC="$(CLANG)" python3 Tests/Faults/sweep.py $(DEBUG) --sample 40
	python3 Tests/Crash/hostile.py $(DEBUG) --short
	@for script in $(CRASH_TESTS) Tests/Engine/golden.py; do echo "== $$script"; python3 "$$script" $(DEBUG); done
	python3 Tests/Engine/memory.py $(DEBUG) --short
	$(SWIFT) test --disable-xctest $(FLAGS)

check-shared: ## Run the program against the data that stand beside the project, where they are
	@if [ ! -d "$(SHARED)" ]; then echo "no folder $(SHARED): nothing to check against"; exit 0; fi; \
	$(MAKE) --no-print-directory build; \
	$(SWIFT) build -c release --product ritornello-check-shared $(FLAGS); \
	.build/release/ritornello-check-shared "$(SHARED)/data"; \
	for script in $(SHARED_TESTS); do echo "== $$script"; python3 "$$script" $(RELEASE) "$(SHARED)"; done

# The files that are damaged: those beside the project where they are, else those of the tests.
TORTURE   = $(firstword $(wildcard $(SHARED)/data/torture) Tests/MIDITests/Golden)
MUTATIONS ?= 2000000

check-midi: toolchain ## Damage MIDI files MUTATIONS times (2,000,000) and read each: no trap, no hang, no law broken
	$(SWIFT) build -c release --product ritornello-fuzz-midi $(FLAGS)
	.build/release/ritornello-fuzz-midi "$(TORTURE)" --count $(MUTATIONS)

check-neon: toolchain ## Hold the kernels to golden hashes: this processor's, and NEON's under qemu-aarch64
	@python3 Tests/Kernels/check.py --neon --clang "$(CLANG)"

check-sanitizers: toolchain ## Run the network's and the pool's tests under the address and thread sanitizers
	@SWIFT="$(SWIFT)" CLANG="$(CLANG)" bash Tests/Sanitizers/check.sh

check-engine: build ## Hold the presets to golden hashes (threads, kernels), trainings to the memory they tell and plan once
	@python3 Tests/Engine/golden.py $(RELEASE)
	@python3 Tests/Engine/golden.py $(RELEASE) --presets
	@python3 Tests/Engine/memory.py $(RELEASE)
	@CLANG="$(CLANG)" python3 Tests/Engine/allocations.py $(RELEASE)

check-resume: build ## Kill a training at 20 random iterations and hold its weights to an undisturbed one's
	@python3 Tests/Crash/resume.py $(RELEASE) --kills 20

check-faults: build ## Let each call to the system fail, one a run, and hold the studio to its promise (a quarter of an hour)
	@CC="$(CLANG)" python3 Tests/Faults/sweep.py $(RELEASE) $(FAULTS)

check-kills: build ## Kill the watcher or its worker at 500 random moments, and hold the songs to an undisturbed run's
	@python3 Tests/Crash/kill9.py $(RELEASE) --random $(KILLS)

check-crowd: build ## Drop very many files at once; print how fast they are taken, and what status and an idle inbox cost
	@python3 Tests/Crash/multitude.py $(RELEASE) --files $(CROWD) --kills 3 --limits

check-hostile: build ## Drop what should do harm, and hold each file to its fate and the studio to its limits
	@python3 Tests/Crash/hostile.py $(RELEASE)

check-fuzz: toolchain deps ## Fuzz each parser of what comes from outside: MIDI, YAML, weights, archives (SECONDS=60)
	@SWIFT="$(SWIFT)" python3 Tests/Fuzzing/check.py --seconds $(SECONDS)

check-two: build ## Let two of everything meet, and put a studio where it should not or just may lie
	@python3 Tests/Crash/two.py $(RELEASE)

demo: toolchain deps ## Train on 229 chorales of Bach and write four songs to outbox/demo
	@SWIFT="$(SWIFT)" MAKE="$(MAKE)" bash Examples/demo.sh

format: toolchain ## Format every Swift file in place
	$(SWIFT) format --in-place --parallel --recursive Sources Tests Package.swift

lint: toolchain ## Check format, imports against the module table, skipped tests, names in the pages
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Package.swift
	python3 -m doctest Tests/Checks/swift_source.py
	python3 Tests/Checks/imports.py
	python3 Tests/Checks/skips.py
	python3 Tests/Checks/pages.py

clean: ## Remove what was built
	rm -rf .build

install: $(RELEASE) ## Install the program and shell completions below PREFIX (/usr/local; DESTDIR is honoured)
	@to="$(DESTDIR)$(PREFIX)"; \
	install -D -m 755 $(RELEASE) "$$to/bin/ritornello"; \
	install -D -m 644 Examples/starter/starter.safetensors "$$to/share/ritornello/starter.safetensors"; \
	completion() { install -d "$$to/$$2"; $(RELEASE) --generate-completion-script "$$1" > "$$to/$$2/$$3"; chmod 644 "$$to/$$2/$$3"; }; \
	completion bash share/bash-completion/completions ritornello; \
	completion zsh share/zsh/vendor-completions _ritornello; \
	completion fish share/fish/vendor_completions.d ritornello.fish; \
	echo "installed $$to/bin/ritornello, its starter weights and completions for bash, zsh and fish"

# No prerequisites: what is built is installed as it is.
$(RELEASE):
	@$(MAKE) --no-print-directory build

deps: ## Install the Debian packages that are missing (as root), or name them
	@if ! command -v dpkg-query >/dev/null; then \
	  if pkg-config --exists sqlite3 yaml-0.1 libarchive 2>/dev/null && command -v python3 >/dev/null; then exit 0; fi; \
	  echo "Needed, with headers: SQLite 3.37 or later, libyaml, libarchive; and pkg-config, python3."; exit 1; fi; \
	missing=(); \
	for name in $(DEBS); do \
	  dpkg-query -W -f='$${db:Status-Status}' "$$name" 2>/dev/null | grep -qx installed || missing+=("$$name"); \
	done; \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then \
	  echo "installing $${missing[*]}"; \
	  apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null; \
	else \
	  echo "Debian packages are missing. As root: apt-get install $${missing[*]}"; exit 1; \
	fi

toolchain: ## Check that Swift 6.2 or later is there
	@if [ -z "$(SWIFT)" ]; then \
	  echo "No Swift found. Get 6.2 or later from https://www.swift.org/install/linux and put it in PATH,"; \
	  echo "or name it: make SWIFT=/path/to/swift"; exit 1; fi; \
	version=$$($(SWIFT) --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1) || true; \
	if [ "$$(printf '%s\n' 6.2 "$$version" | sort -V | head -n 1)" != 6.2 ]; then \
	  echo "Swift 6.2 or later is needed; $(SWIFT) is $${version:-not runnable}."; \
	  echo "Get it from https://www.swift.org/install/linux, or name it: make SWIFT=/path/to/swift"; exit 1; fi
