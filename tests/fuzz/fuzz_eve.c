/* SPDX-License-Identifier: MIT */
/* fuzz_eve.c - any bytes as EVE files (eve_reader.h): the first two bytes choose options and cut, a
 * NUL divides files. Whole or cut, the same events, report and sentences come out; the report is
 * JSON, and the events, written again, are read as the same ones. */
#include <assert.h>
#include <stdlib.h>

#include "base/json_tree.h"
#include "output/eve_events.h"
#include "output/eve_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHOICES  2
#define SEVERAL  1
#define KEEP_ALL 2

/* Instead of output/out.c: nothing goes to a file. */
struct out {
    struct buffer text;
};

struct buffer *out_buffer(struct out *o)
{
    return &o->text;
}

void out_record(struct out *o)
{
    (void)o;
}

void out_flush(struct out *o)
{
    (void)o;
}

void out_fail(struct out *o, const char *why)
{
    (void)o;
    (void)why;
    abort();
}

struct round {
    struct out eve, report;
    struct buffer said;
};

static void keep(void *ctx, const char *sentence, bool wrong)
{
    struct round *r = ctx;

    buffer_printf(&r->said, "%d %s\n", wrong, sentence);
}

static void end_round(struct round *r)
{
    buffer_free(&r->eve.text);
    buffer_free(&r->report.text);
    buffer_free(&r->said);
}

static void read_files(struct eve_reader *r, struct bytes left, size_t first)
{
    do {
        const uint8_t *end = bytes_find_byte(left, 0);
        const struct bytes file =
            bytes_first(left, end != NULL ? (size_t)(end - left.at) : left.len);
        left = bytes_after(left, file.len + 1);
        eve_reader_begin(r, "fuzz.eve");
        eve_reader_feed(r, bytes_first(file, first));
        eve_reader_feed(r, bytes_after(file, first));
        eve_reader_end(r);
    } while (left.len > 0);
}

static void read_round(struct round *round, struct bytes in, uint8_t options, size_t first)
{
    static const struct eve_options plain = {.events = EVE_ALL};
    const uint32_t flows = (options & KEEP_ALL) != 0 ? SUMMARY_ALL_FLOWS : 0;
    struct summary *s = summary_create(SUMMARY_REPORT | flows, NULL);

    *round = (struct round){.said = {0}};
    struct eve *eve = eve_create(&round->eve, &plain, NULL);
    eve_sink(eve)->next = summary_sink(s);
    const struct eve_reader_config how = {
        .sinks = eve_sink(eve), .several = (options & SEVERAL) != 0, .say = keep, .ctx = round};
    struct eve_reader *r = eve_reader_create(&how, NULL);
    read_files(r, in, first);
    eve_reader_finish(r, false);
    struct input_note note = eve_reader_input(r);
    note.name = "fuzz";
    report_json(&round->report, s, &note);
    eve_reader_free(r);
    eve_free(eve);
    summary_free(s);
}

/* Lines that other lines speak of may be lacking as they were at first; nothing else is wrong with
 * what we wrote. */
static bool is_all_there(const struct buffer *said)
{
    static const char lacking[] = "0 EVE: what these lines would tell is missing";
    struct bytes left = buffer_bytes(said);

    for (; left.len > 0; left = bytes_after(left, bytes_find(left, bytes_of_text("\n")) + 1))
        if (!bytes_start_with(left, bytes_of_text(lacking)))
            return false;
    return true;
}

static bool is_same(const struct buffer *a, const struct buffer *b)
{
    return bytes_equal(buffer_bytes(a), buffer_bytes(b));
}

static void check_json(struct buffer *text)
{
    struct json_tree t = {0};

    assert(json_tree_read(&t, text->at, text->len) || strcmp(t.fault, "too many values") == 0);
    json_tree_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes in = bytes_after(bytes_of(data, size), CHOICES);
    struct round whole, cut, again;

    if (size < CHOICES)
        return 0;
    read_round(&whole, in, data[0], SIZE_MAX);
    read_round(&cut, in, data[0], data[1]);
    assert(is_same(&whole.eve.text, &cut.eve.text));
    assert(is_same(&whole.report.text, &cut.report.text));
    assert(is_same(&whole.said, &cut.said));
    read_round(&again, buffer_bytes(&whole.eve.text), 0, SIZE_MAX);
    assert(is_all_there(&again.said));
    assert(is_same(&whole.eve.text, &again.eve.text));
    check_json(&whole.report.text);
    end_round(&whole);
    end_round(&cut);
    end_round(&again);
    return 0;
}
