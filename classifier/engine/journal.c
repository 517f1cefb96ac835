/* SPDX-License-Identifier: MIT */
#include "engine/journal.h"

#include <stdlib.h>

#define FIRST_ROOM 64U

struct journal_entry {
    struct moment when;
    const struct event *event;
};

static bool room_for_one(struct journal *j)
{
    if (j->count < j->room)
        return true;
    const size_t room = j->room > 0 ? j->room * 2 : FIRST_ROOM;
    struct journal_entry *more = realloc(j->entry, room * sizeof(*more));
    if (more == NULL)
        return false;
    j->entry = more;
    j->room = room;
    return true;
}

static int compare(struct moment a, struct moment b)
{
    if (a.position != b.position)
        return a.position < b.position ? -1 : 1;
    return a.key < b.key ? -1 : a.key > b.key;
}

void journal_note(struct journal *j, struct moment when, const struct event *e)
{
    const struct event *copy = room_for_one(j) ? event_copy(&j->scratch, e) : NULL;

    if (copy == NULL) {
        j->lacked++;
        return;
    }
    j->entry[j->count++] = (struct journal_entry){.when = when, .event = copy};
}

/* The one whose next entry comes first; NULL: all is told. */
static struct journal *next_of(struct journal *const *journals, size_t count)
{
    struct journal *first = NULL;

    for (size_t i = 0; i < count; i++) {
        struct journal *j = journals[i];
        if (j->told < j->count &&
            (first == NULL || compare(j->entry[j->told].when, first->entry[first->told].when) < 0))
            first = j;
    }
    return first;
}

static void tell_one(const struct event *e, const struct sink *sinks)
{
    const uint32_t interest = event_interest(e->kind);

    for (; sinks != NULL; sinks = sinks->next)
        if (interest == 0 || (sinks->interest & interest) != 0)
            sinks->event(sinks->ctx, e);
}

void journals_tell(struct journal *const *journals, size_t count, const struct sink *sinks)
{
    struct journal *j;

    while ((j = next_of(journals, count)) != NULL)
        tell_one(j->entry[j->told++].event, sinks);
}

void journal_clear(struct journal *j)
{
    j->count = j->told = 0;
    j->lacked = 0;
    scratch_reset(&j->scratch);
}

void journal_free(struct journal *j)
{
    free(j->entry);
    scratch_free(&j->scratch);
    *j = (struct journal){0};
}
