# SPDX-License-Identifier: MIT
# What each fuzz target links besides base/ and model/: files of classifier/ without ".c".
LINKS_fuzz_escape = output/escape output/json output/clock_text output/terminal
LINKS_fuzz_capture = capture/capture capture/opened capture/pcap_file capture/pcapng_file capture/foreign capture/live capture/input capture/unpack capture/filter capture/linktype
LINKS_fuzz_decode = decode/decode decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/pieces decode/checksum
LINKS_fuzz_rules = $(POLICY)
LINKS_fuzz_content = $(POLICY)
LINKS_fuzz_http = $(LINKS_http)
LINKS_fuzz_websocket = $(LINKS_ws)
LINKS_fuzz_tls = $(LINKS_test_tls)
LINKS_fuzz_bittorrent = $(LINKS_test_bittorrent)
LINKS_fuzz_raw = $(LINKS_test_shape)
LINKS_fuzz_midstream = layers/ws_midstream $(LINKS_test_shape)
LINKS_fuzz_identify = $(LINKS_test_identify)
LINKS_fuzz_engine = $(LINKS_engine) $(patsubst classifier/%.c,%,$(wildcard classifier/output/*.c))
LINKS_fuzz_proxy = $(LINKS_test_proxy)
LINKS_fuzz_socks = $(LINKS_test_socks)
LINKS_fuzz_inflate = layers/ws_inflate layers/ws_window layers/deflate_block layers/deflate_code
LINKS_fuzz_ws_speech = $(LINKS_speech)
LINKS_fuzz_hixie = layers/hixie
LINKS_fuzz_flows = $(LINKS_engine)
LINKS_fuzz_outputs = $(LINKS_engine) $(filter-out output/guard,$(patsubst classifier/%.c,%,$(wildcard classifier/output/*.c)))
LINKS_fuzz_json = output/json_view
LINKS_fuzz_stream = stream/stream stream/hold
LINKS_fuzz_dht = $(LINKS_utp)
LINKS_fuzz_utp = $(LINKS_utp)
LINKS_fuzz_mse = $(LINKS_mse)
LINKS_fuzz_eve = $(sort $(filter-out output/out output/guard,$(LINKS_eve_reader) $(LINKS_test_eve) $(LINKS_test_report)))
