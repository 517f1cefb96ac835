# SPDX-License-Identifier: MIT
# portwarden
#
#   make            build build/portwarden
#   make demo       install what is missing, build, analyse pcaps/port80.pcap, write a report
#   make check      install what is missing, run every test
#   make lint       budgets, folder ranks, cppcheck, clang-format
#   make bench      CPU time as ratios to a bare libpcap loop, in one run
#   make fuzz       TIME=seconds for each target (clang)
#   make golden-update   rewrite the golden files; read the diff
#   make install    PREFIX=/usr/local DESTDIR=
#   make clean
#
#   CC=clang        another compiler      SAN=1   with ASan and UBSan      V=1   show commands

CC      ?= gcc
PREFIX  ?= /usr/local
BUILD   ?= build
TIME    ?= 60
CFLAGS  ?= -O2 -g
VERSION := 0.1.0

LIBS  := libpcap libndpi yaml-0.1 zlib libzstd libhs libcrypto libcap-ng libseccomp
STD   := -std=c17 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
         -Wswitch-enum -Wcast-qual -Wvla -Wundef
WERROR ?= -Werror
ifdef SAN
CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
BUILD  := $(BUILD)/san
endif
Q := $(if $(V),,@)

# Foreign headers are system headers: their warnings are not ours.
lib_cflags = $(subst -I,-isystem ,$(shell pkg-config --cflags $(LIBS) 2>/dev/null))
lib_ldlibs = $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lm

SOURCES := $(sort $(wildcard classifier/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
GROUND  := $(filter $(BUILD)/classifier/base/% $(BUILD)/classifier/model/%,$(OBJECTS))

all: $(BUILD)/portwarden

$(BUILD)/portwarden: $(BUILD)/classifier/main.o $(OBJECTS)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(lib_ldlibs)

$(BUILD)/%.o: %.c
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

clean:
	rm -rf build

.PHONY: all clean unit-binaries
.SECONDARY:

-include $(OBJECTS:.o=.d) $(BUILD)/classifier/main.d $(UNIT:%=$(BUILD)/tests/unit/%.d)
