/* SPDX-License-Identifier: MIT */
#include "layers/ws_chain.h"
#include "test.h"

#define FITS_CONTENT 2  /* points */
#define MOST_HEADERS 16 /* of a chain: if they do not prove it, more of the same will not */

struct chain {
    enum ws_chain_end end;
    unsigned points; /* a legal header is one, content that fits two more */
    bool tiled;      /* SHORT: the bytes end where a frame ends */
};

static enum ws_chain_end judge_frame(const struct ws_header *f, struct bytes after, unsigned enough,
                                     unsigned *points)
{
    /* Empty data frames are worth nothing: runs of a pattern look like that. */
    *points += ws_is_control(f->frame.opcode) || f->frame.length > 0;
    if (*points >= enough)
        return WS_CHAIN_HOLDS;
    if (after.len < f->frame.length)
        return WS_CHAIN_SHORT;
    const enum ws_content inside = ws_look_inside(&f->frame, bytes_first(after, f->frame.length));
    if (inside == CONTENT_WRONG)
        return WS_CHAIN_BROKEN;
    *points += inside == CONTENT_FITS ? FITS_CONTENT : 0;
    return *points >= enough ? WS_CHAIN_HOLDS : WS_CHAIN_SHORT;
}

/* Walks a chain until it breaks, or has enough points. */
static struct chain walk(const struct ws_chain_rule *r, struct bytes in, unsigned enough)
{
    struct chain chain = {.end = WS_CHAIN_SHORT};
    struct ws_walk w = {0};
    struct ws_header f;
    bool whole = true;

    while (whole && ws_read_header(in, &f)) {
        const struct bytes after = bytes_after(in, f.size);
        if (w.headers == MOST_HEADERS || !ws_walk_accepts(r, &w, &f)) {
            chain.end = WS_CHAIN_BROKEN;
            return chain;
        }
        ws_walk_take(&w, &f.frame);
        chain.end = judge_frame(&f, after, enough, &chain.points);
        if (chain.end != WS_CHAIN_SHORT)
            return chain;
        whole = after.len >= f.frame.length;
        in = bytes_after(after, f.frame.length);
    }
    chain.tiled = whole && in.len == 0;
    return chain;
}

struct vector {
    const char *name;
    enum direction direction;
    struct bytes in;
    unsigned points;
    enum ws_chain_end end;
    bool tiled;
};

#define V(name, d, in, points, end, tiled)                                                         \
    {                                                                                              \
        name, d, {(const uint8_t *)(in), sizeof(in) - 1}, points, end, tiled                       \
    }

static const struct vector vectors[] = {
    V("nothing yet", TO_CLIENT, "", 3, WS_CHAIN_SHORT, true),
    V("half a header", TO_CLIENT, "\x81", 3, WS_CHAIN_SHORT, false),
    V("text that is UTF-8", TO_CLIENT, "\x81\x05Hello", 3, WS_CHAIN_HOLDS, false),
    V("text that is too short to tell", TO_CLIENT,
      "\x81\x03"
      "abc",
      3, WS_CHAIN_SHORT, true),
    V("text that is none", TO_CLIENT, "\x81\x05Hell\xff", 3, WS_CHAIN_BROKEN, false),
    V("text that ends inside a character", TO_CLIENT, "\x81\x05Hell\xc3", 3, WS_CHAIN_BROKEN,
      false),
    V("a fragment may", TO_CLIENT, "\x01\x05Hell\xc3", 3, WS_CHAIN_SHORT, true),
    V("close with a code", TO_CLIENT, "\x88\x02\x03\xe8", 3, WS_CHAIN_HOLDS, false),
    V("close with no code", TO_CLIENT, "\x88\x02\x00\x05", 3, WS_CHAIN_BROKEN, false),
    V("three headers", TO_CLIENT,
      "\x82\x01"
      "a\x89\x00\x82\x09",
      3, WS_CHAIN_HOLDS, false),
    V("two", TO_CLIENT,
      "\x82\x01"
      "a\x89\x00",
      3, WS_CHAIN_SHORT, true),
    V("not where the last one says", TO_CLIENT,
      "\x82\x02"
      "a\x82\x09",
      3, WS_CHAIN_SHORT, false),
    V("the next is none", TO_CLIENT,
      "\x82\x01"
      "aaa",
      3, WS_CHAIN_BROKEN, false),
    V("never a continuation first", TO_CLIENT,
      "\x80\x01"
      "a",
      3, WS_CHAIN_BROKEN, false),
    V("a continuation after a fragment", TO_CLIENT,
      "\x02\x01"
      "a\x89\x00\x80\x01",
      3, WS_CHAIN_HOLDS, false),
    V("a message inside a message", TO_CLIENT,
      "\x02\x01"
      "a\x82\x01"
      "a",
      3, WS_CHAIN_BROKEN, false),
    V("a mask from the server", TO_CLIENT, "\x82\x81\1\2\3\4x", 3, WS_CHAIN_BROKEN, false),
    V("no mask from the client", TO_SERVER, "\x82\x01x", 3, WS_CHAIN_BROKEN, false),
    V("masked text", TO_SERVER, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 3, WS_CHAIN_HOLDS,
      false),
    V("a key that repeats is a pattern", TO_SERVER,
      "\x82\x82\x82\x82\x82\x82\x82\x82\x82\x82\x82"
      "\x82\x82\x82\x82\x82\x82\x82\x82\x82",
      3, WS_CHAIN_BROKEN, false),
    V("however many", TO_CLIENT,
      "\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00"
      "\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00",
      3, WS_CHAIN_BROKEN, false),
    V("empty data frames prove nothing", TO_CLIENT, "\x82\x00\x82\x00\x82\x00\x82\x00\x82\x00", 3,
      WS_CHAIN_SHORT, true),
};

int main(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct vector *v = &vectors[i];
        const struct ws_chain_rule rule = {.direction = v->direction,
                                           .masked = v->direction == TO_SERVER};
        const struct bytes in = test_copy(v->in);
        const struct chain chain = walk(&rule, in, v->points);
        CHECK(chain.end == v->end, v->name);
        CHECK(chain.tiled == v->tiled, v->name);
        /* The answer for a shorter piece is the same, or "short". */
        for (size_t n = 0; n < in.len; n++) {
            const struct bytes part = test_copy(bytes_first(in, n));
            const enum ws_chain_end end = walk(&rule, part, v->points).end;
            CHECK(end == WS_CHAIN_SHORT || end == v->end, v->name);
            free((void *)(uintptr_t)part.at);
        }
        free((void *)(uintptr_t)in.at);
    }
    return test_end();
}
