# The few commands of the project. `make demo` and `make test` are all that a newcomer needs.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: build demo test lint clean duckdb engine

# The engine's library, prebuilt. `.cargo/config.toml` makes cargo look for it in `.duckdb`.
# Another platform gets a line here when somebody has checked its package and can pin it.
DUCKDB_PACKAGE := @duckdb/node-bindings-linux-x64@1.5.6-r.1
DUCKDB_SHA256 := 3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633
DUCKDB := .duckdb/libduckdb.so
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/esker
CACHED := $(CACHE)/libduckdb-$(DUCKDB_SHA256).so

# `make BUNDLED=1 …` compiles the engine from its source instead; so does a machine for which there is nothing prebuilt.
ifndef BUNDLED
  ifeq ($(wildcard $(DUCKDB)),)
    ifneq ($(shell uname -sm),Linux x86_64)
      BUNDLED := no prebuilt engine is known for $(shell uname -sm)
    else ifeq ($(wildcard $(CACHED))$(shell command -v npm),)
      BUNDLED := npm, which fetches the prebuilt engine, is not installed
    endif
  endif
endif
FEATURES := $(if $(BUNDLED),--features bundled)
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))

build: engine
	cargo build --bin esker $(FEATURES)

# A real project from files to rows.
demo: build
	ESKER=$(TARGET)/debug/esker examples/flights/demo.sh

# The whole workspace. The end-to-end tests run the binary, so it is built first.
test: build
	if cargo nextest --version >/dev/null 2>&1; \
	then cargo nextest run --workspace --no-fail-fast $(FEATURES); \
	else cargo test --workspace --no-fail-fast --quiet $(FEATURES); fi

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

clean:
	cargo clean
	rm -rf .duckdb

ifdef BUNDLED
engine:
	@echo "Compiling the engine from its source: $(if $(filter 1,$(BUNDLED)),as asked for,$(BUNDLED))."
	@echo "This is done once and takes over half an hour on 2 cores."
else
engine: $(DUCKDB)
endif

duckdb: $(DUCKDB)

# The name is given last, so that only a whole file with the right checksum ever has it.
$(DUCKDB):
	@mkdir -p $(@D)
	@[ -f $(CACHED) ] || $(MAKE) --no-print-directory $(CACHED)
	@$(call check,$(CACHED))
	@cp $(CACHED) $@.part && mv $@.part $@

$(CACHED):
	@mkdir -p $(CACHE)
	@part=$$(mktemp -d $(CACHE)/part.XXXXXX); trap 'rm -rf "$$part"' EXIT; cd "$$part"; \
	echo "Fetching $(DUCKDB_PACKAGE)"; \
	npm pack --silent $(DUCKDB_PACKAGE) >/dev/null || \
	  { echo "The prebuilt engine could not be fetched (see above). Without it: make BUNDLED=1" >&2; exit 1; }; \
	tar -xzf *.tgz package/libduckdb.so; \
	$(call check,package/libduckdb.so); \
	mv package/libduckdb.so $@

# $(call check,FILE): stops, and removes it, unless it is the file that was pinned.
check = echo "$(DUCKDB_SHA256)  $(1)" | sha256sum --check --status || \
  { echo "$(1) is not the engine that was pinned: not used, and removed. Try again, or: make BUNDLED=1" >&2; rm -f $(1); exit 1; }
