/* SPDX-License-Identifier: MIT */
/* What bare_syn_begins() says of a frame, decode_frame() says, too: of SYNs with and without
 * options, of the same cut or padded, and of the same with any one byte changed, its sums made
 * right again or not. */
#include "packet_build.h"

#include "decode/bare_syn.h"

enum { OPTIONS = 1, PADDED = 2, KINDS = 4 };
enum { IP_AT = 14, TCP_AT = 34, FLAGS_AT = 13 };

static struct build b;

static void build_syn(unsigned kind)
{
    b.len = 0;
    if ((kind & OPTIONS) != 0)
        BUILD_FRONT(&b, "\2\4\5\xb4\4\2\x08\x0a\0\0\0\x11\0\0\0\x22\1\3\3\7");
    build_tcp(&b);
    build_at(&b)[12] = (kind & OPTIONS) != 0 ? 0xa0 : 0x50;
    build_at(&b)[FLAGS_AT] = TCP_SYN;
    build_ipv4(&b, TRANSPORT_TCP);
    build_ethernet(&b, 0x0800);
    if ((kind & PADDED) != 0)
        build_pad(&b, 6);
}

/* As a changed header would have been sent. */
static void make_right(uint8_t *at, size_t len)
{
    const size_t total = (size_t)at[IP_AT + 2] << 8 | at[IP_AT + 3];

    build_put16(at + IP_AT + 10, 0);
    build_put16(at + IP_AT + 10, ~build_sum(0, bytes_of(at + IP_AT, 20)) & 0xffff);
    if (total < 40 || IP_AT + total > len)
        return;
    const struct bytes tcp = bytes_of(at + TCP_AT, total - 20);
    build_put16(at + TCP_AT + 16, 0);
    const uint32_t pseudo =
        build_sum((uint32_t)(TRANSPORT_TCP + tcp.len), bytes_of(at + IP_AT + 12, 8));
    build_put16(at + TCP_AT + 16, ~build_sum(pseudo, tcp) & 0xffff);
}

static bool is_same_end(const struct endpoint *e, uint64_t end)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    uint32_t four;

    memcpy(&four, e->addr.byte + sizeof(mapped), sizeof(four));
    return memcmp(e->addr.byte, mapped, sizeof(mapped)) == 0 && bare_syn_end(four, e->port) == end;
}

static bool is_same(const struct packet *p, const struct bare_syn *s)
{
    return p->transport == TRANSPORT_TCP && p->flags == TCP_SYN && p->payload_len == 0 &&
           p->checksum == CHECKSUM_GOOD && p->vlan_count == 0 && p->number == s->number &&
           p->time_ns == s->time_ns && p->wire_len == s->wire_len && p->seq == s->seq &&
           p->ttl == s->ttl && p->window_shift == s->window_shift &&
           is_same_end(&p->src, s->end[0]) && is_same_end(&p->dst, s->end[1]);
}

struct ways {
    struct budget budget;
    struct decoder *decoder, *counter;
    unsigned differ, taken;
};

static void compare(struct ways *w, struct bytes bytes, size_t wire)
{
    const struct frame f = {
        .number = 3, .time_ns = 5, .linktype = 1, .wire_len = (uint32_t)wire, .data = bytes};
    enum anomaly odd;
    struct packet p;
    struct bare_syn s;
    const bool taken = bare_syn_begins(&f, &s);

    if (taken) {
        bare_syn_read_rest(&f, &s);
        decoder_count(w->counter, 1, s.wire_len);
    }
    const enum decoded decoded = decode_frame(taken ? w->decoder : w->counter, &f, &p, &odd);
    if (!taken)
        (void)decode_frame(w->decoder, &f, &p, &odd);
    w->taken += taken;
    w->differ += taken && (decoded != DECODED_PACKET || odd != ANOMALY_NONE || !is_same(&p, &s));
    w->differ += memcmp(decoder_stats(w->decoder), decoder_stats(w->counter),
                        sizeof(struct decode_stats)) != 0;
}

static void check_kind(struct ways *w, unsigned kind)
{
    build_syn(kind);
    const struct bytes frame = build_bytes(&b);
    const unsigned before = w->taken;
    compare(w, frame, frame.len);
    compare(w, frame, frame.len + 9);
    CHECK(w->taken == before + 2, "a SYN and nothing else is taken");
    for (size_t cut = 0; cut < frame.len; cut++) {
        const struct bytes part = test_copy(bytes_first(frame, cut));
        compare(w, part, frame.len);
        free((void *)(uintptr_t)part.at);
    }
    for (size_t at = 0; at < frame.len; at++)
        for (unsigned to = 0; to < 256; to++) {
            const struct bytes other = test_copy(frame);
            uint8_t *bytes = (uint8_t *)(uintptr_t)other.at;
            bytes[at] = (uint8_t)to;
            compare(w, other, frame.len);
            make_right(bytes, frame.len);
            compare(w, other, frame.len);
            free(bytes);
        }
}

int main(void)
{
    const struct hash_key key = hash_key_from_seed(7);
    struct ways w = {0};
    struct frame cooked;
    struct bare_syn s;

    w.decoder = decoder_create(&w.budget, &key, NULL);
    w.counter = decoder_create(&w.budget, &key, NULL);
    for (unsigned kind = 0; kind < KINDS; kind++)
        check_kind(&w, kind);
    CHECK(w.differ == 0, "no other is, and all is as the other way says");
    CHECK(w.taken > 1000, "addresses, ports and numbers may be any");
    cooked = (struct frame){.linktype = 113, .data = build_bytes(&b)};
    CHECK(!bare_syn_begins(&cooked, &s), "another link type");
    decoder_free(w.decoder);
    decoder_free(w.counter);
    CHECK(w.budget.used == 0, "all memory given back");
    return test_end();
}
