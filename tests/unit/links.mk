# SPDX-License-Identifier: MIT
# What each unit test links besides base/ and model/: files of classifier/ without ".c".
LINKS_test_base =
LINKS_test_escape = output/escape
LINKS_test_json = output/json output/escape output/clock_text
LINKS_test_community_id = output/community_id
LINKS_test_out = output/out
LINKS_test_eve = output/eve output/eve_app output/eve_flow output/eve_websocket output/community_id output/websocket_text output/json output/escape output/clock_text output/out
LINKS_test_terminal = output/terminal output/escape
LINKS_test_frames = output/frames output/terminal output/escape output/websocket_text output/out
LINKS_test_follow = output/follow output/follow_text output/terminal output/escape output/websocket_text output/out
LINKS_test_live = output/live output/terminal output/escape output/clock_text output/out
LINKS_test_stream = stream/stream
LINKS_test_flow = flow/flow
POLICY := $(patsubst classifier/%.c,%,$(wildcard classifier/policy/*.c))
LINKS_test_policy_decide = $(POLICY)
LINKS_test_policy_load = $(POLICY)
LINKS_test_policy_message = $(POLICY)
LINKS_test_policy_promise = $(POLICY)
LINKS_test_policy_show = $(POLICY)
LINKS_test_decode = decode/decode decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/checksum
LINKS_test_transport = decode/decode decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/checksum
LINKS_test_defrag = decode/decode decode/link decode/ip decode/tunnel decode/transport decode/defrag decode/checksum
LINKS_ws = layers/websocket layers/ws_chain layers/ws_frame layers/ws_inflate layers/ws_message layers/ws_opening layers/ws_payload layers/ws_search layers/ws_unmask
LINKS_test_websocket = $(LINKS_ws)
LINKS_test_ws_message = $(LINKS_ws)
LINKS_test_ws_frame = layers/ws_frame
LINKS_test_ws_unmask = layers/ws_unmask
LINKS_test_ws_chain = layers/ws_chain layers/ws_frame layers/ws_unmask
LINKS_test_ws_inflate = layers/ws_inflate
LINKS_test_utf8 =
http = layers/http layers/http_body layers/http_exchange layers/http_head layers/http_kept layers/http_line \
       layers/http_message layers/http_recognise layers/http_switch layers/http_text layers/http_value \
       layers/ws_handshake layers/ws_extension
LINKS_test_http = $(http)
LINKS_test_http_order = $(http)
LINKS_test_http_recognise = layers/http_recognise layers/http_line layers/http_value
LINKS_test_http_parts = layers/http_body layers/http_head layers/http_line layers/http_value
LINKS_test_ws_handshake = layers/ws_handshake layers/ws_extension layers/http_head layers/http_line layers/http_value
