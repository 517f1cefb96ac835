/* SPDX-License-Identifier: MIT */
#include "output/eve_events.h"

#include <stdio.h>

#include "base/near.h"
#include "output/eve_words.h"

#define KINDS (EVENT_STATS + 1)

/* Those that have a name, for near_word(). */
static void list_words(const char *words[KINDS + 2])
{
    size_t count = 0;

    for (unsigned kind = 0; kind < KINDS; kind++)
        if (eve_event_word(kind) != NULL)
            words[count++] = eve_event_word(kind);
    words[count++] = "all";
    words[count] = NULL;
}

static void say_all(struct bytes word, const char *const *words, struct err *err)
{
    char list[200] = "";

    for (; *words != NULL; words++)
        snprintf(list + strlen(list), sizeof(list) - strlen(list), " %s", *words);
    err_set(err, "--events: no event type is '%.*s'; there are:%s", (int)word.len,
            (const char *)word.at, list);
}

static void say_unknown(struct bytes word, struct err *err)
{
    const char *words[KINDS + 2];

    list_words(words);
    const char *near = near_word(word, words);
    if (word.len == 0)
        err_set(err, "--events: the name of an event type is missing");
    else if (near != NULL)
        err_set(err, "--events: no event type is '%.*s'; did you mean %s?", (int)word.len,
                (const char *)word.at, near);
    else
        say_all(word, words, err);
}

/* 0: the word is none. */
static uint32_t events_of(struct bytes word)
{
    if (bytes_equal(word, bytes_of_text("all")))
        return EVE_ALL;
    for (unsigned kind = 0; kind < KINDS; kind++)
        if (eve_event_word(kind) != NULL && bytes_equal(word, bytes_of_text(eve_event_word(kind))))
            return UINT32_C(1) << kind;
    return 0;
}

bool eve_events_read(const char *list, uint32_t *events, struct err *err)
{
    *events = 0;
    for (;;) {
        const struct bytes word = bytes_of(list, strcspn(list, ","));
        const uint32_t those = events_of(word);
        if (those == 0) {
            say_unknown(word, err);
            return false;
        }
        *events |= those;
        if (list[word.len] == '\0')
            return true;
        list += word.len + 1;
    }
}
