/* SPDX-License-Identifier: MIT */
#include "layers/ws_draft.h"

#define FIRST_HYBI 4 /* versions below were never sent: hybi-00 to hybi-03 had no version field */
#define LAST_HYBI  8

enum ws_draft ws_draft_of(const struct http_head *r)
{
    if (r->count[HTTP_WS_KEY] > 0 || r->count[HTTP_WS_VERSION] > 0)
        return WS_RFC_6455;
    if (r->count[HTTP_WS_KEY1] > 0 && r->count[HTTP_WS_KEY2] > 0)
        return WS_HIXIE_76;
    const bool plain = r->count[HTTP_WS_KEY1] == 0 && r->count[HTTP_WS_KEY2] == 0 &&
                       r->count[HTTP_WS_PROTOCOL] == 0 && r->count[HTTP_WS_EXTENSIONS] == 0;
    return plain && r->count[HTTP_ORIGIN] > 0 ? WS_HIXIE_75 : WS_RFC_6455;
}

enum ws_draft ws_draft_of_answer(const struct http_head *r)
{
    if (r->count[HTTP_WS_ACCEPT] > 0)
        return WS_RFC_6455;
    if (r->count[HTTP_WS_76_LOCATION] > 0)
        return WS_HIXIE_76;
    return r->count[HTTP_WS_75_LOCATION] > 0 ? WS_HIXIE_75 : WS_RFC_6455;
}

const char *ws_draft_name(enum ws_draft draft, int version)
{
    static const char *const hybi[] = {"hybi-04", "hybi-05", "hybi-06", "hybi-07", "hybi-08"};

    switch (draft) {
    case WS_HIXIE_75: return "hixie-75";
    case WS_HIXIE_76: return "hixie-76";
    case WS_RFC_6455: break;
    }
    return version >= FIRST_HYBI && version <= LAST_HYBI ? hybi[version - FIRST_HYBI] : NULL;
}

/* The digits of a key as one number, divided by how many spaces are in it. */
static bool key_number(struct bytes key, uint32_t *out)
{
    uint64_t number = 0;
    uint32_t spaces = 0;

    for (size_t i = 0; i < key.len; i++) {
        const uint8_t digit = (uint8_t)(key.at[i] - '0');
        if (key.at[i] == ' ')
            spaces++;
        if (digit > 9)
            continue;
        number = number * 10 + digit;
        if (number > UINT32_MAX)
            return false;
    }
    if (spaces == 0 || number % spaces != 0)
        return false;
    *out = (uint32_t)(number / spaces);
    return true;
}

static void write_be32(uint8_t *at, uint32_t n)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(n >> (24 - 8 * i));
}

bool ws_draft_numbers(const struct http_head *r, uint8_t challenge[WS_CHALLENGE_LEN])
{
    uint32_t first, second;

    if (!key_number(r->value[HTTP_WS_KEY1], &first) || !key_number(r->value[HTTP_WS_KEY2], &second))
        return false;
    write_be32(challenge, first);
    write_be32(challenge + 4, second);
    return true;
}

bool ws_draft_answers(const uint8_t challenge[WS_CHALLENGE_LEN], struct bytes response,
                      struct digest *digest)
{
    uint8_t sum[MD5_LEN];

    return digest != NULL && digest_md5(digest, bytes_of(challenge, WS_CHALLENGE_LEN), sum) &&
           bytes_equal(response, bytes_of(sum, sizeof(sum)));
}
