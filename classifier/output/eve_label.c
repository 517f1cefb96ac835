/* SPDX-License-Identifier: MIT */
#include "output/eve_label.h"

#include "output/eve_words.h"

static uint8_t *put_layers(struct json_known *known, struct buffer *out, uint8_t *at,
                           const struct flow_info *f)
{
    if (f->layer_count == 0)
        return at;
    at = json_put_literal(at, JSON_KEY("layers") "[");
    for (uint8_t i = 0; i < f->layer_count; i++)
        at = json_put_known(known, out, at, f->layers[i]);
    return json_put_end(at, ']');
}

static uint8_t *put_afresh(struct json_known *known, struct buffer *out, uint8_t *at,
                           const struct flow_info *f)
{
    at = put_layers(known, out, at, f);
    at = json_put_known_if(known, out, at, JSON_KEY("app"), f->app);
    at = json_put_known_if(known, out, at, JSON_KEY("speaks"), f->speaks);
    at = json_put_word_if(at, JSON_KEY("confidence"), confidence_name(f->confidence));
    at = json_put_known_if(known, out, at, JSON_KEY("expected"), f->expected);
    if (f->mismatch != TRI_NOT_YET)
        at = json_put_bool(at, JSON_KEY("mismatch"), f->mismatch == TRI_YES);
    at = json_put_word_if(at, JSON_KEY("ladder"), ladder_name(f->ladder));
    at = json_put_word_if(at, JSON_KEY("shape"), shape_name(f->shape));
    if (!f->direction_known)
        at = json_put_bool(at, JSON_KEY("direction_known"), false);
    return at;
}

static uint64_t choices_of(const struct flow_info *f)
{
    return f->layer_count | (uint64_t)f->confidence << 8 | (uint64_t)f->mismatch << 16 |
           (uint64_t)f->ladder << 24 | (uint64_t)f->shape << 32 |
           (uint64_t)f->direction_known << 40;
}

static struct eve_label *place_of(struct eve_labels *k, const struct flow_info *f, uint64_t choices)
{
    const uint64_t mix = choices ^ (uintptr_t)f->app ^ (uintptr_t)f->expected << 16;

    return &k->at[mix * 0x9e3779b97f4a7c15U % EVE_LABELS]; /* Knuth's multiplier */
}

static bool is_kept(const struct eve_label *l, const struct flow_info *f, uint64_t choices)
{
    if (l->len == 0 || l->choices != choices || l->app != f->app || l->speaks != f->speaks ||
        l->expected != f->expected)
        return false;
    for (size_t i = 0; i < f->layer_count; i++)
        if (l->layers[i] != f->layers[i])
            return false;
    return true;
}

/* `text` was written for `f`: kept if it is short enough. */
static void keep(struct eve_label *l, const struct flow_info *f, uint64_t choices,
                 struct bytes text)
{
    if (text.len > sizeof(l->text))
        return;
    l->app = f->app;
    l->speaks = f->speaks;
    l->expected = f->expected;
    l->choices = choices;
    for (size_t i = 0; i < f->layer_count; i++)
        l->layers[i] = f->layers[i];
    l->len = (uint16_t)text.len;
    memcpy(l->text, text.at, text.len);
}

uint8_t *eve_put_label(struct eve_labels *k, struct json_known *known, struct buffer *out,
                       uint8_t *at, const struct flow_info *f)
{
    const uint64_t choices = choices_of(f);
    struct eve_label *l = place_of(k, f, choices);

    if (is_kept(l, f, choices) && json_put_has_room(out, at, l->len)) {
        memcpy(at, l->text, l->len);
        return at + l->len;
    }
    const size_t from = (size_t)(at - out->at);
    at = put_afresh(known, out, at, f);
    if (!out->failed)
        keep(l, f, choices, bytes_of(out->at + from, (size_t)(at - out->at) - from));
    return at;
}
