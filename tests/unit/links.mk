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
