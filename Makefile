# SPDX-License-Identifier: MIT
# portwarden
#
#   make            build build/portwarden
#   make demo       install what is missing, build, analyse pcaps/port80.pcap, write a report
#   make check      install what is missing, run every test
#   make lint       budgets, folder ranks, clang-format, cppcheck, clang-tidy, gcc -fanalyzer: 11 minutes of processor time
#   make bench      CPU time as ratios to a bare libpcap loop, beside the peers', in one run: ROUNDS=3 SCALE=100 ONLY=small,syn
#   make bench-stages    micro-benchmarks: ns a packet, a frame, a flow; MB/s
#   make bench-memory    bytes of a connection, by state
#   make bench-features  what each feature costs, against none
#   make bench-report    all of them, into docs/performance.md
#   make bench-check     instructions a packet against recorded ones; bench-check-update records them
#   make bench-rules     what many content rules and long lists cost
#   make bench-live      what monitor takes off an interface, with one worker and with two (root: network namespaces)
#   make bench-floods    rate, memory and genuine messages under each kind of flood
#   make recall     SET=folder of captures with truth (pcaps): how much BitTorrent is recognised, ndpiReader's answers beside ours
#   make falsepos   SET=folder of captures (pcaps): what is called BitTorrent and is not, the same way
#   make fuzz       TIME=seconds for each target, with libFuzzer (clang); fuzz-afl: the same with AFL++
#   make fuzz-merge, make fuzz-coverage    keep what they found; what the corpus reaches, by file
#   make torture    TIME=seconds of captures rewritten as networks do; SEED= (the clock): the same must be said of them
#   make memcheck   valgrind over all captures, with every output
#   make check-neon      the unit tests of base/simd.h as on an ARM64, with qemu
#   make golden-update   rewrite the golden files; read the diff
#   make install    PREFIX=/usr/local DESTDIR=
#   make clean
#
#   CC=clang        another compiler      SAN=1   with ASan and UBSan      V=1   show commands

ifeq ($(origin CC),default)
CC      := gcc
endif
PREFIX  ?= /usr/local
BUILD   ?= build
TIME    ?= 60
# Small functions in many files: gcc puts them together when it links. (clang needs another linker for that.)
comma   := ,
LTO     ?= $(if $(findstring clang,$(shell $(CC) --version 2>&1)),,-flto=auto)
# gcc fills structs of some hundred bytes with rep stos, which takes as long to begin as a loop to end; and copies with
# loops that end byte by byte, also what it does not know the length of: memcpy() knows better.
FILL    ?= $(if $(LTO),$(if $(findstring x86_64,$(shell $(CC) -dumpmachine 2>&1)),-mmemset-strategy=vector_loop:640:noalign$(comma)rep_8byte:8192:noalign$(comma)libcall:-1:noalign -mmemcpy-strategy=libcall:-1:noalign))
# It also loads two fields at once that were stored one by one just before, and waits for both to have left for the cache.
ONE     ?= $(if $(LTO),-fno-tree-slp-vectorize)
CFLAGS  ?= -O3 -g $(ONE) $(LTO) $(FILL)
VERSION := 0.1.0

# Of whom most is asked at the start comes first: the loader looks for each name in all before it.
LIBS  := libcrypto libhs libndpi libpcap yaml-0.1 zlib libzstd libcap-ng libseccomp
STD   := -std=c17 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
         -Wswitch-enum -Wcast-qual -Wvla -Wundef
WERROR ?= -Werror
ifdef SAN
override CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
override BUILD := $(BUILD)/san
endif
Q := $(if $(V),,@)

# Foreign headers are system headers: their warnings are not ours.
lib_cflags = $(subst -I,-isystem ,$(shell pkg-config --cflags $(LIBS) 2>/dev/null))
lib_ldlibs = $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lm -lpthread

SOURCES := $(sort $(wildcard classifier/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
GROUND  := $(filter $(BUILD)/classifier/base/% $(BUILD)/classifier/model/%,$(OBJECTS))

all: $(BUILD)/portwarden

$(BUILD)/portwarden: $(BUILD)/classifier/main.o $(OBJECTS)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(lib_ldlibs)

# Other flags, other objects.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(CPPFLAGS) $(LIBS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS) $(CPPFLAGS) $(LIBS)' >$@

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC  $<"
	$(Q)$(CC) $(STD) $(WARN) $(WERROR) -DPORTWARDEN_VERSION='"$(VERSION)"' -Iclassifier -I. $(lib_cflags) -MMD -MP $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Unit tests. A test links the ground (base/, model/), what tests/unit/links.mk names, and nothing else:
# the line is the proof that the part stands alone.
include tests/unit/links.mk
UNIT := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))

define unit_rule
$(BUILD)/tests/unit/$(1): $(BUILD)/tests/unit/$(1).o $(patsubst %,$(BUILD)/classifier/%.o,$(LINKS_$(1))) $(GROUND)
	@echo "  LD  $$@"
	$$(Q)$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(lib_ldlibs)
endef
$(foreach t,$(UNIT),$(eval $(call unit_rule,$(t))))

unit-binaries: $(UNIT:%=$(BUILD)/tests/unit/%)

# Fuzz targets. One object of each target, three drivers: replay.c gives it a corpus (any compiler; make check, coverage),
# libFuzzer brings its own (make fuzz), afl.c is AFL++'s persistent mode (make fuzz-afl).
include tests/fuzz/links.mk
FUZZ := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_DRIVER ?= replay
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=undefined

define fuzz_rule
$(BUILD)/tests/fuzz/$(1): $(BUILD)/tests/fuzz/$(1).o $(FUZZ_DRIVER:%=$(BUILD)/tests/fuzz/%.o) $(patsubst %,$(BUILD)/classifier/%.o,$(LINKS_$(1))) $(GROUND)
	@echo "  LD  $$@"
	$$(Q)$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(lib_ldlibs)
endef
$(foreach t,$(FUZZ),$(eval $(call fuzz_rule,$(t))))

fuzz-replay: $(FUZZ:%=$(BUILD)/tests/fuzz/%)

fuzz-libfuzzer:
	@$(MAKE) --no-print-directory -s CC=clang BUILD=$(BUILD)/fuzzer FUZZ_DRIVER= LDFLAGS=-fsanitize=fuzzer \
		CFLAGS='$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined' fuzz-replay
fuzz-afl-binaries: packages-fuzz
	@AFL_QUIET=1 $(MAKE) --no-print-directory -s CC=afl-clang-fast BUILD=$(BUILD)/afl FUZZ_DRIVER=afl WERROR= \
		CFLAGS='$(FUZZ_FLAGS) -fsanitize=address,undefined' fuzz-replay

fuzz: packages-test fuzz-libfuzzer
	@tests/fuzz/run libfuzzer $(BUILD)/fuzzer $(TIME) $(FUZZ)
fuzz-afl: packages-fuzz fuzz-afl-binaries
	@tests/fuzz/run afl $(BUILD)/afl $(TIME) $(FUZZ)
# What both found that is new goes to tests/fuzz/corpus.
fuzz-merge: packages-test fuzz-libfuzzer
	@tests/fuzz/run merge $(BUILD) 0 $(FUZZ)
fuzz-coverage: packages-fuzz
	@tests/fuzz/coverage $(BUILD)/coverage

packages:
	@tests/packages.sh build
packages-test:
	@tests/packages.sh test
packages-lint:
	@tests/packages.sh lint
packages-fuzz:
	@tests/packages.sh fuzz
packages-neon:
	@tests/packages.sh neon

# Packages first, then a make of its own: pkg-config is asked again.
demo: packages
	@$(MAKE) --no-print-directory -s all
	@$(BUILD)/portwarden analyze -r rules/default.yaml pcaps/port80.pcap
	@$(BUILD)/portwarden report -r rules/default.yaml -o $(BUILD)/report.html pcaps/port80.pcap
	@echo
	@echo "The firewall report: $(abspath $(BUILD))/report.html"

check: packages-test
	@BUILD=$(BUILD) tests/run

# What an ARM64 does with bytes (base/simd_neon.c), on a machine that is none.
NEON = test_simd test_utf8 test_ws_unmask test_lines
check-neon: packages-neon
	@$(MAKE) --no-print-directory -s CC=aarch64-linux-gnu-gcc BUILD=$(BUILD)/neon CFLAGS='-O2 -g' LDFLAGS=-static \
		LIBS= lib_ldlibs= GROUND='$(patsubst %,$(BUILD)/neon/classifier/base/%.o,simd simd_plain simd_neon utf8 bytes)' $(NEON:%=$(BUILD)/neon/tests/unit/%)
	@for t in $(NEON); do qemu-aarch64-static $(BUILD)/neon/tests/unit/$$t || exit 1; done

torture: packages-test
	@BUILD=$(BUILD) TIME=$(TIME) SEED=$(SEED) tests/mutate/test-mutate --torture

golden-update: all
	@PORTWARDEN=$(BUILD)/portwarden tests/golden/test-golden --update

lint: packages-lint
	tests/check/ranks.sh
	tests/check/budgets.sh
	@clang-format --dry-run -Werror $(shell git ls-files -co --exclude-standard '*.c' '*.h')
	tests/check/analyse $(STD) -DPORTWARDEN_VERSION='"$(VERSION)"' -Iclassifier -I. $(lib_cflags)

# Programs of the benchmarks: tests/bench/links.mk says of what they are made.
include tests/bench/links.mk

define bench_rule
$(BUILD)/bench/$(1): $(patsubst %,$(BUILD)/%.o,$(PARTS_$(1)))
	@mkdir -p $$(@D)
	@echo "  LD  $$@"
	$$(Q)$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(lib_ldlibs)
endef
$(foreach p,$(BENCH),$(eval $(call bench_rule,$(p))))

# What the scripts that count instructions run.
BENCH_CHECK = all $(BUILD)/bench/make_traffic $(BUILD)/bench/bare_loop $(BUILD)/bench/spawn

bench-programs: all $(BENCH:%=$(BUILD)/bench/%)

bench-objects: $(BENCH_CHECK) $(BENCH_OBJECTS)

bench-rules: packages-test all $(BUILD)/bench/make_traffic
	@tests/bench/rules $(BUILD)

bench-live: packages-test all $(BUILD)/bench/make_traffic $(BUILD)/bench/replay
	@tests/bench/live $(BUILD)

bench-floods: packages-test $(BUILD)/bench/floods
	@$(BUILD)/bench/floods

bench: packages-test bench-programs
	@tests/bench/run $(BUILD)

# What each stage of the way of a packet costs by itself.
bench-stages: packages-test $(BUILD)/bench/stages $(BUILD)/bench/make_traffic
	@tests/bench/micro $(BUILD)

# What a connection takes of the memory by what has become of it.
bench-memory: packages-test $(BUILD)/bench/states
	@$(BUILD)/bench/states
bench-features: packages-test $(BENCH_CHECK)
	@tests/bench/features $(BUILD)

# docs/performance.md and its picture; REUSE=1 writes what was measured last once more.
bench-report: packages-test bench-programs
	@CC="$(CC)" tests/bench/report $(BUILD)

# Instructions a packet, as valgrind counts them, against those that were recorded.
bench-check: packages-test $(BENCH_CHECK)
	@tests/bench/check $(BUILD)
bench-check-update: packages-test $(BENCH_CHECK)
	@tests/bench/check $(BUILD) --update

recall: packages-test all
	@tests/recall/recall.py $(BUILD)/portwarden $(or $(SET),pcaps)
falsepos: packages-test all
	@tests/recall/falsepos.py $(BUILD)/portwarden $(or $(SET),pcaps)

memcheck: packages-lint all
	@PORTWARDEN=$(BUILD)/portwarden tests/faults/memcheck

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/portwarden/rules $(DESTDIR)$(PREFIX)/share/doc/portwarden
	install -m 755 $(BUILD)/portwarden $(DESTDIR)$(PREFIX)/bin/portwarden
	install -m 644 rules/*.yaml $(DESTDIR)$(PREFIX)/share/portwarden/rules/
	install -m 644 README.md CHANGELOG.md CONTRIBUTING.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/portwarden/
	install -d $(DESTDIR)$(PREFIX)/share/doc/portwarden/docs
	install -m 644 docs/*.md docs/*.json docs/*.png docs/*.svg $(DESTDIR)$(PREFIX)/share/doc/portwarden/docs/

clean:
	rm -rf build

.PHONY: FORCE all unit-binaries fuzz-replay fuzz-libfuzzer fuzz-afl-binaries fuzz fuzz-afl fuzz-merge fuzz-coverage packages packages-test packages-lint packages-fuzz packages-neon demo check check-neon golden-update torture lint bench bench-programs bench-objects bench-stages bench-memory bench-features bench-report bench-check bench-check-update bench-floods bench-live bench-rules recall falsepos memcheck install clean
.SECONDARY:

-include $(OBJECTS:.o=.d) $(BUILD)/classifier/main.d $(UNIT:%=$(BUILD)/tests/unit/%.d) \
         $(FUZZ:%=$(BUILD)/tests/fuzz/%.d) $(BENCH_OBJECTS:.o=.d) $(FAULTS:.o=.d)
