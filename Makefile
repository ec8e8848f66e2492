# Every command sets up what it needs: Python 3.11+ and a Rust toolchain are all a bare machine must have.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := $(shell find src -name '*.rs') Cargo.toml pyproject.toml
ARM := aarch64-unknown-linux-gnu
# The kernels made for NEON, without the test that repeats large products for many threads (minutes, emulated).
ARM_TESTS := cpu::machine::vector cpu::elementwise::math cpu::machine::simd cpu::create::transpose \
	cpu::linalg::matmul::convert cpu::linalg::matmul::tests --skip blocks_of_every_kind

.PHONY: help setup build demo demo-rust test test-arm test-gpu lint lint-arm stubs coverage bench bench-diff bench-gpu bench-rust docs wheel wheel-arm clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.tools: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check "maturin>=1.9,<2" "numpy>=1.24" "pytest>=8" "hypothesis>=6" \
		"ruff>=0.9" "mypy>=1.13" "scikit-learn>=1.4" "tqdm>=4.66" "matplotlib>=3.8" "pillow>=10"
	@touch $@

$(STAMP): $(VENV)/.tools $(SOURCES)
	@echo "building the extension (release)..."
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop --release
	@touch $@

setup: $(VENV)/.tools ## the virtual environment with development tools

build: $(STAMP) ## the package, built and installed into .venv

demo: build ## trains on real handwritten digits and shows the result
	$(BIN)/python examples/digits.py

demo-rust: $(VENV)/.tools ## the same from Rust: a CNN on the digits, with the engine as a crate
	@mkdir -p target
	$(BIN)/python -c "import gzip, pathlib, shutil, sklearn; \
		shutil.copyfileobj(gzip.open(pathlib.Path(sklearn.__file__).parent / 'datasets/data/digits.csv.gz'), \
		open('target/digits.csv', 'wb'))"
	cargo run --release --example digits -- target/digits.csv

test: build ## Rust tests, then Python tests
	# one at a time: the instruction set and the number of threads, which some tests set, belong to the process
	cargo test --quiet --features gpu -- --test-threads=1
	$(BIN)/python -m pytest

test-gpu: build ## the tests on a GPU, or on the driver that computes on the processor (mesa-vulkan-drivers, libvulkan1)
	RUSHLIGHT_GPU=software $(BIN)/python -m pytest $(wildcard tests/python/test_cuda_*.py tests/python/test_gpu_*.py) \
		tests/python/test_coverage.py
	RUSHLIGHT_GPU=software RUSHLIGHT_TEST_DEVICE=cuda $(BIN)/python -m pytest tests/python

test-arm: ## the kernels for 64-bit ARM, emulated (wants the cross compiler and qemu-user)
	@test -d "$$(rustc --print sysroot)/lib/rustlib/$(ARM)" || \
		{ echo "make test-arm lacks the Rust target: rustup target add $(ARM)"; exit 1; }
	@for tool in aarch64-linux-gnu-gcc qemu-aarch64; do command -v $$tool >/dev/null || \
		{ echo "make test-arm lacks $$tool: apt install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"; exit 1; }; done
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu" \
		cargo test --quiet --lib --target $(ARM) -- --test-threads=1 $(ARM_TESTS)

lint: build ## formatting, clippy, ruff, types, stale stubs and tables
	cargo fmt --check
	cargo clippy --quiet --all-targets --features python,gpu -- -D warnings
	$(BIN)/ruff check python tests examples benches
	$(BIN)/python -m rushlight._stubs --check
	$(BIN)/python -m rushlight._coverage --check
	$(BIN)/mypy

lint-arm: ## clippy for 64-bit ARM, where the Rust target is installed
	@if [ -d "$$(rustc --print sysroot)/lib/rustlib/$(ARM)" ]; then \
		cargo clippy --quiet --lib --tests --target $(ARM) -- -D warnings; \
	else echo "skipped: no Rust target $(ARM) (rustup target add $(ARM))"; fi

stubs: build ## writes python/rushlight/_C.pyi from the op table
	$(BIN)/python -m rushlight._stubs

coverage: build ## writes docs/COVERAGE.md: what every op can do, asked of the engine
	$(BIN)/python -m rushlight._coverage

# An interpreter that has PyTorch, to be compared with; the figures that `bench-diff` compares with.
TORCH ?= $(BIN)/python
FORMER ?= target/bench.json
THREADS ?= 1

bench: build ## calls, import, then ops, layers and programs against PyTorch (TORCH=python) into docs/PERFORMANCE.md
	$(BIN)/python benches/call_overhead.py
	$(BIN)/python benches/import_time.py
	$(BIN)/python benches/sweep --torch $(TORCH) --threads $(THREADS) --json $(FORMER) --write docs/PERFORMANCE.md

bench-diff: build ## what became slower by more than 15 % since `make bench`
	$(BIN)/python benches/sweep --torch $(TORCH) --threads $(THREADS) --json target/bench-now.json --against $(FORMER)

bench-gpu: build ## the GPU of this machine: products, memory, host time, training steps; TORCH=python compares
	$(BIN)/python benches/gpu.py --torch $(TORCH) --json target/bench-gpu.json --markdown docs/PERFORMANCE-GPU.md

bench-rust: ## the kernels from Rust, by criterion
	cargo bench -- --warm-up-time 0.3 --measurement-time 1

docs: ## API documentation of the Rust library
	cargo doc --no-deps

# zig links against the C library of 2014 and needs no container; no folder of this machine stays in the binary.
WHEEL = RUSTFLAGS="--remap-path-prefix=$${CARGO_HOME:-$$HOME/.cargo}/registry/src=crates --remap-path-prefix=$(CURDIR)=rushlight" \
	VIRTUAL_ENV=$(CURDIR)/$(VENV) PATH="$(CURDIR)/$(BIN):$$PATH" maturin build --profile wheel --out dist --compression-level 9

$(VENV)/.packers: $(VENV)/.tools
	$(BIN)/pip install --quiet --disable-pip-version-check ziglang deflate
	@touch $@

wheel: $(VENV)/.packers ## the wheel, in dist/: on Linux for every one with glibc 2.17 or newer (manylinux2014)
	@if [ "$$(uname -s)" = Linux ]; then $(WHEEL) --zig --compatibility manylinux2014; else $(WHEEL); fi
	$(BIN)/python .ci/pack.py dist

wheel-arm: $(VENV)/.packers ## the same for 64-bit ARM, where the Rust target is installed
	@if [ -d "$$(rustc --print sysroot)/lib/rustlib/$(ARM)" ]; then \
		$(WHEEL) --zig --compatibility manylinux2014 --target $(ARM) && $(BIN)/python .ci/pack.py dist; \
	else echo "make wheel-arm lacks the Rust target: rustup target add $(ARM)"; exit 1; fi

clean: ## removes what was built
	cargo clean
	rm -rf $(VENV) dist
