# The words of everyday work; everything else is CMake's (CMakePresets.json).
JOBS ?= $(shell nproc)
SECONDS_EACH ?= 1800

all: build/wismo

build/wismo: FORCE
	@cmake --preset release >/dev/null
	@cmake --build build -j $(JOBS) --target wismo -- --quiet

check:
	@cmake --preset release >/dev/null
	@cmake --build build -j $(JOBS) -- --quiet
	ctest --test-dir build -j $(JOBS) --output-on-failure

asan tsan:
	@tools/install-deps --test
	@cmake --preset $@ >/dev/null
	@cmake --build build-$@ -j $(JOBS) -- --quiet
	ctest --test-dir build-$@ -j $(JOBS) --output-on-failure $(CTEST_ARGS)

fuzz:
	@tools/install-deps --test
	tools/fuzz $(SECONDS_EACH)

bench: build/wismo
	@cmake --build build -j $(JOBS) -- --quiet
	bench/run

cov:
	@cmake --preset cov >/dev/null
	@cmake --build build-cov -j $(JOBS) -- --quiet
	ctest --test-dir build-cov -j $(JOBS)
	gcov -r -n $$(find build-cov -name '*.gcda' | grep /src/) 2>/dev/null | grep -A1 "^File 'src" | grep -v '^--'

fmt:
	clang-format -i $$(git ls-files '*.c' '*.h')

lint:
	tools/check-layers
	tools/check-style

check-all: check asan tsan fuzz

clean:
	rm -rf build build-*

FORCE:
.PHONY: all check asan tsan fuzz bench cov fmt lint check-all clean FORCE
