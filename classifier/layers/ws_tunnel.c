/* SPDX-License-Identifier: MIT */
#include "layers/ws_tunnel.h"

#include "layers/probe.h"

#define EARLY_DATA_LEAST 32 /* base64 digits: longer than any name of a subprotocol */

static bool contains(struct bytes text, const char *what)
{
    const struct bytes needle = bytes_of_text(what);
    return bytes_find(text, needle) < text.len;
}

static bool is_base64(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.at[i], letter = c | 0x20; /* lower case */
        if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && c != '+' && c != '/' &&
            c != '-' && c != '_' && c != '=')
            return false;
    }
    return true;
}

/* Both cases and digits among it: no word. */
static bool is_mixed(struct bytes text)
{
    size_t upper = 0, lower = 0, digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        upper += text.at[i] >= 'A' && text.at[i] <= 'Z' ? 1 : 0;
        lower += text.at[i] >= 'a' && text.at[i] <= 'z' ? 1 : 0;
        digits += text.at[i] >= '0' && text.at[i] <= '9' ? 1 : 0;
    }
    return upper > 0 && lower > 0 && digits > 0;
}

static bool is_early_data(struct bytes offer)
{
    return offer.len >= EARLY_DATA_LEAST && is_base64(offer) && is_mixed(offer);
}

void ws_tunnel_handshake(struct host *h, const struct handshake *shake)
{
    const struct bytes offer = shake->client_protocols;
    const char *what = NULL;

    if (bytes_start_with(shake->subprotocol, TEXT("chisel-v")))
        what = "chisel's subprotocol: a tunnel of SSH in binary messages";
    else if (contains(offer, "authorization.bearer.") && bytes_start_with(offer, TEXT("v1")))
        what = "wstunnel's subprotocol, with a token that names the target: a tunnel";
    if (what != NULL) {
        h->note(h, what, offer);
        host_anomaly(h, WS_TUNNEL, TO_SERVER, 0);
    } else if (is_early_data(offer)) {
        h->note(h, "data in place of a subprotocol's name, as V2Ray and Xray send it early", offer);
    }
}

/* ---- noise ---- */

/* ISO 13818-1 s2.4.3.2: packets of 188 bytes, each begins with 0x47. */
#define TS_PACKET 188
#define TS_SYNC   0x47
#define TS_LEAST  4 /* packets: noise looks so once in 2^32 */

/* `part` comes after `before` bytes of its direction: how many packets in it begin as they ought.
 */
static uint8_t count_syncs(size_t before, struct bytes part)
{
    const size_t first = (before + TS_PACKET - 1) / TS_PACKET * TS_PACKET;
    uint8_t count = 0;

    for (size_t at = first - before; at < part.len; at += TS_PACKET)
        count = (uint8_t)(count + (part.at[at] == TS_SYNC ? 1 : 0));
    return count;
}

bool ws_noise_feed(struct ws_noise *n, enum direction d, struct bytes clear, bool begins)
{
    const struct bytes part = bytes_first(clear, (size_t)WS_NOISE_MOST - n->bytes[d]);

    if (begins && n->messages[d] == 0)
        n->first[d] = clear.at[0];
    if (begins && n->messages[d] < UINT8_MAX) {
        n->messages[d]++;
        n->alike[d] = (uint8_t)(n->alike[d] + (clear.at[0] == n->first[d] ? 1 : 0));
    }
    if (n->bytes[d] < WS_NOISE_HEAD && n->messages[d] <= 1) {
        const struct bytes head = bytes_first(part, (size_t)WS_NOISE_HEAD - n->bytes[d]);
        if (head.len > 0)
            memcpy(n->head[d] + n->bytes[d], head.at, head.len);
    }
    shape_feed(&n->shape, d, part);
    n->synced[d] = (uint8_t)(n->synced[d] + count_syncs(n->bytes[d], part));
    n->bytes[d] = (uint16_t)(n->bytes[d] + part.len);
    return n->bytes[d] < WS_NOISE_MOST;
}

/* How files and streams begin that are compressed by right. */
static bool is_marked(const uint8_t head[WS_NOISE_HEAD])
{
    static const struct {
        uint8_t at;
        struct bytes mark;
    } marks[] = {
        {0, TABLE_TEXT("PK\x03\x04")},
        {0, TABLE_TEXT("\x1f\x8b\x08")},
        {0, TABLE_TEXT("\x28\xb5\x2f\xfd")},
        {0, TABLE_TEXT("\xfd"
                       "7zXZ")},
        {0, TABLE_TEXT("BZh")},
        {0, TABLE_TEXT("\x04\x22\x4d\x18")},
        {0, TABLE_TEXT("\x78\x9c")},
        {0, TABLE_TEXT("\x78\x01")},
        {0, TABLE_TEXT("\x78\xda")},
        {0, TABLE_TEXT("\x89PNG")},
        {0, TABLE_TEXT("\xff\xd8\xff")},
        {0, TABLE_TEXT("GIF8")},
        {0, TABLE_TEXT("RIFF")},
        {0, TABLE_TEXT("OggS")},
        {0, TABLE_TEXT("fLaC")},
        {0, TABLE_TEXT("ID3")},
        {0, TABLE_TEXT("\x1a\x45\xdf\xa3")},
        {4, TABLE_TEXT("ftyp")},
        {4, TABLE_TEXT("styp")},
        {4, TABLE_TEXT("moof")},
        {4, TABLE_TEXT("moov")},
        {0, TABLE_TEXT("7z\xbc\xaf")},
        {0, TABLE_TEXT("%PDF")},
        {0, TABLE_TEXT("FLV\x01")},
    };

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (memcmp(head + marks[i].at, marks[i].mark.at, marks[i].mark.len) == 0)
            return true;
    return false;
}

/* A start code (H.264 Annex B), a length or a number in many bytes: noise begins with two zeros, or
 * has three in eight bytes, once in 50,000. */
static bool is_numbered(const uint8_t head[WS_NOISE_HEAD])
{
    size_t zeros = 0;

    for (size_t i = 0; i < 8; i++)
        zeros += head[i] == 0 ? 1 : 0;
    return zeros >= 3 || (head[0] == 0 && head[1] == 0);
}

/* Three messages that begin with the same byte: noise does that once in 65,536. */
static bool has_form(const struct ws_noise *n, enum direction d)
{
    return is_marked(n->head[d]) || is_numbered(n->head[d]) || n->synced[d] >= TS_LEAST ||
           (n->alike[d] >= WS_NOISE_ALIKE && 2 * n->alike[d] > n->messages[d]);
}

/* Length, session (0 or 1), new, with data, TCP or UDP, port, kind of address. */
static bool is_mux(const struct ws_noise *n)
{
    const uint8_t *head = n->head[TO_SERVER];

    return n->bytes[TO_SERVER] >= WS_NOISE_HEAD && head[0] == 0 && head[1] >= WS_NOISE_HEAD &&
           head[2] == 0 && head[3] <= 1 && head[4] == 1 && head[5] <= 1 &&
           (head[6] == 1 || head[6] == 2) && head[9] >= 1 && head[9] <= 3;
}

/* The server says what it was told: a test. */
static bool is_echo(const struct ws_noise *n)
{
    return memcmp(n->head[TO_SERVER], n->head[TO_CLIENT], WS_NOISE_HEAD) == 0;
}

/* Milder than shape.h, because both sides must pass, and what they say is no proof. */
static bool is_random(const struct shape_side *side)
{
    return noise_holds(&side->noise, NOISE_BOTH);
}

/* Have there been enough messages to see whether they begin alike? */
static bool shows_form(const struct ws_noise *n)
{
    const unsigned up = n->messages[TO_SERVER], down = n->messages[TO_CLIENT];

    return (up >= WS_NOISE_ALIKE && down >= WS_NOISE_ALIKE) || up + down >= 3 * WS_NOISE_ALIKE;
}

enum tri ws_noise_verdict(const struct ws_noise *n, const struct host *h, bool over)
{
    const uint16_t up = n->bytes[TO_SERVER], down = n->bytes[TO_CLIENT];

    if (h->carried_known)
        return TRI_NO;
    if (is_mux(n))
        return TRI_YES;
    if (up < WS_NOISE_LEAST || down < WS_NOISE_LEAST || up + down < WS_NOISE_BOTH)
        return over ? TRI_NO : TRI_NOT_YET;
    if (!over && h->carry_wanted && (up < WS_NOISE_MOST || down < WS_NOISE_MOST))
        return TRI_NOT_YET; /* somebody may still know it */
    if (!over && !shows_form(n))
        return TRI_NOT_YET; /* do they begin alike? */
    if (has_form(n, TO_SERVER) || has_form(n, TO_CLIENT) || is_echo(n))
        return TRI_NO;
    const enum shape shape = shape_of(&n->shape);
    if (shape == SHAPE_TEXT || shape == SHAPE_LENGTH_PREFIXED)
        return TRI_NO;
    return is_random(&n->shape.side[0]) && is_random(&n->shape.side[1]) ? TRI_YES : TRI_NO;
}

void ws_noise_tell(const struct ws_noise *n, struct host *h)
{
    const bool mux = is_mux(n);

    h->note(h,
            mux ? "V2Ray's multiplexer (Mux.Cool) opens a connection: a tunnel"
                : "binary messages that look random from the first byte, both ways: perhaps a "
                  "tunnel",
            bytes_of(n->head[TO_SERVER], WS_NOISE_HEAD));
    host_anomaly(h, mux ? WS_TUNNEL : WS_RANDOM_PAYLOAD, TO_SERVER, 0);
}
