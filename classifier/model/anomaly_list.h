/* SPDX-License-Identifier: MIT */
/* anomaly_list.h - the rows of anomaly.h, and nothing else. */
#ifndef MODEL_ANOMALY_LIST_H
#define MODEL_ANOMALY_LIST_H

/* decode/ */
#define ANOMALY_DECODE(X)                                                                          \
    X(DECODE_TRUNCATED, "packet_truncated", "decode", "ip", "a header runs past the packet's end")

/* stream/ and flow/ */
#define ANOMALY_STREAM(X)                                                                          \
    X(STREAM_GAP, "stream_gap", "stream", "tcp", "bytes of the stream were never captured")        \
    X(STREAM_OVERLAP_DIFFERS, "overlap_differs", "stream", "tcp",                                  \
      "the same sequence numbers carried different bytes")                                         \
    X(STREAM_BAD_CHECKSUM, "bad_checksum", "stream", "tcp", "a checksum is wrong; not read")

/* layers/http*.c */
#define ANOMALY_HTTP(X)                                                                            \
    X(HTTP_HEAD_TOO_LONG, "http_head_too_long", "applayer", "http", "a head of more than 16 KiB")

/* layers/websocket*.c and the handshake */
#define ANOMALY_WEBSOCKET(X)                                                                       \
    X(WS_ACCEPT_WRONG, "websocket_accept_wrong", "applayer", "websocket",                          \
      "Sec-WebSocket-Accept does not answer Sec-WebSocket-Key (RFC 6455 s4.2.2)")

/* layers/tls.c, layers/bittorrent.c, layers/raw.c, identify/ */
#define ANOMALY_OTHER(X)                                                                           \
    X(TLS_MALFORMED, "tls_malformed", "applayer", "tls", "a hello that does not follow RFC 8446")

#define ANOMALY_LIST(X)                                                                            \
    ANOMALY_DECODE(X) ANOMALY_STREAM(X) ANOMALY_HTTP(X) ANOMALY_WEBSOCKET(X) ANOMALY_OTHER(X)

#endif
