# SPDX-License-Identifier: MIT
# What each unit test links besides base/ and model/: files of classifier/ without ".c".
LINKS_test_base =
LINKS_test_lines =
LINKS_test_digest =
LINKS_test_simd =
LINKS_test_json_tree =
LINKS_test_escape = output/escape
LINKS_test_json = output/json output/escape output/clock_text
LINKS_test_json_put = output/json_known output/json_put output/json output/escape output/clock_text
LINKS_test_eve_head = output/eve_head output/eve_words output/community_id output/json_known output/json_runs output/json_put output/json output/escape output/clock_text output/out output/guard
LINKS_test_eve_flow = output/eve_flow output/eve_label output/eve_figures output/eve_words output/json_known output/json_runs output/json_put output/json output/escape output/clock_text output/out output/guard
LINKS_test_community_id = output/community_id
LINKS_test_out = output/out output/guard
LINKS_test_eve = output/eve output/eve_app output/eve_flow output/eve_label output/eve_figures output/eve_finding output/eve_websocket output/eve_words output/eve_events output/eve_head output/community_id output/websocket_text output/json_known output/json_runs output/json_put output/json output/escape output/clock_text output/out output/guard
LINKS_eve_reader = output/eve_reader output/eve_line output/eve_read_flow output/eve_read_app output/eve_read_finding output/eve_merge output/eve_sums output/eve_waiting output/flow_map output/tally
LINKS_test_eve_reader = $(LINKS_eve_reader) $(LINKS_test_eve)
LINKS_test_terminal = output/terminal output/escape
LINKS_test_frames = output/frames output/terminal output/escape output/websocket_text output/out output/guard
LINKS_test_follow = output/swarm output/follow output/flow_name output/follow_text output/json_view output/terminal output/escape output/websocket_text output/wording output/wording_flow output/wording_websocket output/kept output/tally output/clock_text output/out output/guard
LINKS_test_json_view = output/json_view
LINKS_test_live = output/live output/terminal output/escape output/clock_text output/out output/guard
LINKS_test_stream = stream/stream stream/hold
LINKS_test_stream_overlap = stream/stream stream/hold
LINKS_test_flow_key = flow/key
LINKS_test_flow = flow/flow flow/wheel flow/key flow/syn flow/ghost
LINKS_test_order = engine/order engine/journal flow/peers
POLICY := $(patsubst classifier/%.c,%,$(wildcard classifier/policy/*.c))
LINKS_test_policy_docs = $(POLICY)
LINKS_test_policy_keys = $(POLICY)
LINKS_test_policy_list = $(POLICY)
LINKS_test_policy_parts = $(POLICY)
LINKS_test_policy_decide = $(POLICY)
LINKS_test_policy_load = $(POLICY)
LINKS_test_policy_message = $(POLICY)
LINKS_test_policy_promise = $(POLICY)
LINKS_test_policy_tests = $(POLICY)
LINKS_test_policy_explain = $(POLICY)
LINKS_test_policy_lint = $(POLICY)
LINKS_test_policy_show = $(POLICY)
LINKS_test_policy_overlap = $(POLICY)
LINKS_test_decode = decode/decode decode/usual decode/glance decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/pieces decode/checksum
LINKS_test_transport = decode/decode decode/usual decode/glance decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/pieces decode/checksum
LINKS_test_bare_syn = decode/bare_syn decode/decode decode/usual decode/glance decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/pieces decode/checksum
LINKS_test_usual = decode/decode decode/usual decode/glance decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/pieces decode/checksum
LINKS_test_defrag = decode/decode decode/usual decode/glance decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/pieces decode/checksum
LINKS_test_fragments = decode/decode decode/usual decode/glance decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/pieces decode/checksum
LINKS_test_pieces = decode/pieces
LINKS_ws = layers/ws_skim layers/ws_control layers/ws_detail layers/deflate_block layers/deflate_code layers/ws_keep layers/ws_window layers/websocket layers/ws_anomaly layers/ws_chain layers/ws_figures layers/ws_frame layers/ws_inflate layers/ws_message layers/ws_opening layers/ws_payload layers/ws_search layers/ws_unmask layers/ws_weigh
LINKS_speech = layers/json_keys layers/ws_speech layers/ws_speech_list layers/ws_speech_object layers/ws_speech_text \
       layers/ws_webtorrent layers/bittorrent_peer_id layers/probe
LINKS_ws += layers/ws_join layers/ws_midstream layers/ws_trail layers/ws_worth layers/deflate_look
LINKS_ws += layers/ws_inside layers/ws_offers layers/ws_tunnel layers/shape layers/noise $(LINKS_speech)
LINKS_test_websocket = $(LINKS_ws)
LINKS_test_ws_message = $(LINKS_ws)
LINKS_test_ws_figures = $(LINKS_ws)
LINKS_test_ws_skim = $(LINKS_ws)
LINKS_test_ws_frame = layers/ws_frame
LINKS_test_ws_unmask = layers/ws_unmask
LINKS_test_ws_chain = layers/ws_chain layers/ws_frame layers/ws_unmask
LINKS_test_ws_inflate = $(LINKS_ws)
LINKS_test_ws_negotiation = $(LINKS_ws)
LINKS_ws_trail = layers/ws_trail layers/ws_worth layers/ws_frame layers/ws_unmask layers/deflate_look layers/deflate_block layers/deflate_code
LINKS_test_utf8 =
LINKS_test_digits =
LINKS_http = layers/http layers/http_body layers/http_exchange layers/http_alike layers/http_head layers/http_shape layers/http_skim layers/http_kept layers/http_line \
       layers/http_message layers/http_recognise layers/http_refused layers/http_resume layers/http_slow layers/http_switch \
       layers/http_text layers/http_value layers/ws_draft layers/ws_handshake layers/ws_extension $(LINKS_tracker)
LINKS_tracker = layers/http_tracker layers/bittorrent_tracker layers/bittorrent_tracker_answer layers/bittorrent_peer_id layers/bencode \
       layers/compact_peers layers/probe layers/ws_inflate layers/ws_window layers/deflate_block layers/deflate_code
LINKS_test_http = $(LINKS_http)
LINKS_test_http_skim = $(LINKS_http)
LINKS_test_http_recognise = layers/http_recognise layers/http_line layers/http_value
LINKS_test_http_head = layers/http_alike layers/http_head layers/http_shape layers/http_line layers/http_value
LINKS_test_http_parts = layers/http_body layers/http_head layers/http_line layers/http_value
LINKS_test_ws_handshake = layers/ws_handshake layers/ws_draft layers/ws_extension layers/http_head layers/http_line layers/http_value
LINKS_test_capture = capture/capture capture/opened capture/pcap_file capture/pcapng_file capture/foreign capture/live capture/input capture/unpack capture/filter capture/linktype
LINKS_test_capture_file = capture/capture capture/opened capture/pcap_file capture/pcapng_file capture/foreign capture/live capture/input capture/unpack capture/filter capture/linktype
LINKS_test_tls_fingerprint = layers/tls_fingerprint layers/tls_hello
LINKS_test_tls = layers/tls layers/tls_hello layers/tls_fingerprint layers/tls_record layers/probe
LINKS_test_bittorrent = layers/bittorrent layers/bittorrent_recognise layers/bittorrent_message layers/bittorrent_seek layers/bittorrent_extension \
 layers/compact_peers \
       layers/bittorrent_peer_id layers/bittorrent_tracker layers/bencode layers/probe
LINKS_test_shape = layers/shape layers/raw layers/bittorrent_seek layers/bittorrent_message layers/probe layers/mse_grammar layers/noise $(LINKS_ws_trail)
LINKS_test_nameless = identify/nameless layers/noise layers/shape
LINKS_test_identify = identify/identify identify/usual identify/nameless identify/registry identify/ndpi identify/prefilter identify/first_byte $(patsubst classifier/%.c,%,$(wildcard classifier/layers/*.c))
LINKS_test_first_byte = $(LINKS_test_identify)
LINKS_test_ndpi = $(LINKS_test_identify)
LINKS_test_prefilter = $(LINKS_test_identify)
LINKS_summary = output/summary output/summary_scribe output/few output/timeline output/floods output/swarm output/view output/kept output/tally output/talkers
LINKS_sheet = output/sheet output/wording output/wording_flow output/wording_lists output/clock_text output/wording_websocket output/websocket_text output/terminal output/escape output/out output/guard
LINKS_test_talkers = output/talkers output/tally
LINKS_test_timeline = output/timeline output/tally
LINKS_test_summary = $(LINKS_summary)
LINKS_test_table = $(LINKS_summary) $(LINKS_sheet) output/table output/table_row
LINKS_test_report = $(LINKS_summary) $(LINKS_sheet) output/json output/clock_text output/html output/report_style output/report_script output/report_html_ports output/report_html_time output/report_html output/report_html_flows output/report_html_tables output/report_html_swarm output/report_text output/report_text_lists output/report_json output/report_json_lists output/report_csv output/report_markdown output/report_csv output/report_markdown
LINKS_test_eve_hostile = output/eve output/eve_app output/eve_flow output/eve_label output/eve_figures output/eve_finding output/eve_websocket output/eve_words output/eve_events output/eve_head output/community_id output/websocket_text output/json_known output/json_runs output/json_put output/json output/escape output/clock_text output/out output/guard
LINKS_engine = $(patsubst classifier/%.c,%,$(wildcard $(addprefix classifier/,$(addsuffix /*.c,engine decode flow stream layers identify policy))))
LINKS_test_engine = $(LINKS_engine)
LINKS_test_ws_midstream = $(LINKS_engine)
LINKS_test_ws_closing = $(LINKS_engine)
LINKS_test_proxy = layers/proxy layers/proxy_header layers/held layers/http_kept layers/probe
LINKS_test_socks = layers/socks layers/socks_message layers/held layers/http_kept layers/probe

# The loss property (tests/loss) runs the whole engine.
$(BUILD)/tests/loss/loss: $(BUILD)/tests/loss/loss.o $(OBJECTS)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(lib_ldlibs)

# Mutations (tests/mutate) run the whole engine, too.
MUTATE := $(patsubst %,tests/mutate/%,mutate kinds kinds_cut kinds_more kinds_below trace said)
$(BUILD)/tests/mutate/mutate: $(MUTATE:%=$(BUILD)/%.o) $(OBJECTS)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(lib_ldlibs)
LINKS_test_flow_map = output/flow_map
LINKS_test_spool = output/spool
LINKS_test_har = output/har output/har_entry output/spool output/flow_map output/json output/escape output/clock_text output/out output/guard
LINKS_test_extract = output/extract output/file_kind output/flow_map output/json output/escape output/clock_text output/websocket_text output/out output/guard
LINKS_test_ws_offers = layers/ws_offers layers/json_keys
LINKS_test_stun = layers/stun layers/probe
LINKS_test_ws_speech = $(LINKS_speech)
LINKS_test_ws_inside = $(LINKS_ws)
LINKS_test_json_keys = layers/json_keys
LINKS_test_engine_inside = $(LINKS_engine)
LINKS_test_judged = engine/judged $(POLICY)
LINKS_test_hixie = layers/hixie

# The streams that are no WebSocket (tests/falsepos).
FALSEPOS := tests/falsepos/falsepos tests/falsepos/kinds_binary tests/falsepos/kinds_text \
       $(patsubst %,classifier/layers/%,raw shape noise mse_grammar bittorrent_seek bittorrent_message probe ws_midstream ws_trail ws_worth deflate_look deflate_block deflate_code ws_frame ws_unmask)
$(BUILD)/tests/falsepos/falsepos: $(FALSEPOS:%=$(BUILD)/%.o) $(GROUND)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(lib_ldlibs)
# The conversations that are no BitTorrent go through the whole engine.
FALSEPOS_TALKS := bittorrent talk kinds_random kinds_udp kinds_stream kinds_binary kinds_text
$(BUILD)/tests/falsepos/bittorrent: $(FALSEPOS_TALKS:%=$(BUILD)/tests/falsepos/%.o) $(OBJECTS)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(lib_ldlibs)
LINKS_test_ws_search = $(LINKS_ws)
# Fault injection (tests/faults): the whole program, whose own calls to these come to tests/faults/inject.c. It wants
# objects that are not yet put together (no LTO): those of SAN=1.
WRAPPED = main malloc calloc realloc aligned_alloc strdup strndup realpath write pwrite read pread close ftruncate rename \
          mkstemp mkdir pipe dup open openat fstat fork opendir fopen fdopen fflush inflateInit2_ ZSTD_createDStream EVP_MD_CTX_new \
          EVP_MD_fetch yaml_parser_initialize ndpi_init_detection_module pcap_compile pcap_open_dead \
          pcap_fopen_offline_with_tstamp_precision hs_open_stream hs_alloc_scratch
FAULTS = $(patsubst %,$(BUILD)/tests/faults/%.o,faults inject judge)
$(BUILD)/tests/faults/faults: $(FAULTS) $(BUILD)/classifier/main.o $(OBJECTS)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(WRAPPED:%=-Wl,--wrap=%) -o $@ $^ $(lib_ldlibs)
LINKS_test_engine_overlap = $(LINKS_engine)
LINKS_test_engine_fragments = $(LINKS_engine)
LINKS_test_engine_tcp = $(LINKS_engine)
LINKS_test_engine_calm = $(LINKS_engine)
LINKS_test_engine_runs = $(LINKS_engine)
LINKS_test_engine_flood = $(LINKS_engine)
LINKS_test_crew = $(LINKS_engine)
LINKS_test_policy_exception = $(POLICY)
LINKS_test_engine_shed = $(LINKS_engine)
LINKS_test_squeeze =
LINKS_test_sort =
LINKS_test_texts =
LINKS_test_memory = $(LINKS_engine)
LINKS_test_asleep = $(LINKS_test_capture) $(LINKS_engine)
LINKS_test_budget =
LINKS_test_peers = flow/peers
LINKS_test_engine_peers = $(LINKS_engine)
LINKS_test_bittorrent_seek = $(LINKS_test_bittorrent)
LINKS_test_dht = layers/dht layers/compact_peers layers/bencode layers/bittorrent_peer_id
LINKS_test_udp_tracker = layers/udp_tracker layers/compact_peers layers/lsd layers/probe
LINKS_utp = layers/utp layers/utp_packet layers/utp_socket layers/utp_stream layers/bittorrent_socket layers/bittorrent_talk \
       layers/bittorrent_udp layers/dht layers/udp_tracker layers/lsd layers/compact_peers layers/bencode \
       layers/bittorrent_peer_id layers/probe
LINKS_utp += $(LINKS_test_bittorrent)
LINKS_test_utp = $(LINKS_utp)
LINKS_test_bittorrent_udp = $(LINKS_utp)
LINKS_mse = $(patsubst %,layers/%,mse mse_clear mse_shape noise mse_grammar) layers/bittorrent_message layers/probe
LINKS_test_mse = $(LINKS_mse)
LINKS_test_mse_grammar = $(LINKS_test_shape)
LINKS_test_swarm = $(LINKS_summary) $(LINKS_sheet) output/graph output/clock_text
LINKS_test_firewall = output/firewall output/firewall_list output/firewall_nft output/firewall_iptables output/firewall_suricata output/firewall_pf output/tally output/escape output/out output/guard output/wording output/wording_flow output/terminal output/kept output/clock_text output/swarm
LINKS_test_pcapng_write = $(LINKS_test_capture) output/pcapng_write
LINKS_test_rate_table = policy/rate_table policy/rate_baseline
LINKS_test_rate_ban = policy/rate_ban
LINKS_test_policy_rate = $(POLICY)
LINKS_test_engine_rates = $(LINKS_engine)
