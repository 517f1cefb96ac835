/* SPDX-License-Identifier: MIT */
/* The way in one go says exactly what the way step by step says: of the usual frames, of the same
 * cut anywhere, and of the same with any one byte changed. So does a glance, of those it knows. */
#include "decode/glance_ipv4.h"
#include "packet_build.h"

#include "decode/sight.h"
#include "decode/usual.h"

enum {
    IPV6 = 1,
    UDP = 2,
    TAGGED = 4,
    OPTIONS = 8,
    PADDED = 16,
    OFFLOADED = 32,
    STAMPED = 64,
    KINDS = 128
};

static struct build b;

/* The ways to IP that are short, and where each says what follows. */
static const struct link {
    uint32_t linktype;
    size_t size, type_at; /* bytes */
} links[] = {{1, 14, 12}, {113, 16, 14}, {276, 20, 0}, {101, 0, 0}, {228, 0, 0}, {229, 0, 0}};
#define LINKS (sizeof(links) / sizeof(links[0]))

static const struct link *link_now = links;

static void build_transport(unsigned kind)
{
    BUILD_FRONT(&b, "hello");
    if ((kind & UDP) != 0) {
        build_udp(&b, 4790);
        return;
    }
    if ((kind & STAMPED) != 0)
        BUILD_FRONT(&b, "\1\1\x08\x0a\0\0\0\x33\0\0\0\x44");
    if ((kind & OPTIONS) != 0)
        BUILD_FRONT(&b, "\2\4\5\xb4\1\3\3\7\1\1\x08\x0a\0\0\0\x11\0\0\0\x22\x13\2\0\0");
    build_tcp(&b);
    if ((kind & STAMPED) != 0)
        build_at(&b)[12] = 8 << 4; /* words */
    if ((kind & OPTIONS) != 0) {
        build_at(&b)[12] = (kind & STAMPED) != 0 ? 14 << 4 : 11 << 4;
        build_at(&b)[13] = TCP_SYN;
    }
}

static void build_link(size_t type)
{
    static const uint8_t room[20];

    build_front(&b, bytes_of(room, link_now->size));
    if (link_now->size > 0)
        build_put16(build_at(&b) + link_now->type_at, type);
}

/* Of these frames there are none of that kind. */
static bool is_nonsense(unsigned kind)
{
    return (link_now->size == 0 && (kind & TAGGED) != 0) ||
           (link_now->linktype == 228 && (kind & IPV6) != 0) ||
           (link_now->linktype == 229 && (kind & IPV6) == 0);
}

static void build_kind(unsigned kind)
{
    const uint8_t protocol = (kind & UDP) != 0 ? TRANSPORT_UDP : TRANSPORT_TCP;
    const size_t type = (kind & IPV6) != 0 ? 0x86dd : 0x0800;

    b.len = 0;
    build_transport(kind);
    if ((kind & IPV6) != 0)
        build_ipv6(&b, protocol);
    else
        build_ipv4(&b, protocol);
    if ((kind & OFFLOADED) != 0)
        build_put16(build_at(&b) + ((kind & IPV6) != 0 ? 40 : 20) + ((kind & UDP) != 0 ? 6 : 16),
                    0);
    if ((kind & TAGGED) != 0)
        build_tag(&b, 0x3064, type);
    build_link((kind & TAGGED) != 0 ? 0x8100 : type);
    if ((kind & PADDED) != 0)
        build_pad(&b, 9);
}

static bool is_same(const struct packet *a, const struct packet *c)
{
    const bool ends = memcmp(&a->src, &c->src, sizeof(a->src)) == 0 &&
                      memcmp(&a->dst, &c->dst, sizeof(a->dst)) == 0;
    const bool frame = a->number == c->number && a->ordinal == c->ordinal &&
                       a->time_ns == c->time_ns && a->wire_len == c->wire_len;
    const bool link = a->vlan_count == c->vlan_count && a->ttl == c->ttl &&
                      memcmp(a->vlan, c->vlan, sizeof(a->vlan)) == 0;
    const bool segment = a->seq == c->seq && a->ack == c->ack && a->window == c->window &&
                         a->urgent == c->urgent && a->flags == c->flags;
    const bool payload = a->payload.at == c->payload.at && a->payload.len == c->payload.len &&
                         a->payload_len == c->payload_len && a->transport == c->transport;
    const bool options = a->has_timestamp == c->has_timestamp && a->timestamp == c->timestamp &&
                         a->has_signature == c->has_signature && a->window_shift == c->window_shift;

    return ends && frame && link && segment && payload && options && a->checksum == c->checksum;
}

struct ways {
    struct budget budget;
    struct decoder *at_once, *by_steps;
    unsigned differ, usual, glanced, ends;
};

/* What is handed on of a glance tells the same packet. */
static bool sight_tells(const struct glance *g, const struct frame *f, const struct packet *wanted)
{
    const struct sight s = sight_of(g);
    const struct seen seen = {
        .sight = &s, .number = f->number, .time_ns = f->time_ns, .wire_len = frame_wire_len(f)};
    struct packet x;

    memset(&x, 0xaa, sizeof(x));
    seen_packet(&seen, &x);
    x.ordinal = wanted->ordinal;
    x.checksum = wanted->checksum;
    x.urgent = wanted->urgent;
    return is_same(&x, wanted);
}

/* What is read of it where it lies. */
static bool fields_tell(const struct glance *g, const struct packet *wanted)
{
    return glance_flags(g) == wanted->flags && g->ttl == wanted->ttl &&
           g->data.len == wanted->payload_len && g->data.len == wanted->payload.len &&
           load_be32(g->tcp.at + GLANCE_SEQ) == wanted->seq &&
           load_be32(g->tcp.at + GLANCE_ACK) == wanted->ack &&
           load_be16(g->tcp.at + GLANCE_WINDOW) == wanted->window &&
           (g->stamp != NULL) == wanted->has_timestamp &&
           (g->stamp == NULL || load_be32(g->stamp) == wanted->timestamp);
}

/* The same of a frame with FIN, which is no other's. */
static void compare_end(struct ways *w, const struct frame *f, enum decoded one,
                        const struct packet *wanted)
{
    struct glance g, other;

    memset(&g, 0xaa, sizeof(g));
    if (!glance_fin_at(f, &g))
        return;
    w->differ += one != DECODED_PACKET || glance_at(f, &other);
    if (one != DECODED_PACKET)
        return;
    w->ends++;
    w->differ += glance_sums_are_right(g.ip, g.tcp) != (wanted->checksum == CHECKSUM_GOOD);
    w->differ += (wanted->flags & TCP_FIN) == 0 || !fields_tell(&g, wanted);
}

/* A glance knows fewer frames, and of these only those that are right. `one`: the last. */
static void compare_glance(struct ways *w, const struct frame *f, enum decoded one,
                           const struct packet *wanted)
{
    const struct decode_stats before = *decoder_stats(w->at_once);
    struct glance g;
    struct packet x;

    memset(&g, 0xaa, sizeof(g));
    memset(&x, 0xaa, sizeof(x));
    const bool usual = glance_is_usual(f); /* of any bytes, however few */
    if (!glance_at(f, &g))
        return;
    w->differ += usual != (glance_is_ipv4(&g) && f->linktype == 1 && g.tag == NULL);
    w->differ += usual && g.ip + GLANCE_ADDRESSES != f->data.at + GLANCE_ENDS_AT;
    w->differ += one != DECODED_PACKET;
    const bool right = glance_sums_are_right(g.ip, g.tcp);
    const bool offloaded = !right && glance_is_offloaded(&g, f);
    if (one != DECODED_PACKET || (!right && !offloaded)) {
        w->differ += one == DECODED_PACKET && wanted->checksum == CHECKSUM_GOOD;
        return;
    }
    w->glanced++;
    glance_packet(&g, f, &x);
    x.ordinal = wanted->ordinal;
    x.checksum = offloaded ? CHECKSUM_OFFLOADED : x.checksum;
    w->differ += !is_same(&x, wanted) || !sight_tells(&g, f, wanted) || !fields_tell(&g, wanted);
    glance_count(&g, f, w->at_once);
    if (offloaded)
        glance_count_offloaded(w->at_once);
    decode_step_by_step(w->by_steps, f, &x, &(enum anomaly){ANOMALY_NONE});
    w->differ += decoder_stats(w->at_once)->frames != before.frames + 1;
    w->differ += memcmp(decoder_stats(w->at_once), decoder_stats(w->by_steps), sizeof(before)) != 0;
}

static void compare(struct ways *w, struct bytes bytes, size_t wire)
{
    const struct frame f = {.number = 3,
                            .time_ns = 5,
                            .linktype = link_now->linktype,
                            .wire_len = (uint32_t)wire,
                            .data = bytes};
    struct decode_stats stats = *decoder_stats(w->at_once);
    struct packet x, y;
    enum anomaly odd, strange;

    memset(&x, 0xaa, sizeof(x));
    memset(&y, 0x55, sizeof(y));
    const enum decoded one = decode_frame(w->at_once, &f, &x, &odd);
    const enum decoded other = decode_step_by_step(w->by_steps, &f, &y, &strange);
    w->differ += one != other || odd != strange || (one == DECODED_PACKET && !is_same(&x, &y));
    w->differ += memcmp(decoder_stats(w->at_once), decoder_stats(w->by_steps), sizeof(stats)) != 0;
    if (usual_packet(&f, &x, &stats)) {
        w->usual++;
        w->differ += memcmp(&stats, decoder_stats(w->at_once), sizeof(stats)) != 0;
    } else {
        w->differ += stats.frames + 1 != decoder_stats(w->at_once)->frames;
    }
    compare_glance(w, &f, one, &y);
    compare_end(w, &f, one, &y);
}

static void begin(struct ways *w)
{
    const struct hash_key key = hash_key_from_seed(7);

    *w = (struct ways){0};
    w->at_once = decoder_create(&w->budget, &key, NULL);
    w->by_steps = decoder_create(&w->budget, &key, NULL);
}

static void end(struct ways *w)
{
    decoder_free(w->at_once);
    decoder_free(w->by_steps);
    CHECK(w->budget.used == 0, "all memory given back");
}

static void test_kinds(void)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct ways w;
        if (is_nonsense(kind))
            continue;
        begin(&w);
        build_kind(kind);
        const struct bytes frame = test_copy(build_bytes(&b));
        compare(&w, frame, frame.len);
        CHECK(w.differ == 0 && w.usual == 1, "usual frames are read in one go");
        compare(&w, frame, frame.len + 4);
        CHECK(w.differ == 0 && w.usual == 2, "with a trailer that was not captured, too");
        CHECK(w.glanced == ((kind & (UDP | OPTIONS)) == 0 ? 2 : 0),
              "plain segments need only a glance");
        free((void *)(uintptr_t)frame.at);
        end(&w);
    }
}

static void test_cuts(void)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct ways w;
        begin(&w);
        build_kind(kind);
        for (size_t len = 0; len < b.len; len++) {
            const struct bytes frame = test_copy(bytes_first(build_bytes(&b), len));
            compare(&w, frame, len);
            compare(&w, frame, b.len);
            free((void *)(uintptr_t)frame.at);
        }
        CHECK(w.differ == 0, "cut anywhere");
        end(&w);
    }
}

/* Every value of every byte of the headers, with sums that are right, then not. */
static void test_bytes(void)
{
    const bool first = link_now == links;

    for (unsigned kind = 0; kind < (first ? KINDS : PADDED); kind++) {
        struct ways w;
        if (is_nonsense(kind))
            continue;
        begin(&w);
        build_kind(kind);
        const struct bytes frame = test_copy(build_bytes(&b));
        uint8_t *at = (uint8_t *)(uintptr_t)frame.at;
        for (size_t i = first ? 12 : 0; i < frame.len; i++) {
            const uint8_t before = at[i];
            for (unsigned value = 0; value < 256; value++) {
                at[i] = (uint8_t)value;
                const size_t ip = link_now->size + ((kind & TAGGED) != 0 ? 4 : 0);
                uint8_t sum[2] = {at[ip + 10], at[ip + 11]};
                compare(&w, frame, frame.len);
                build_put16(at + ip + 10, 0);
                build_put16(at + ip + 10, ~build_sum(0, bytes_of(at + ip, 20)) & 0xffff);
                compare(&w, frame, frame.len);
                memcpy(at + ip + 10, sum, sizeof(sum));
            }
            at[i] = before;
        }
        CHECK(w.differ == 0 && w.usual > 0, "any byte changed");
        CHECK((w.ends > 0) == ((kind & (UDP | OPTIONS)) == 0), "to a FIN, too");
        free(at);
        end(&w);
    }
}

int main(void)
{
    for (link_now = links; link_now < links + LINKS; link_now++) {
        test_kinds();
        test_cuts();
        test_bytes();
    }
    return test_end();
}
