/* SPDX-License-Identifier: MIT */
/* decode_scene.h - a decoder under test, and what it said as one line of text. */
#ifndef TESTS_UNIT_DECODE_SCENE_H
#define TESTS_UNIT_DECODE_SCENE_H

#include "packet_build.h"

#define TEXT_ROOM 256

static inline void scene_describe_packet(const struct packet *p, char *text)
{
    static const char *words[] = {"unknown", "good", "bad", "offloaded"};
    char src[ENDPOINT_TEXT_ROOM], dst[ENDPOINT_TEXT_ROOM];

    endpoint_text(&p->src, src);
    endpoint_text(&p->dst, dst);
    int at = snprintf(text, TEXT_ROOM, "%s %s > %s %zu/%u %.*s %s",
                      p->transport == TRANSPORT_TCP ? "tcp" : "udp", src, dst, p->payload.len,
                      p->payload_len, (int)p->payload.len, (const char *)p->payload.at,
                      words[p->checksum]);
    for (int i = 0; i < p->vlan_count; i++)
        at += snprintf(text + at, TEXT_ROOM - (size_t)at, " vlan %u", p->vlan[i]);
    if (p->has_timestamp)
        snprintf(text + at, TEXT_ROOM - (size_t)at, " timestamp %u", p->timestamp);
}

static inline void scene_describe(enum decoded result, const struct packet *p, enum anomaly what,
                                  char *text)
{
    static const char *words[] = {"", "pending", "other", "bad"};

    if (result == DECODED_PACKET)
        scene_describe_packet(p, text);
    else
        snprintf(text, TEXT_ROOM, "%s", words[result]);
    if (what != ANOMALY_NONE) {
        const size_t len = strlen(text);
        snprintf(text + len, TEXT_ROOM - len, " ! %s", anomaly_info(what)->name);
    }
}

struct scene {
    struct budget budget;
    struct decoder *decoder;
};

/* An exact-size heap copy is the caller's. */
static inline enum decoded scene_decode(struct scene *s, uint32_t linktype, struct bytes frame,
                                        size_t wire, struct packet *out, enum anomaly *what)
{
    const struct hash_key key = hash_key_from_seed(7);
    const struct frame f = {
        .number = 3, .time_ns = 5, .linktype = linktype, .wire_len = (uint32_t)wire, .data = frame};

    if (s->decoder == NULL)
        s->decoder = decoder_create(&s->budget, &key, NULL);
    return decode_frame(s->decoder, &f, out, what);
}

static inline void scene_end(struct scene *s)
{
    decoder_free(s->decoder);
    CHECK(s->budget.used == 0, "the decoder gave back all it took");
}

/* Decodes an exact-size copy of a raw IP packet that was captured whole, and says what it found. */
static inline void scene_say(struct scene *s, struct bytes packet, char *text)
{
    const struct bytes copy = test_copy(packet);
    struct packet p;
    enum anomaly what;

    const enum decoded result = scene_decode(s, 101, copy, copy.len, &p, &what);
    scene_describe(result, &p, what, text);
    free((void *)(uintptr_t)copy.at);
}

#endif
