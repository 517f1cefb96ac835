/* SPDX-License-Identifier: MIT */
/* ws_speech.h and json_keys.h: whatever the messages say, nothing outside them is read, what was
 * told is not taken back, and the beginning of JSON is never called no JSON.
 *
 * Input: one byte for what was agreed upon, then messages: a byte (bit 0: to the client, bit 1: the
 * rest was cut off), a length in one byte, the text. A length of 255 means 512.
 */
#include <assert.h>

#include "base/cursor.h"
#include "layers/json_keys.h"
#include "layers/ws_speech.h"
#include "tests/unit/test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TO_CLIENT_BIT = 1, CUT_BIT = 2, LONG = 255 };

static void check_json(struct bytes text)
{
    struct json_top top;

    if (!json_read(text, &top))
        return;
    assert(top.count <= JSON_VALUES);
    for (unsigned i = 0; i < top.count; i++)
        assert(top.value[i].text.len <= text.len && top.value[i].key.len <= text.len);
    for (size_t n = 1; n < text.len - top.after.len; n++)
        assert(json_read(bytes_first(text, n), &top));
}

static void hear(struct ws_speech *s, uint8_t kind, struct bytes in)
{
    const struct bytes text = test_copy(in);
    const struct ws_heard heard = {text, (kind & CUT_BIT) == 0,
                                   (kind & TO_CLIENT_BIT) != 0 ? TO_CLIENT : TO_SERVER};
    const uint8_t before = s->confidence;
    const struct ws_finding found = ws_speech_hear(s, &heard);

    assert(s->confidence >= before);
    assert(found.name == NULL || (found.why != NULL && found.confidence > CONFIDENCE_NONE));
    if (text.len > 0 && found.name != NULL)
        assert(ws_speech_may_begin(text.at[0]));
    check_json(text);
    free((void *)(uintptr_t)text.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_over(bytes_of(data, size));
    struct ws_speech s = {.agreed = cursor_u8(&c) % SPEECHES};

    while (c.left.len > 2) {
        const uint8_t kind = cursor_u8(&c);
        const uint8_t said = cursor_u8(&c);
        const size_t len = said == LONG ? SPEECH_BYTES : said;
        hear(&s, kind, cursor_take(&c, len < c.left.len ? len : c.left.len));
    }
    ws_speech_end(&s);
    return 0;
}
