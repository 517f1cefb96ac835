# SPDX-License-Identifier: MIT
# What the programs of the benchmarks are made of: files without ".c".
BENCH := bare_loop spawn replay make_traffic zlib_time inflate floods stages states

bench_ground := $(GROUND:$(BUILD)/%.o=%)

PARTS_bare_loop = tests/bench/bare_loop
PARTS_spawn = tests/bench/spawn
PARTS_replay = tests/bench/replay
PARTS_make_traffic = $(patsubst %,tests/bench/%,make_traffic traffic traffic_websocket traffic_deflate traffic_mixed traffic_torrent) \
       classifier/base/buffer
PARTS_zlib_time = tests/bench/zlib_time classifier/base/buffer
# It drives one layer, against zlib.
PARTS_inflate = tests/bench/inflate $(LINKS_ws:%=classifier/%) $(bench_ground)
# Floods run the whole engine.
PARTS_floods = $(patsubst %,tests/bench/%,floods flood_send flood_kinds) $(SOURCES:.c=)
PARTS_states = $(patsubst %,tests/bench/%,states flood_send) $(SOURCES:.c=)
# Micro-benchmarks.
PARTS_stages = $(patsubst %,tests/bench/%,stages stages_packet stages_websocket stages_bytes) $(SOURCES:.c=)

BENCH_OBJECTS = $(patsubst %,$(BUILD)/%.o,$(filter tests/bench/%,$(foreach p,$(BENCH),$(PARTS_$(p)))))
