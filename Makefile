# The words of everyday work; everything else is CMake's (CMakePresets.json). WERROR=ON makes warnings errors, as the gate does.
JOBS ?= $(shell nproc)
WERROR ?= OFF
SECONDS_EACH ?= 1800
CTEST = ctest -j $(JOBS) --output-on-failure $(CTEST_ARGS)
CONFIGURE = cmake -DWISMO_WERROR=$(WERROR) --preset

all: build/wismo

build/wismo: FORCE
	@$(CONFIGURE) release >/dev/null
	@cmake --build build -j $(JOBS) --target wismo -- --quiet

check: build/wismo
	@cmake --build build -j $(JOBS) -- --quiet
	$(CTEST) --test-dir build

# asan: all tests under ASan and UBSan. tsan: the tests that run several threads (label flows) under TSan.
asan: deps-test
	@$(CONFIGURE) asan >/dev/null
	@cmake --build build-asan -j $(JOBS) -- --quiet
	$(CTEST) --test-dir build-asan

# long: the tests that have a long form, in it: faults at every step, a million scans for one parcel, a million-row import.
long: build/wismo
	@cmake --build build -j $(JOBS) -- --quiet
	@set -e; export WISMO_LONG=1 WISMO_SOURCE=$(CURDIR) WISMO_BINARY=$(CURDIR)/build/wismo; \
	for t in $$(grep -l WISMO_LONG tests/*/test_*.c); do echo "== $$t"; build/tests/$$(basename $$t .c); done

tsan: deps-test
	@$(CONFIGURE) tsan >/dev/null
	@cmake --build build-tsan -j $(JOBS) --target tests-flows -- --quiet
	$(CTEST) --test-dir build-tsan -L flows --no-tests=error

clang: deps-test
	@$(CONFIGURE) clang >/dev/null
	@cmake --build build-clang -j $(JOBS) -- --quiet
	$(CTEST) --test-dir build-clang

fuzz: deps-test
	tools/fuzz $(SECONDS_EACH)

bench: build/wismo
	@cmake --build build -j $(JOBS) -- --quiet
	bench/run

cov:
	@$(CONFIGURE) cov >/dev/null
	@cmake --build build-cov -j $(JOBS) -- --quiet
	$(CTEST) --test-dir build-cov
	tools/coverage build-cov

fmt:
	clang-format -i $$(git ls-files '*.c' '*.h')

lint:
	tools/check-layers
	tools/check-style
	tools/check-self-test

tidy: build/wismo
	@command -v clang-tidy >/dev/null || { echo "tidy needs: apt-get install clang-tidy"; exit 1; }
	clang-tidy -p build --quiet --checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters' $$(git ls-files 'src/*.c')

check-all: lint check clang asan tsan long tidy fuzz

deps-test:
	@tools/install-deps --test

clean:
	rm -rf build build-*

FORCE:
.PHONY: all check clang asan long tsan fuzz bench cov fmt lint tidy check-all deps-test clean FORCE
