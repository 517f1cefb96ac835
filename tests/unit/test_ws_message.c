/* SPDX-License-Identifier: MIT */
/* Frames and messages through the layer: the vectors of RFC 6455 s5.7, and the cases of the
 * Autobahn test suite (its sections 1 to 7), each whole, at every cut and byte by byte. */
#include "random.h"
#include "ws_script.h"

#define FRAMED "claim(certain) climb(framed) "

struct vector {
    const char *name;
    enum direction direction;
    struct bytes wire;
    const char *want;
};

#define V(name, d, wire, want)                                                                     \
    {                                                                                              \
        name, d, {(const uint8_t *)(wire), sizeof(wire) - 1}, want                                 \
    }

static const struct vector vectors[] = {
    V("RFC 6455 s5.7: unmasked text", TO_CLIENT, "\x81\x05Hello", FRAMED "<1/1/5=Hello"),
    V("RFC 6455 s5.7: masked text", TO_SERVER, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
      FRAMED ">1/1/5=Hello"),
    V("RFC 6455 s5.7: fragmented", TO_CLIENT, "\x01\x03Hel\x80\x02lo", FRAMED "<1/2/5=Hello"),
    V("RFC 6455 s5.7: ping", TO_CLIENT, "\x89\x05Hello", FRAMED "<9/1/5=Hello"),
    V("RFC 6455 s5.7: masked pong", TO_SERVER, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
      FRAMED ">10/1/5=Hello"),
    V("1.1.1: empty text", TO_CLIENT, "\x81\x00", FRAMED "<1/1/0="),
    V("1.2.1: empty binary, masked", TO_SERVER, "\x82\x80\x01\x02\x03\x04", FRAMED ">2/1/0="),
    V("2.10: pings and pongs", TO_CLIENT,
      "\x89\x01"
      "a\x8a\x01"
      "a\x89\x00",
      FRAMED "<9/1/1=a <10/1/1=a <9/1/0="),
    V("2.5: ping of 126 bytes", TO_CLIENT,
      "\x81\x01x\x89\x7e\x00\x7e"
      "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901"
      "23456789"
      "01234567890123456789012345",
      FRAMED "<1/1/1=x anomaly(websocket_control_too_long) <9/1/126=#573bad33f122804e"),
    V("3.2: RSV3 in the second frame", TO_CLIENT, "\x81\x01x\x91\x01y\x81\x01z",
      FRAMED "<1/1/1=x anomaly(websocket_rsv) <1/1/1=y <1/1/1=z"),
    V("3.1: RSV3 in the first frame", TO_CLIENT, "\x91\x01y\x81\x01z",
      "anomaly(websocket_rsv) <1/1/1=y " FRAMED "<1/1/1=z"),
    V("3.x: RSV1 without an extension, on a ping too", TO_CLIENT, "\x81\x01x\xc9\x01y\xc1\x01z",
      FRAMED "<1/1/1=x anomaly(websocket_rsv) <9/1/1=y <1/1/1=z"),
    V("4.1: reserved data opcode", TO_CLIENT, "\x81\x01x\x83\x02yy\x81\x01z",
      FRAMED "<1/1/1=x anomaly(websocket_reserved_opcode) <1/1/1=z"),
    V("4.2: reserved control opcode inside a message", TO_CLIENT, "\x01\x01x\x8b\x02yy\x80\x01z",
      FRAMED "anomaly(websocket_reserved_opcode) <1/2/2=xz"),
    V("4.1.1: reserved opcode first", TO_CLIENT, "\x83\x00\x88\x02\x03\xe8",
      "anomaly(websocket_reserved_opcode) " FRAMED "<8/1/2=x03e8(1000,)"),
    V("5.1: fragmented ping", TO_CLIENT, "\x81\x01x\x09\x01y\x80\x01z",
      FRAMED "<1/1/1=x anomaly(websocket_control_fragmented) <9/1/1!=y "
             "anomaly(websocket_continues_nothing) <0/1/1!=z"),
    V("5.6: ping between fragments", TO_CLIENT,
      "\x01\x03"
      "fra\x89\x04ping\x80\x04gmnt",
      FRAMED "<9/1/4=ping <1/2/7=fragmnt"),
    V("5.7: the same, masked", TO_SERVER,
      "\x01\x83\0\0\0\1frb\x89\x84\0\0\0\0ping\x80\x84\0\0\0\0gmnt",
      FRAMED ">9/1/4=ping >1/2/7=frbgmnt"),
    V("5.9: continuation of nothing", TO_CLIENT,
      "\x81\x01x\x80\x03"
      "abc\x81\x01y",
      FRAMED "<1/1/1=x anomaly(websocket_continues_nothing) <0/1/3!=abc <1/1/1=y"),
    V("5.15: continuation of nothing, not the last", TO_CLIENT,
      "\x81\x01x\x00\x01"
      "a\x80\x01"
      "b\x81\x01y",
      FRAMED "<1/1/1=x anomaly(websocket_continues_nothing) <0/2/2!=ab <1/1/1=y"),
    V("5.12: an orphan is no message: what follows is not inside it", TO_CLIENT,
      "\x81\x01x\x00\x01"
      "a\x81\x01y\x01\x01p\x80\x01q",
      FRAMED "<1/1/1=x anomaly(websocket_continues_nothing) <0/1/1!=a <1/1/1=y <1/2/2=pq"),
    V("5.18: text inside text", TO_CLIENT,
      "\x01\x01"
      "a\x81\x01"
      "b\x81\x01"
      "c",
      FRAMED "anomaly(websocket_data_interleaved) <1/1/1!=a <1/1/1=b <1/1/1=c"),
    V("5.19: five fragments with pings", TO_CLIENT,
      "\x01\x01"
      "a\x00\x01"
      "b\x89\x01p\x00\x01"
      "c\x89\x01q\x00\x01"
      "d\x80\x01"
      "e",
      FRAMED "<9/1/1=p <9/1/1=q <1/5/5=abcde"),
    V("6.1.3: empty fragments", TO_CLIENT, "\x01\x00\x00\x06middle\x80\x00",
      FRAMED "<1/3/6=middle"),
    V("6.2.3: text cut inside a character", TO_CLIENT,
      "\x01\x02\xce\xba\x00\x02\xe1\xbd\x00\x01\xb9\x80\x00", FRAMED "<1/4/5=xcebae1bdb9"),
    V("6.3.1: bad text", TO_CLIENT, "\x81\x04\xce\xba\xed\xa0",
      "anomaly(websocket_bad_utf8) " FRAMED "<1/1/4=xcebaeda0"),
    V("6.3.2: bad text over fragments, told once", TO_CLIENT,
      "\x01\x02\xce\xba\x00\x02\xf8\xf8\x80\x02\xff\xff",
      FRAMED "anomaly(websocket_bad_utf8) <1/3/6=xcebaf8f8ffff"),
    V("6.4: text ends inside a character", TO_CLIENT, "\x81\x02g\xe2\x81\x01x",
      FRAMED "anomaly(websocket_bad_utf8) <1/1/2=x67e2 <1/1/1=x"),
    V("binary need not be UTF-8", TO_CLIENT, "\x82\x02\xff\xfe", FRAMED "<2/1/2=xfffe"),
    V("7.1.1: close, then data", TO_CLIENT, "\x88\x00\x81\x01x\x89\x00",
      FRAMED "<8/1/0=(0,) anomaly(websocket_data_after_close) <1/1/1=x <9/1/0="),
    V("7.3.2: close of one byte", TO_CLIENT, "\x88\x01\x03",
      FRAMED "anomaly(websocket_close_length) <8/1/1=x03(0,)"),
    V("7.3.4: close with a reason", TO_CLIENT,
      "\x88\x05\x03\xe8"
      "bye",
      FRAMED "<8/1/5=x03e8627965(1000,bye)"),
    V("7.5.1: close reason is no UTF-8", TO_CLIENT, "\x88\x04\x03\xe8o\xff",
      FRAMED "anomaly(websocket_bad_utf8) <8/1/4=x03e86fff(1000,x6fff)"),
    V("7.5.1: close reason ends inside a character", TO_CLIENT, "\x88\x03\x03\xe8\xc3",
      FRAMED "anomaly(websocket_bad_utf8) <8/1/3=x03e8c3(1000,xc3)"),
    V("s5.1: client without mask, told once", TO_SERVER, "\x81\x01x\x81\x01y",
      "anomaly(websocket_client_unmasked) " FRAMED ">1/1/1=x >1/1/1=y"),
    V("s5.1: server with mask", TO_CLIENT, "\x81\x81\x01\x02\x03\x04y",
      "anomaly(websocket_server_masked) " FRAMED "<1/1/1=x"),
    V("s5.2: 126 for a short length", TO_CLIENT, "\x81\x01x\x81\x7e\x00\x01y\x81\x01z",
      FRAMED "<1/1/1=x anomaly(websocket_length_not_minimal) <1/1/1=y <1/1/1=z"),
    V("s5.2: 127 for a short length", TO_CLIENT, "\x81\x01x\x81\x7f\0\0\0\0\0\0\0\x01y\x81\x01z",
      FRAMED "<1/1/1=x anomaly(websocket_length_not_minimal) <1/1/1=y <1/1/1=z"),
    V("s5.2: top bit of the length", TO_CLIENT, "\x81\x01x\x82\x7f\x80\0\0\0\0\0\0\x01y",
      FRAMED "<1/1/1=x anomaly(websocket_length_top_bit) anomaly(websocket_lost_sync)"),
    V("two faults at once are no header", TO_CLIENT, "\x81\x01x\xf3\x01y",
      FRAMED "<1/1/1=x anomaly(websocket_rsv) anomaly(websocket_reserved_opcode) "
             "anomaly(websocket_lost_sync)"),
    V("found again after nonsense", TO_CLIENT,
      "\x81\x01x\xf3\x7ftext\x81\x05Hello\x81\x05World\x81\x01z",
      FRAMED "<1/1/1=x anomaly(websocket_rsv) anomaly(websocket_reserved_opcode) "
             "anomaly(websocket_lost_sync) <1/1/5=Hello <1/1/5=World <1/1/1=z"),
    V("s5.3: one key for eight frames", TO_SERVER,
      "\x8a\x80\1\1\1\1\x8a\x80\1\1\1\1\x8a\x80\1\1\1\1\x8a\x80\1\1\1\1"
      "\x8a\x80\1\1\1\1\x8a\x80\1\1\1\1\x8a\x80\1\1\1\1\x8a\x80\1\1\1\1\x8a\x80\1\1\1\1",
      FRAMED ">10/1/0= >10/1/0= >10/1/0= >10/1/0= >10/1/0= >10/1/0= >10/1/0= "
             "anomaly(websocket_mask_repeated) >10/1/0= >10/1/0="),
    V("the end comes inside a frame", TO_CLIENT, "\x81\x01x\x82\x05yy",
      FRAMED "<1/1/1=x <2/1/2!=yy"),
    V("the end comes between fragments", TO_CLIENT, "\x81\x01x\x02\x02yy",
      FRAMED "<1/1/1=x <2/1/2!=yy"),
    V("the end comes inside a ping inside a message", TO_CLIENT, "\x02\x02yy\x89\x03z",
      FRAMED "<9/1/3w1!=z <2/1/2!=yy"),
    V("the end comes inside a header", TO_CLIENT, "\x81\x01x\x82\x7e\x01", FRAMED "<1/1/1=x"),
};

static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct turn t = {vectors[i].direction, vectors[i].wire, 0};
        script_check(vectors[i].name, &ws_plain, WS_INTEREST_ALL, &t, 1, 1, vectors[i].want);
    }
}

#define TURN(d, text)                                                                              \
    {                                                                                              \
        d, {(const uint8_t *)(text), sizeof(text) - 1}, 0                                          \
    }
#define HOLE(d, n)                                                                                 \
    {                                                                                              \
        d, {NULL, 0}, n                                                                            \
    }
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define C             TO_SERVER
#define S             TO_CLIENT
#define TOLD(turns, want)                                                                          \
    script_check(#turns, &ws_plain, WS_INTEREST_ALL, turns, LENGTH(turns), 1, want)
#define C_CLOSE "\x88\x82\0\1\0\0\x03\xe8"
#define S_CLOSE "\x88\x02\x03\xe8"

/* RFC 7692 s6.1: where RSV1 was agreed, its wrong places have names of their own. */
static void test_rsv1(void)
{
    static const struct turn control[] = {TURN(S, "\x81\x01x\xc9\x01y\xc8\x02\x03\xe8")};
    static const struct turn more[] = {TURN(S, "\x01\x01x\xc0\x01y\x81\x01z")};
    static const struct turn nothing[] = {TURN(S, "\x81\x01x\xc0\x01y")};
    static const struct turn all[] = {TURN(S, "\x81\x01x\xf9\x01y\xe0\x01z")};
    static const struct turn masked[] = {TURN(C, "\x81\x81\0\0\0\0x\xca\x81\0\0\0\1y"
                                                 "\x01\x80\0\0\0\2\xc0\x81\0\0\0\1z")};
    static const struct turn lost[] = {
        TURN(S, "\x81\x01x"), HOLE(S, 99),
        TURN(S, "\x81\x05Hello\x81\x05World\x81\x05there\xc0\x01y\xca\x01z")};
    static const struct turn between[] = {
        TURN(S, "\x41\x03\xf2\x48\xcd\xc9\x01p\x89\x00\x80\x04\xc9\xc9\x07\x00\x81\x01z")};
    static const struct {
        const char *name;
        const struct turn *turns;
        size_t count;
        const char *want;
    } cases[] = {
        {"on control frames, told once", control, 1,
         FRAMED "<1/1/1=x anomaly(websocket_rsv1_on_control) <9/1/1=y <8/1/2=x03e8(1000,)"},
        {"on a continuation", more, 1,
         FRAMED "anomaly(websocket_rsv1_on_continuation) <1/2/2=xy <1/1/1=z"},
        {"on a continuation of nothing: both are told", nothing, 1,
         FRAMED "<1/1/1=x anomaly(websocket_rsv1_on_continuation) "
                "anomaly(websocket_continues_nothing) <0/1/1!="},
        {"with another reserved bit it is that", all, 1,
         FRAMED "<1/1/1=x anomaly(websocket_rsv) <9/1/1=y anomaly(websocket_continues_nothing) "
                "<0/1/1!="},
        {"on a ping inside a compressed message, which stays what it is", between, 1,
         FRAMED "anomaly(websocket_rsv1_on_control) <9/1/1=p <9/1/0= <1/2/5w7z=Hello <1/1/1=z"},
        {"masked", masked, 1,
         FRAMED ">1/1/1=x anomaly(websocket_rsv1_on_control) >10/1/1=y "
                "anomaly(websocket_rsv1_on_continuation) >1/2/1=z"},
        {"after a loss", lost, 3,
         FRAMED "<1/1/1=x anomaly(websocket_lost_sync) <1/1/5=Hello <1/1/5=World <1/1/5=there "
                "anomaly(websocket_rsv1_on_continuation) anomaly(websocket_continues_nothing) "
                "<0/1/1!= "
                "anomaly(websocket_rsv1_on_control) <10/1/1=z"},
    };

    for (size_t i = 0; i < LENGTH(cases); i++)
        script_check(cases[i].name, &ws_deflate, WS_INTEREST_ALL, cases[i].turns, cases[i].count, 1,
                     cases[i].want);
}

/* RFC 6455 s5.5.1: what may follow a close frame. */
static void test_after_close(void)
{
    static const struct turn before_answer[] = {
        TURN(C, C_CLOSE "\x89\x80\0\0\0\2\x8a\x80\0\0\0\3\x88\x80\0\0\0\4"), TURN(S, S_CLOSE)};
    static const struct turn crossed[] = {TURN(C, C_CLOSE), TURN(S, S_CLOSE),
                                          TURN(C, "\x89\x80\0\0\0\2")};
    static const struct turn both[] = {TURN(C, C_CLOSE), TURN(S, S_CLOSE "\x8a\x00\x88\x00")};
    static const struct turn both_masked[] = {TURN(S, S_CLOSE),
                                              TURN(C, C_CLOSE "\x89\x80\0\0\0\2")};
    static const struct turn data[] = {TURN(C, C_CLOSE), TURN(S, S_CLOSE "\x01\x01x\x80\x01y")};
    static const struct turn fragments[] = {TURN(S, "\x01\x01x" S_CLOSE "\x80\x01y")};
    static const struct turn lost[] = {TURN(S, S_CLOSE), TURN(C, "\x81\x81\0\0\0\0x" C_CLOSE),
                                       HOLE(C, 99),
                                       TURN(C, "\x8a\x80\0\0\0\2\x8a\x80\0\0\0\3"
                                               "\x8a\x80\0\0\0\5")};

    TOLD(before_answer,
         FRAMED ">8/1/2=x03e9(1001,) >9/1/0= >10/1/0= >8/1/0=(0,) <8/1/2=x03e8(1000,)");
    TOLD(crossed, FRAMED ">8/1/2=x03e9(1001,) <8/1/2=x03e8(1000,) >9/1/0=");
    TOLD(both, FRAMED ">8/1/2=x03e9(1001,) <8/1/2=x03e8(1000,) "
                      "anomaly(websocket_frame_after_closing) <10/1/0= <8/1/0=(0,)");
    TOLD(both_masked, FRAMED "<8/1/2=x03e8(1000,) >8/1/2=x03e9(1001,) "
                             "anomaly(websocket_frame_after_closing) >9/1/0=");
    TOLD(data, FRAMED ">8/1/2=x03e9(1001,) <8/1/2=x03e8(1000,) "
                      "anomaly(websocket_data_after_close) <1/2/2=xy");
    TOLD(fragments, FRAMED "<8/1/2=x03e8(1000,) anomaly(websocket_data_after_close) <1/2/2=xy");
    TOLD(lost, FRAMED "<8/1/2=x03e8(1000,) >1/1/1=x >8/1/2=x03e9(1001,) "
                      "anomaly(websocket_lost_sync) anomaly(websocket_frame_after_closing) "
                      ">10/1/0= >10/1/0= >10/1/0=");
}

/* RFC 6455 s5.5.1: a close frame must be answered. Told only when nothing excuses that it is not.
 */
static void test_unanswered_close(void)
{
    static const struct turn client[] = {TURN(S, "\x81\x01x"), TURN(C, C_CLOSE)};
    static const struct turn server[] = {TURN(C, "\x81\x81\0\0\0\0x"), TURN(S, S_CLOSE)};
    static const struct turn answered[] = {TURN(S, S_CLOSE), TURN(C, C_CLOSE)};
    static const struct turn failed[] = {TURN(S, "\x88\x02\x03\xea")};
    static const struct turn mute_erred[] = {TURN(C, "\x81\x01x"), TURN(S, S_CLOSE)};
    static const struct turn bad_code[] = {TURN(S, "\x88\x02\x03\xed")};
    static const struct turn erred[] = {TURN(S, "\x81\x01x\xa9\x00" S_CLOSE)};
    static const struct turn cut[] = {TURN(S, "\x81\x01x\x88\x02\x03")};
    static const struct turn hole[] = {TURN(C, "\x81\x84\0\0\0\0"), HOLE(C, 4), TURN(S, S_CLOSE)};
    static const struct turn own_hole[] = {TURN(S, "\x82\x04"), HOLE(S, 4), TURN(S, S_CLOSE)};
    static const struct turn unfinished[] = {TURN(C, "\x81\x81\0\0\0\0x\x88"), TURN(S, S_CLOSE)};

    TOLD(client, FRAMED "<1/1/1=x >8/1/2=x03e9(1001,)");
    script_heard_all = true;
    TOLD(client, FRAMED "<1/1/1=x >8/1/2=x03e9(1001,) anomaly(websocket_close_unanswered)");
    TOLD(server, FRAMED ">1/1/1=x <8/1/2=x03e8(1000,) anomaly(websocket_close_unanswered)");
    TOLD(answered, FRAMED "<8/1/2=x03e8(1000,) >8/1/2=x03e9(1001,)");
    TOLD(failed, FRAMED "<8/1/2=x03ea(1002,)");
    TOLD(mute_erred, "anomaly(websocket_client_unmasked) " FRAMED ">1/1/1=x <8/1/2=x03e8(1000,)");
    TOLD(bad_code, FRAMED "anomaly(websocket_close_code) <8/1/2=x03ed(1005,)");
    TOLD(erred, FRAMED "<1/1/1=x anomaly(websocket_rsv) <9/1/0= <8/1/2=x03e8(1000,)");
    TOLD(cut, FRAMED "<1/1/1=x <8/1/2w1!=x03(0,)");
    TOLD(hole, ">1/1/4!= " FRAMED "<8/1/2=x03e8(1000,)");
    TOLD(own_hole, "<2/1/4!= " FRAMED "<8/1/2=x03e8(1000,)");
    TOLD(unfinished, FRAMED ">1/1/1=x <8/1/2=x03e8(1000,)");
    script_heard_all = false;
}

/* RFC 6455 s5.5.2: who answers the close frame has read the ping before it. */
static void test_unanswered_ping(void)
{
    static const struct turn missing[] = {TURN(C, "\x89\x81\0\0\0\1p" C_CLOSE), TURN(S, S_CLOSE)};
    static const struct turn client[] = {TURN(S, "\x89\x00" S_CLOSE), TURN(C, C_CLOSE)};
    static const struct turn late[] = {TURN(C, "\x89\x81\0\0\0\1p" C_CLOSE),
                                       TURN(S, "\x8a\x01q" S_CLOSE)};
    static const struct turn latest[] = {TURN(C, "\x89\x81\0\0\0\1p\x89\x81\0\0\0\2r"),
                                         TURN(S, "\x8a\x01p"), TURN(C, C_CLOSE), TURN(S, S_CLOSE)};
    static const struct turn again[] = {TURN(C, "\x89\x80\0\0\0\1"), TURN(S, "\x8a\x00"),
                                        TURN(C, "\x89\x80\0\0\0\3" C_CLOSE), TURN(S, S_CLOSE)};
    static const struct turn after[] = {TURN(C, C_CLOSE "\x89\x80\0\0\0\1"), TURN(S, S_CLOSE)};
    static const struct turn first[] = {TURN(S, S_CLOSE), TURN(C, "\x89\x80\0\0\0\1" C_CLOSE)};
    static const struct turn hole[] = {TURN(C, "\x89\x80\0\0\0\1" C_CLOSE), TURN(S, "\x82\x04"),
                                       HOLE(S, 4), TURN(S, S_CLOSE)};
    static const struct turn erred[] = {TURN(C, "\xa9\x80\0\0\0\1" C_CLOSE), TURN(S, S_CLOSE)};

    TOLD(missing, FRAMED ">9/1/1=p >8/1/2=x03e9(1001,) <8/1/2=x03e8(1000,) "
                         "anomaly(websocket_ping_unanswered)");
    TOLD(client, FRAMED "<9/1/0= <8/1/2=x03e8(1000,) >8/1/2=x03e9(1001,) "
                        "anomaly(websocket_ping_unanswered)");
    TOLD(late, FRAMED ">9/1/1=p >8/1/2=x03e9(1001,) <10/1/1=q <8/1/2=x03e8(1000,)");
    TOLD(latest, FRAMED ">9/1/1=p >9/1/1=r <10/1/1=p >8/1/2=x03e9(1001,) <8/1/2=x03e8(1000,)");
    TOLD(again, FRAMED ">9/1/0= <10/1/0= >9/1/0= >8/1/2=x03e9(1001,) "
                       "<8/1/2=x03e8(1000,) anomaly(websocket_ping_unanswered)");
    TOLD(after, FRAMED ">8/1/2=x03e9(1001,) >9/1/0= <8/1/2=x03e8(1000,)");
    TOLD(first, FRAMED "<8/1/2=x03e8(1000,) >9/1/0= >8/1/2=x03e9(1001,)");
    TOLD(hole, FRAMED ">9/1/0= >8/1/2=x03e9(1001,) <2/1/4!= <8/1/2=x03e8(1000,)");
    TOLD(erred, "anomaly(websocket_rsv) >9/1/0= " FRAMED ">8/1/2=x03e9(1001,) <8/1/2=x03e8(1000,)");
}

/* RFC 6455 s5.3: keys that count, in either byte order; one step that differs is no counter. */
static void test_masks(void)
{
    static const uint32_t steps[] = {1, 0x01000000, 0xffffffff, 0x9e3779b9};

    for (size_t i = 0; i < LENGTH(steps); i++) {
        for (unsigned odd = 0; odd < 2; odd++) {
            struct buffer wire = {0}, want = {0};
            buffer_append_text(&want, FRAMED);
            for (unsigned n = 0; n < 10; n++) {
                script_mask = 7 + n * steps[i] + (odd && n == 5 ? 1 : 0);
                put_text(&wire, TO_SERVER, FIN | WS_PONG, "");
                buffer_append_text(&want,
                                   n == 7 && !odd ? "anomaly(websocket_mask_predictable) " : "");
                buffer_append_text(&want, n == 9 ? ">10/1/0=" : ">10/1/0= ");
            }
            buffer_append_byte(&want, 0);
            const struct turn t = {TO_SERVER, buffer_bytes(&wire), 0};
            script_check("counted keys", &ws_plain, WS_INTEREST_ALL, &t, 1, 1,
                         (const char *)want.at);
            buffer_free(&wire);
            buffer_free(&want);
        }
    }
    script_mask = WS_MASK;
}

static size_t count_of(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

/* A thousand messages that are wrong anew: each kind is told, and no kind can hide another. */
static void test_flood(void)
{
    struct buffer wire = {0};
    struct ws_script s;

    for (int i = 0; i < 1000; i++)
        put_text(&wire, TO_CLIENT, FIN | WS_TEXT, "\xff");
    for (int i = 0; i < 1000; i++)
        put_text(&wire, TO_CLIENT, FIN | WS_CLOSE, "\x03");
    for (int i = 0; i < 1000; i++)
        put_text(&wire, TO_CLIENT, FIN | RSV2 | WS_PING, "");
    const struct turn t = {TO_CLIENT, buffer_bytes(&wire), 0};
    script_begin(&s, WS_INTEREST_ALL, NULL);
    script_run(&s, &ws_plain, &t, 1, 0);
    const char *log = harness_log(&s.harness);
    CHECK(count_of(log, "anomaly(websocket_bad_utf8)") == 1 + 32, "the first, and 32 more");
    CHECK(count_of(log, "anomaly(websocket_close_length)") == 1, "the first of another kind");
    CHECK(count_of(log, "anomaly(websocket_rsv)") == 1, "of headers one");
    CHECK(count_of(log, "anomaly(") == 35, "and nothing else");
    script_end(&s);
    buffer_free(&wire);
}

/* RFC 6455 s5.4: what stands between fragments, and fragments of nothing. */
static void test_fragments(void)
{
    static const struct turn empty_last[] = {TURN(S, "\x01\x01x\x89\x00\x00\x00\x8a\x00\x80\x00")};
    static const struct turn all_empty[] = {TURN(S, "\x02\x00\x00\x00\x88\x00\x80\x00")};
    static const struct turn empty_masked[] = {
        TURN(C, "\x01\x80\0\0\0\1\x89\x81\0\0\0\2p\x80\x80\0\0\0\4")};
    static const struct turn close_between[] = {TURN(S, "\x01\x01x" S_CLOSE)};
    static const struct turn reserved_between[] = {TURN(S, "\x01\x01x\x83\x02yy\x80\x01z")};
    static const struct turn huge[] = {TURN(S, "\x81\x01x\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"
                                               "abc")};
    static const struct turn huge_hole[] = {TURN(S, "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"),
                                            HOLE(S, INT64_MAX), TURN(S, "\x81\x01x")};

    static const struct turn top_bit[] = {TURN(C, "\x82\xff\x80\0\0\0\0\0\0\1\1\2\3\4x"),
                                          TURN(S, "\x88\x02\x03\xea")};

    TOLD(top_bit, "anomaly(websocket_length_top_bit) anomaly(websocket_lost_sync) " FRAMED
                  "<8/1/2=x03ea(1002,)");
    TOLD(empty_last, FRAMED "<9/1/0= <10/1/0= <1/3/1=x");
    TOLD(all_empty, FRAMED "<8/1/0=(0,) anomaly(websocket_data_after_close) <2/3/0=");
    TOLD(empty_masked, FRAMED ">9/1/1=p >1/2/0=");
    TOLD(close_between, FRAMED "<8/1/2=x03e8(1000,) <1/1/1!=x");
    TOLD(reserved_between, FRAMED "anomaly(websocket_reserved_opcode) <1/2/2=xz");
    TOLD(huge, FRAMED "<1/1/1=x <2/1/3!=abc");
    TOLD(huge_hole, "<2/1/9223372036854775807!= " FRAMED "<1/1/1=x");
}

/* 1.1 and 1.2: each form of the length, in both directions. */
static void test_lengths(void)
{
    static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, 65536, 200000};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (int d = 0; d < 2; d++) {
            struct buffer wire = {0}, clear = {0}, want = {0};
            for (size_t n = 0; n < lengths[i]; n++)
                buffer_append_byte(&clear, (uint8_t)(n * 31 + n / 251));
            put_frame(&wire, (enum direction)d, FIN | WS_BINARY, buffer_bytes(&clear));
            put_text(&wire, (enum direction)d, FIN | WS_TEXT, "next");
            buffer_printf(&want, FRAMED "%c2/1/%zu=", "><"[d], lengths[i]);
            log_payload(&want, buffer_bytes(&clear));
            buffer_printf(&want, " %c1/1/4=next", "><"[d]);
            buffer_append_byte(&want, 0);
            const struct turn t = {(enum direction)d, buffer_bytes(&wire), 0};
            script_check("lengths", &ws_plain, WS_INTEREST_ALL, &t, 1, lengths[i] < 999 ? 1 : 9973,
                         (const char *)want.at);
            buffer_free(&wire);
            buffer_free(&clear);
            buffer_free(&want);
        }
    }
}

/* 7.7, 7.9: the codes that may and that may not be on the wire. */
static void test_close_codes(void)
{
    for (unsigned code = 0; code < 65536; code += code < 5100 ? 1 : 997) {
        const bool legal = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                           (code >= 3000 && code <= 4999);
        const uint8_t wire[] = {0x88, 2, (uint8_t)(code >> 8), (uint8_t)code};
        struct ws_script s;
        const struct turn t = {TO_CLIENT, bytes_of(wire, sizeof(wire)), 0};
        script_begin(&s, INTEREST_MESSAGES, NULL);
        script_run(&s, &ws_plain, &t, 1, 0);
        CHECK(s.totals.close_code == code && s.totals.close_by == TO_CLIENT, "close code");
        CHECK((strstr(harness_log(&s.harness), "websocket_close_code") == NULL) == legal,
              "legal close code");
        script_end(&s);
    }
}

/* Each interest shows its own events and no others, and what is said does not depend on who asks.
 */
static void test_interest(void)
{
    const struct turn t = {TO_CLIENT, LITERAL("\x01\x02He\x89\x01p\x80\x03llo\x88\x02\x03\xe8"), 0};
    script_check("nobody asks", &ws_plain, 0, &t, 1, 1, "claim(certain) climb(framed)");
    script_check("frames", &ws_plain, INTEREST_FRAMES, &t, 1, 1,
                 "[<01/2] " FRAMED "[<89/1] [<80/3] [<88/2]");
    script_check("messages without payload", &ws_plain, INTEREST_MESSAGES, &t, 1, 1,
                 FRAMED "<9/1/1 <1/2/5 <8/1/2(1000,)");
}

/* INTEREST_KEEP: the start of the payload, and the SHA-256 of all of it. */
static void test_keep(void)
{
    struct digest *digest = digest_create(NULL);
    struct buffer wire = {0};
    char text[1000];

    memset(text, 'a', sizeof(text));
    put_frame(&wire, TO_SERVER, WS_TEXT, bytes_of(text, 500));
    put_text(&wire, TO_SERVER, FIN | WS_PING, "abc");
    put_frame(&wire, TO_SERVER, FIN, bytes_of(text, 500));
    put_text(&wire, TO_SERVER, FIN | WS_TEXT, "");
    put_text(&wire, TO_SERVER, FIN | WS_PONG, "");
    put_text(&wire, TO_SERVER, FIN | WS_CLOSE, "\x03\xe9gone");
    for (size_t cut = 0; cut < 300; cut++) {
        struct ws_script s;
        const struct turn t = {TO_SERVER, buffer_bytes(&wire), 0};
        script_begin(&s, INTEREST_MESSAGES | INTEREST_KEEP, digest);
        s.harness.host.payload_limit = 100;
        script_run(&s, &ws_plain, &t, 1, cut);
        CHECK_TEXT(harness_log(&s.harness),
                   FRAMED ">9/1/3{3:ba7816} >1/2/1000{100:41edec} >1/1/0{0:e3b0c4} "
                          ">10/1/0{0:e3b0c4} >8/1/6(1001,gone){6:969a7d}",
                   "kept payload");
        script_end(&s);
    }
    buffer_free(&wire);
    digest_free(digest);
}

static void test_totals(void)
{
    struct buffer up = {0}, down = {0};
    struct ws_script s;

    put_text(&up, TO_SERVER, FIN | WS_TEXT, "one");
    put_text(&up, TO_SERVER, WS_BINARY, "tw");
    put_text(&up, TO_SERVER, FIN | WS_PING, "p");
    put_text(&up, TO_SERVER, FIN, "o");
    put_text(&down, TO_CLIENT, FIN | WS_PONG, "p");
    put_text(&down, TO_CLIENT, FIN | WS_CLOSE, "\x03\xf3");
    put_text(&up, TO_SERVER, FIN | WS_CLOSE, "\x03\xe8");
    const struct turn t[] = {{TO_SERVER, bytes_first(buffer_bytes(&up), 31), 0},
                             {TO_CLIENT, buffer_bytes(&down), 0},
                             {TO_SERVER, bytes_after(buffer_bytes(&up), 31), 0}};
    script_begin(&s, 0, NULL);
    script_run(&s, &ws_plain, t, 3, 0);
    CHECK(s.totals.messages[0] == 2 && s.totals.text[0] == 1 && s.totals.binary[0] == 1,
          "messages");
    CHECK(s.totals.messages[1] == 0 && s.totals.pings[0] == 1 && s.totals.pongs[1] == 1, "control");
    CHECK(s.totals.frames[0] == 5 && s.totals.frames[1] == 2, "frames");
    CHECK(s.totals.payload[0] == 9 && s.totals.payload[1] == 3, "payload");
    CHECK(s.totals.close_code == 1011 && s.totals.close_by == TO_CLIENT, "who closed first");
    CHECK(!s.totals.compressed, "not compressed");
    script_end(&s);
    buffer_free(&up);
    buffer_free(&down);
}

/* Frames of every kind that is common, and some that are not. */
static void put_any(struct buffer *b, enum direction d)
{
    static const int first[] = {FIN | WS_TEXT, FIN | WS_TEXT, FIN | WS_TEXT,       FIN | WS_TEXT,
                                FIN | WS_TEXT, WS_TEXT,       FIN | WS_BINARY,     FIN | WS_PING,
                                FIN | WS_PONG, FIN,           FIN | RSV1 | WS_TEXT};
    static const size_t length[] = {0, 1, 5, 30, 124, 125, 126, 127, 300, 70000};
    static uint8_t payload[70000];

    memset(payload, ' ', sizeof(payload));
    put_frame(b, d, first[random_below(sizeof(first) / sizeof(first[0]))],
              bytes_of(payload, length[random_below(random_below(9) + 2)]));
    if (random_below(40) == 0) /* the other side's mask, a length that is not the shortest */
        buffer_append(b, random_below(2) == 0 ? LITERAL("\x81\x82\0\0\0\0ab\x81\x01z")
                                              : LITERAL("\x81\x7e\0\x01z"));
    if (random_below(60) == 0)
        put_text(b, d, FIN | WS_CLOSE, "\x03\xe8");
}

/* Where nobody listens, whole frames are only counted. Cut ones are read. */
static void test_counting(void)
{
    for (int round = 0; round < 200; round++) {
        const enum direction d = round % 2 == 0 ? TO_SERVER : TO_CLIENT;
        struct ws_script whole, cut;
        struct buffer wire = {0};
        for (unsigned n = 0; n < 60; n++)
            put_any(&wire, d);
        const struct turn t = {d, buffer_bytes(&wire), 0};
        script_begin(&whole, 0, NULL);
        script_run(&whole, &ws_plain, &t, 1, 0);
        script_begin(&cut, 0, NULL);
        script_run(&cut, &ws_plain, &t, 1, 1);
        CHECK_TEXT(harness_log(&whole.harness), harness_log(&cut.harness), "counted or read");
        /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*): both were zero-filled */
        CHECK(memcmp(&whole.totals, &cut.totals, sizeof(cut.totals)) == 0, "the same totals");
        script_end(&whole);
        script_end(&cut);
        buffer_free(&wire);
    }
}

int main(void)
{
    test_vectors();
    test_counting();
    test_rsv1();
    test_after_close();
    test_unanswered_close();
    test_unanswered_ping();
    test_masks();
    test_flood();
    test_fragments();
    test_lengths();
    test_close_codes();
    test_interest();
    test_keep();
    test_totals();
    return test_end();
}
