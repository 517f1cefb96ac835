/* SPDX-License-Identifier: MIT */
#include "engine/journal.h"

#include <stdlib.h>

#define FIRST_ROOM 64U

struct journal_entry {
    struct moment when;
    const struct sink *to;     /* NULL: all without a scribe */
    const struct event *event; /* NULL: it is a text */
    struct {
        size_t at, len; /* of the journal's text, which moves while it grows */
    } text;
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

static void note_for(struct journal *j, struct moment when, const struct event *e,
                     const struct sink *to)
{
    const struct event *copy = room_for_one(j) ? event_copy(&j->scratch, e) : NULL;

    if (copy == NULL) {
        j->lacked++;
        return;
    }
    j->entry[j->count++] = (struct journal_entry){.when = when, .to = to, .event = copy};
}

void journal_note(struct journal *j, struct moment when, const struct event *e)
{
    note_for(j, when, e, NULL);
}

void journal_write(struct journal *j, struct moment when, const struct event *e,
                   const struct sink *to, void *own)
{
    const size_t at = j->text.len;

    if (to->scribe->wants_event != NULL && to->scribe->wants_event(own, e)) {
        note_for(j, when, e, to);
        return;
    }
    if (room_for_one(j))
        to->scribe->write(own, e, &j->text);
    else
        j->text.failed = true;
    if (j->text.failed) { /* it is not whole */
        j->text.len = at;
        j->text.failed = false;
        j->lacked++;
    }
    if (j->text.len > at)
        j->entry[j->count++] = (struct journal_entry){
            .when = when, .to = to, .text = {.at = at, .len = j->text.len - at}};
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

static void tell_event(const struct event *e, const struct sink *sinks)
{
    const uint32_t interest = event_interest(e->kind);

    for (; sinks != NULL; sinks = sinks->next)
        if (sinks->scribe == NULL && (interest == 0 || (sinks->interest & interest) != 0))
            sinks->event(sinks->ctx, e);
}

static void tell_one(const struct journal *j, const struct journal_entry *entry,
                     const struct sink *sinks)
{
    if (entry->to == NULL)
        tell_event(entry->event, sinks);
    else if (entry->event != NULL)
        entry->to->event(entry->to->ctx, entry->event);
    else
        entry->to->scribe->put(entry->to->ctx,
                               bytes_of(j->text.at + entry->text.at, entry->text.len));
}

void journals_tell(struct journal *const *journals, size_t count, const struct sink *sinks)
{
    struct journal *j;

    while ((j = next_of(journals, count)) != NULL)
        tell_one(j, &j->entry[j->told++], sinks);
}

void journal_clear(struct journal *j)
{
    j->count = j->told = 0;
    j->lacked = 0;
    scratch_reset(&j->scratch);
    buffer_clear(&j->text);
}

void journal_free(struct journal *j)
{
    free(j->entry);
    scratch_free(&j->scratch);
    buffer_free(&j->text);
    *j = (struct journal){0};
}
