/* SPDX-License-Identifier: MIT */
/* anomaly_list.h - the rows of anomaly.h, and nothing else. */
#ifndef MODEL_ANOMALY_LIST_H
#define MODEL_ANOMALY_LIST_H

/* decode/ */
#define ANOMALY_DECODE(X)                                                                          \
    X(DECODE_TRUNCATED, "packet_truncated", "decode", "ip", "a header runs past the packet's end") \
    X(DECODE_IP_VERSION, "ip_version_wrong", "decode", "ip",                                       \
      "neither IPv4 nor IPv6 where IP was announced")                                              \
    X(DECODE_IP_HEADER_LENGTH, "ip_header_length", "decode", "ip",                                 \
      "an IPv4 header of less than 20 bytes")                                                      \
    X(DECODE_IP_LENGTH, "ip_length_wrong", "decode", "ip",                                         \
      "IP's length is less than its header, or more than the frame")                               \
    X(DECODE_IP_CHECKSUM, "ip_checksum_wrong", "decode", "ip",                                     \
      "the IPv4 header's checksum is wrong: its receiver drops it")                                \
    X(DECODE_TCP_HEADER_LENGTH, "tcp_header_length", "decode", "tcp",                              \
      "a TCP header of less than 20 bytes, or of more than the packet")                            \
    X(DECODE_UDP_LENGTH, "udp_length_wrong", "decode", "udp",                                      \
      "UDP's length is less than its header, or more than the packet")                             \
    X(DECODE_TOO_DEEP, "tunnels_too_deep", "decode", "ip",                                         \
      "more packets inside packets than are followed")                                             \
    X(DECODE_FRAGMENT_LENGTH, "fragment_length_wrong", "decode", "ip",                             \
      "an empty fragment, or one inside a datagram that is no multiple of 8 bytes")                \
    X(DECODE_FRAGMENT_TOO_LONG, "fragment_too_long", "decode", "ip",                               \
      "a fragment that ends beyond 65535 bytes")                                                   \
    X(DECODE_FRAGMENT_TINY, "fragment_tiny", "decode", "tcp",                                      \
      "a fragment that begins or ends inside the TCP header (RFC 3128) or the IPv6 headers "       \
      "(RFC 7112)")                                                                                \
    X(DECODE_FRAGMENT_SMALL, "fragment_small", "decode", "ip",                                     \
      "a first fragment so small that no network's MTU makes it (RFC 791 s3.2)")                   \
    X(DECODE_FRAGMENT_OVERLAP, "fragment_overlap", "decode", "ip",                                 \
      "fragments of one datagram that disagree about its bytes or its end")                        \
    X(DECODE_FRAGMENT_OVERLAP_IPV6, "fragment_overlap_ipv6", "decode", "ip",                       \
      "overlapping IPv6 fragments: their datagram is dropped (RFC 5722)")                          \
    X(DECODE_FRAGMENT_REFUSED, "fragment_refused", "decode", "ip",                                 \
      "no memory left to keep a fragment: its datagram is not seen")

/* stream/ and flow/ */
#define ANOMALY_STREAM(X)                                                                          \
    X(STREAM_GAP, "stream_gap", "stream", "tcp", "bytes of the stream were never captured")        \
    X(STREAM_OVERLAP_DIFFERS, "overlap_differs", "stream", "tcp",                                  \
      "the same sequence numbers carried different bytes")                                         \
    X(STREAM_AMBIGUOUS, "evasion_ambiguous", "stream", "tcp",                                      \
      "disputed bytes make it two different flows: which one, its receiver decides")               \
    X(STREAM_BAD_CHECKSUM, "bad_checksum", "stream", "tcp", "a checksum is wrong; not read")       \
    X(STREAM_TTL_LOW, "ttl_low", "stream", "tcp",                                                  \
      "a TTL far below its sender's: other bytes took its place, or it was never received")        \
    X(STREAM_TIMESTAMP_OLD, "timestamp_old", "stream", "tcp",                                      \
      "a TCP timestamp from before the last: its receiver drops it (RFC 7323 s5.3)")               \
    X(STREAM_ACK_MISSING, "ack_missing", "stream", "tcp",                                          \
      "data without the ACK flag: its receiver drops it (RFC 9293 s3.10.7.4)")                     \
    X(STREAM_SIGNATURE_UNASKED, "signature_unasked", "stream", "tcp",                              \
      "a signed segment (RFC 2385, RFC 5925) in a connection that is not signed")                  \
    X(STREAM_OUT_OF_WINDOW, "out_of_window", "stream", "tcp",                                      \
      "bytes outside its receiver's window (RFC 9293 s3.4): not read")                             \
    X(STREAM_SYN_DATA_DIFFERS, "syn_data_differs", "stream", "tcp",                                \
      "data on a SYN that was not taken, and other bytes in its place (RFC 7413)")                 \
    X(STREAM_DATA_AFTER_FIN, "data_after_fin", "stream", "tcp",                                    \
      "bytes behind its sender's FIN: not read (RFC 9293 s3.10.7.4)")                              \
    X(STREAM_DATA_AFTER_RESET, "data_after_reset", "stream", "tcp",                                \
      "bytes behind its sender's RST: not read (RFC 9293 s3.10.7.4)")                              \
    X(STREAM_URGENT_BYTE, "urgent_byte", "stream", "tcp",                                          \
      "an urgent byte, which some receivers take out of the stream (RFC 6093)")                    \
    X(STREAM_RESET_OUT_OF_WINDOW, "reset_out_of_window", "stream", "tcp",                          \
      "a RST whose number lies outside its receiver's window: ignored (RFC 5961 s3)")              \
    X(STREAM_RESET_IGNORED, "reset_ignored", "stream", "tcp",                                      \
      "a RST after which the connection went on: it was forged (RFC 5961 s3)")

/* layers/http*.c */
#define ANOMALY_HTTP(X)                                                                            \
    X(HTTP_HEAD_TOO_LONG, "http_head_too_long", "applayer", "http",                                \
      "a head of more than 16 KiB: only its start was read")                                       \
    X(HTTP_REQUEST_LINE_SPACE, "http_request_line_space", "applayer", "http",                      \
      "white space in a request line where one space belongs (RFC 9112 s3)")                       \
    X(HTTP_OBS_FOLD, "http_obs_fold", "applayer", "http",                                          \
      "a field folded over several lines (RFC 9112 s5.2)")                                         \
    X(HTTP_BARE_CR, "http_bare_cr", "applayer", "http",                                            \
      "a carriage return inside a line of a head (RFC 9112 s2.2)")                                 \
    X(HTTP_NUL, "http_nul", "applayer", "http", "a NUL in a head (RFC 9110 s5.5)")                 \
    X(HTTP_BAD_FIELD, "http_bad_field", "applayer", "http",                                        \
      "a line in a head that is no field, or has space before its colon (RFC 9112 s5.1)")          \
    X(HTTP_HOST_MISSING, "http_host_missing", "applayer", "http",                                  \
      "an HTTP/1.1 request without Host (RFC 9112 s3.2)")                                          \
    X(HTTP_HOST_REPEATED, "http_host_repeated", "applayer", "http",                                \
      "a request with more than one Host (RFC 9112 s3.2)")                                         \
    X(HTTP_LENGTH_INVALID, "http_length_invalid", "applayer", "http",                              \
      "a Content-Length that is no number (RFC 9112 s6.3)")                                        \
    X(HTTP_LENGTH_CONFLICT, "http_length_conflict", "applayer", "http",                            \
      "Content-Length values that differ: request smuggling (RFC 9112 s6.3)")                      \
    X(HTTP_LENGTH_AND_CHUNKED, "http_length_and_chunked", "applayer", "http",                      \
      "both Content-Length and Transfer-Encoding: request smuggling (RFC 9112 s6.3)")              \
    X(HTTP_TRANSFER_CODING, "http_transfer_coding", "applayer", "http",                            \
      "a Transfer-Encoding in which chunked is not the last, or not once (RFC 9112 "               \
      "s6.1)")                                                                                     \
    X(HTTP_BAD_CHUNK, "http_bad_chunk", "applayer", "http",                                        \
      "a chunk whose size or end is wrong (RFC 9112 s7.1)")                                        \
    X(HTTP_NOT_A_REQUEST, "http_not_a_request", "applayer", "http",                                \
      "bytes after a request that are no request, and the server still speaks HTTP")               \
    X(HTTP_NOT_A_RESPONSE, "http_not_a_response", "applayer", "http",                              \
      "bytes after a response that are no response: its body was longer than it said")             \
    X(HTTP_PIPELINE_TOO_DEEP, "http_pipeline_too_deep", "applayer", "http",                        \
      "more requests unanswered than are remembered")                                              \
    X(HTTP_UNASKED_101, "http_unasked_101", "applayer", "http",                                    \
      "101 to a request that asked for no upgrade (RFC 9110 s15.2.2)")                             \
    X(HTTP_DATA_BEFORE_UPGRADE_ANSWER, "http_data_before_upgrade_answer", "applayer", "http",      \
      "16 KiB followed a request for an upgrade or a tunnel before its answer was seen")           \
    X(HTTP_INTERIM_LENGTH, "http_interim_length", "applayer", "http",                              \
      "Content-Length in an answer of 1xx, which has no body (RFC 9110 s8.6)")                     \
    X(HTTP_INTERIM_CODING, "http_interim_transfer_encoding", "applayer", "http",                   \
      "Transfer-Encoding in an answer of 1xx, which has no body (RFC 9112 s6.1)")                  \
    X(HTTP_426_UNNAMED, "http_426_without_upgrade", "applayer", "http",                            \
      "426 that does not say in Upgrade what is required (RFC 9110 s15.5.22)")                     \
    X(HTTP_101_UNNAMED, "http_101_without_upgrade", "applayer", "http",                            \
      "101 that does not say in Upgrade what follows (RFC 9110 s7.8)")                             \
    X(HTTP_UPGRADE_UNOFFERED, "upgrade_unoffered", "applayer", "http",                             \
      "101 to a protocol that the client did not name in Upgrade (RFC 9110 s7.8)")                 \
    X(UPGRADE_SMUGGLING, "upgrade_smuggling", "applayer", "http",                                  \
      "HTTP goes on inside an upgrade, or an upgrade that was refused is used all the same")       \
    X(HTTP_OPTIMISTIC_DATA, "upgrade_optimistic_data", "applayer", "http",                         \
      "bytes of the new protocol followed an upgrade that was refused (RFC 9931)")

/* layers/websocket*.c and the handshake */
#define ANOMALY_WEBSOCKET(X)                                                                       \
    X(WS_NOT_GET, "websocket_not_get", "applayer", "websocket",                                    \
      "an upgrade request that is no GET (RFC 6455 s4.1)")                                         \
    X(WS_CONNECTION_MISSING, "websocket_connection_missing", "applayer", "websocket",              \
      "an upgrade request whose Connection does not say upgrade (RFC 6455 s4.2.1)")                \
    X(WS_VERSION_WRONG, "websocket_version_wrong", "applayer", "websocket",                        \
      "a Sec-WebSocket-Version other than 13 (RFC 6455 s4.2.1)")                                   \
    X(WS_KEY_MISSING, "websocket_key_missing", "applayer", "websocket",                            \
      "an upgrade request without Sec-WebSocket-Key (RFC 6455 s4.2.1)")                            \
    X(WS_KEY_INVALID, "websocket_key_invalid", "applayer", "websocket",                            \
      "a Sec-WebSocket-Key that is not 16 bytes in base64 (RFC 6455 s4.2.1)")                      \
    X(WS_KEY_REPEATED, "websocket_key_repeated", "applayer", "websocket",                          \
      "more than one Sec-WebSocket-Key (RFC 6455 s11.3.1)")                                        \
    X(WS_ACCEPT_MISSING, "websocket_accept_missing", "applayer", "websocket",                      \
      "101 without Sec-WebSocket-Accept (RFC 6455 s4.2.2)")                                        \
    X(WS_ACCEPT_WRONG, "websocket_accept_wrong", "applayer", "websocket",                          \
      "Sec-WebSocket-Accept does not answer Sec-WebSocket-Key (RFC 6455 s4.2.2)")                  \
    X(WS_UPGRADE_MISSING, "websocket_upgrade_missing", "applayer", "websocket",                    \
      "101 without Upgrade: websocket (RFC 6455 s4.2.2)")                                          \
    X(WS_SUBPROTOCOL_UNOFFERED, "websocket_subprotocol_unoffered", "applayer", "websocket",        \
      "the server chose a subprotocol that the client did not offer (RFC 6455 s4.1)")              \
    X(WS_EXTENSION_UNOFFERED, "websocket_extension_unoffered", "applayer", "websocket",            \
      "the server chose an extension that the client did not offer (RFC 6455 s4.1)")               \
    X(WS_DEFLATE_INVALID, "websocket_deflate_invalid", "applayer", "websocket",                    \
      "permessage-deflate agreed on twice, or where its offer had to be declined "                 \
      "(RFC 7692 s7)")                                                                             \
    X(WS_HTTP_VERSION, "websocket_http_version", "applayer", "websocket",                          \
      "an upgrade request of HTTP before 1.1 (RFC 6455 s4.1)")                                     \
    X(WS_TARGET_FRAGMENT, "websocket_target_fragment", "applayer", "websocket",                    \
      "a fragment in the target of an upgrade request (RFC 6455 s3)")                              \
    X(WS_TARGET_FORM, "websocket_target_form", "applayer", "websocket",                            \
      "the target of an upgrade request is neither a path nor an http URI (RFC 6455 s4.1)")        \
    X(WS_UPGRADE_UNASKED, "websocket_upgrade_unasked", "applayer", "websocket",                    \
      "Sec-WebSocket-Key in a request whose Upgrade does not say websocket (RFC 6455 s4.1)")       \
    X(WS_VERSION_MISSING, "websocket_version_missing", "applayer", "websocket",                    \
      "an upgrade request without Sec-WebSocket-Version (RFC 6455 s4.1)")                          \
    X(WS_VERSION_REPEATED, "websocket_version_repeated", "applayer", "websocket",                  \
      "more than one Sec-WebSocket-Version in a request (RFC 6455 s11.3.5)")                       \
    X(WS_VERSION_UNANSWERED, "websocket_version_unanswered", "applayer", "websocket",              \
      "a version is refused, and Sec-WebSocket-Version does not say which are spoken (RFC 6455 "   \
      "s4.2.2)")                                                                                   \
    X(WS_ORIGIN_REPEATED, "websocket_origin_repeated", "applayer", "websocket",                    \
      "more than one Origin in an upgrade request (RFC 6454 s7.3)")                                \
    X(WS_SUBPROTOCOL_INVALID, "websocket_subprotocol_invalid", "applayer", "websocket",            \
      "the name of a subprotocol is no token (RFC 6455 s4.1)")                                     \
    X(WS_SUBPROTOCOL_REPEATED, "websocket_subprotocol_repeated", "applayer", "websocket",          \
      "a subprotocol is offered twice (RFC 6455 s4.1)")                                            \
    X(WS_SUBPROTOCOL_SEVERAL, "websocket_subprotocol_several", "applayer", "websocket",            \
      "the server chose more than one subprotocol (RFC 6455 s11.3.4)")                             \
    X(WS_EXTENSION_SYNTAX, "websocket_extension_syntax", "applayer", "websocket",                  \
      "an extension, offered or chosen, that does not follow the grammar (RFC 6455 s9.1)")         \
    X(WS_EXTENSIONS_REPEATED, "websocket_extensions_repeated", "applayer", "websocket",            \
      "more than one Sec-WebSocket-Extensions in an answer (RFC 6455 s11.3.2)")                    \
    X(WS_ACCEPT_REPEATED, "websocket_accept_repeated", "applayer", "websocket",                    \
      "more than one Sec-WebSocket-Accept (RFC 6455 s11.3.3)")                                     \
    X(WS_CONNECTION_UNANSWERED, "websocket_connection_unanswered", "applayer", "websocket",        \
      "101 whose Connection does not say upgrade (RFC 6455 s4.2.2)")                               \
    X(WS_UPGRADE_NOT_ALONE, "websocket_upgrade_not_alone", "applayer", "websocket",                \
      "101 whose Upgrade says more than websocket (RFC 6455 s4.1)")                                \
    X(WS_GRANTED_ANYWAY, "websocket_granted_anyway", "applayer", "websocket",                      \
      "101 to a request that a server must refuse (RFC 6455 s4.2.1)")                              \
    X(WS_EARLY_DATA, "websocket_data_before_answer", "applayer", "websocket",                      \
      "the client went on before its upgrade request was answered (RFC 6455 s4.1)")                \
    X(WS_DRAFT, "websocket_draft", "applayer", "websocket",                                        \
      "the handshake of a draft that is older than RFC 6455: hixie-75 or hixie-76")                \
    X(WS_DEFLATE_PARAMETER_UNKNOWN, "websocket_deflate_parameter_unknown", "applayer",             \
      "websocket", "permessage-deflate with a parameter that is not defined (RFC 7692 s7)")        \
    X(WS_DEFLATE_PARAMETER_REPEATED, "websocket_deflate_parameter_repeated", "applayer",           \
      "websocket", "permessage-deflate with a parameter twice (RFC 7692 s7)")                      \
    X(WS_DEFLATE_VALUE, "websocket_deflate_value", "applayer", "websocket",                        \
      "a parameter of permessage-deflate whose value is missing, superfluous or out of range "     \
      "(RFC 7692 s7.1)")                                                                           \
    X(WS_DEFLATE_BITS_UNOFFERED, "websocket_deflate_bits_unoffered", "applayer", "websocket",      \
      "client_max_window_bits in the answer to an offer without it (RFC 7692 s7.1.2.2)")           \
    X(WS_DEFLATE_BITS_WIDER, "websocket_deflate_bits_wider", "applayer", "websocket",              \
      "a wider window is answered than was offered (RFC 7692 s7.1.2)")                             \
    X(WS_DEFLATE_TAKEOVER_IGNORED, "websocket_deflate_takeover_ignored", "applayer", "websocket",  \
      "server_no_context_takeover was required, and the answer lacks it (RFC 7692 s7.1.1.1)")      \
    X(WS_UNFRAMED, "websocket_unframed", "applayer", "websocket",                                  \
      "bytes after the 101 that are no WebSocket frames (RFC 6455 s5.2)")                          \
    X(WS_LOST_SYNC, "websocket_lost_sync", "applayer", "websocket",                                \
      "where the next frame begins is not known: a header was lost, or makes no sense")            \
    X(WS_RSV, "websocket_rsv", "applayer", "websocket",                                            \
      "a reserved bit that no agreed extension defines (RFC 6455 s5.2, RFC 7692 s6.1)")            \
    X(WS_RSV1_ON_CONTROL, "websocket_rsv1_on_control", "applayer", "websocket",                    \
      "RSV1, which was agreed for messages, on a control frame (RFC 7692 s6.1)")                   \
    X(WS_RSV1_ON_CONTINUATION, "websocket_rsv1_on_continuation", "applayer", "websocket",          \
      "RSV1 on a frame that is not the first of its message (RFC 7692 s6.1)")                      \
    X(WS_RESERVED_OPCODE, "websocket_reserved_opcode", "applayer", "websocket",                    \
      "an opcode that is not defined (RFC 6455 s5.2)")                                             \
    X(WS_CONTROL_FRAGMENTED, "websocket_control_fragmented", "applayer", "websocket",              \
      "a control frame in fragments (RFC 6455 s5.5)")                                              \
    X(WS_CONTROL_TOO_LONG, "websocket_control_too_long", "applayer", "websocket",                  \
      "a control frame of more than 125 bytes (RFC 6455 s5.5)")                                    \
    X(WS_LENGTH_NOT_MINIMAL, "websocket_length_not_minimal", "applayer", "websocket",              \
      "a length that has a shorter form (RFC 6455 s5.2)")                                          \
    X(WS_LENGTH_TOP_BIT, "websocket_length_top_bit", "applayer", "websocket",                      \
      "a 64-bit length with the top bit set (RFC 6455 s5.2)")                                      \
    X(WS_CLIENT_UNMASKED, "websocket_client_unmasked", "applayer", "websocket",                    \
      "a client's frame without a mask (RFC 6455 s5.1)")                                           \
    X(WS_SERVER_MASKED, "websocket_server_masked", "applayer", "websocket",                        \
      "a server's frame with a mask (RFC 6455 s5.1)")                                              \
    X(WS_MASK_REPEATED, "websocket_mask_repeated", "applayer", "websocket",                        \
      "eight frames in a row with one masking key (RFC 6455 s5.3)")                                \
    X(WS_MASK_PREDICTABLE, "websocket_mask_predictable", "applayer", "websocket",                  \
      "eight masking keys in a row that are a counter's (RFC 6455 s5.3)")                          \
    X(WS_CONTINUES_NOTHING, "websocket_continues_nothing", "applayer", "websocket",                \
      "a continuation without a message to continue (RFC 6455 s5.4)")                              \
    X(WS_DATA_INTERLEAVED, "websocket_data_interleaved", "applayer", "websocket",                  \
      "a new message inside a fragmented one (RFC 6455 s5.4)")                                     \
    X(WS_DATA_AFTER_CLOSE, "websocket_data_after_close", "applayer", "websocket",                  \
      "data after a close frame (RFC 6455 s5.5.1)")                                                \
    X(WS_FRAME_AFTER_CLOSING, "websocket_frame_after_closing", "applayer", "websocket",            \
      "a control frame of the side that has answered the other's close frame (RFC 6455 s5.5.1)")   \
    X(WS_CLOSE_UNANSWERED, "websocket_close_unanswered", "applayer", "websocket",                  \
      "a close frame that was received, and no close frame in answer (RFC 6455 s5.5.1)")           \
    X(WS_PING_UNANSWERED, "websocket_ping_unanswered", "applayer", "websocket",                    \
      "a close frame was answered, and a ping before it was not (RFC 6455 s5.5.2)")                \
    X(WS_BAD_UTF8, "websocket_bad_utf8", "applayer", "websocket",                                  \
      "text or a close reason that is not UTF-8 (RFC 6455 s8.1)")                                  \
    X(WS_CLOSE_LENGTH, "websocket_close_length", "applayer", "websocket",                          \
      "a close frame with half a code (RFC 6455 s5.5.1)")                                          \
    X(WS_CLOSE_CODE, "websocket_close_code", "applayer", "websocket",                              \
      "a close code that may not be sent (RFC 6455 s7.4)")                                         \
    X(WS_INFLATE_FAILED, "websocket_inflate_failed", "applayer", "websocket",                      \
      "a compressed message that does not inflate (RFC 7692 s7.2.2)")                              \
    X(WS_INFLATE_BOMB, "websocket_inflate_bomb", "applayer", "websocket",                          \
      "a message that grows more than 100:1 by inflation, or beyond 64 MiB")                       \
    X(WS_DEFLATE_WINDOW, "websocket_deflate_window", "applayer", "websocket",                      \
      "a compressed message that looks back further than the agreed window (RFC 7692 "             \
      "s7.1.2)")                                                                                   \
    X(WS_INFLATE_MEMORY, "websocket_inflate_memory", "applayer", "websocket",                      \
      "no memory left to inflate a message (--memory): it is not read")                            \
    X(WS_HISTORY_LOST, "websocket_history_lost", "applayer", "websocket",                          \
      "a compressed message that refers to bytes which were not seen (RFC 7692 s7.1.1)")           \
    X(WS_TUNNEL, "websocket_tunnel", "applayer", "websocket",                                      \
      "messages that carry a protocol which is an application of its own")                         \
    X(WS_RANDOM_PAYLOAD, "websocket_random_payload", "applayer", "websocket",                      \
      "binary messages that look random from the first byte in both directions")

/* layers/tls.c, layers/bittorrent.c, layers/raw.c, identify/ */
#define ANOMALY_OTHER(X)                                                                           \
    X(TLS_MALFORMED, "tls_malformed", "applayer", "tls", "a hello that does not follow RFC 8446")  \
    X(BITTORRENT_MALFORMED, "bittorrent_malformed", "applayer", "bittorrent",                      \
      "a handshake or message that does not follow BEP 3")                                         \
    X(SOCKS_MALFORMED, "socks_malformed", "applayer", "socks",                                     \
      "a message that does not follow RFC 1928")

#define ANOMALY_LIST(X)                                                                            \
    ANOMALY_DECODE(X) ANOMALY_STREAM(X) ANOMALY_HTTP(X) ANOMALY_WEBSOCKET(X) ANOMALY_OTHER(X)

#endif
