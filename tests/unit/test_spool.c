/* SPDX-License-Identifier: MIT */
#include "output/spool.h"

#include "test.h"

enum { FLOWS = 7, STEPS = 4000 };

static void collect(void *ctx, struct bytes piece)
{
    buffer_append(ctx, piece);
}

/* Many texts grow at once; each comes back whole, whatever went to disk in between. */
static void check_interleaved(void)
{
    struct spool s = {0};
    struct spooled text[FLOWS] = {0};
    struct buffer want[FLOWS] = {0};

    for (unsigned i = 0; i < STEPS; i++) {
        const unsigned f = i * i % FLOWS;
        buffer_printf(&text[f].tail, "%u of %u;", i, f);
        buffer_printf(&want[f], "%u of %u;", i, f);
        spool_settle(&s, &text[f]);
        CHECK(text[f].tail.len < 8192, "little is in memory");
    }
    for (unsigned f = 0; f < FLOWS; f++) {
        struct buffer got = {0};
        spool_take(&s, &text[f], collect, &got);
        CHECK(bytes_equal(buffer_bytes(&got), buffer_bytes(&want[f])), "the same text");
        buffer_free(&got);
        buffer_free(&want[f]);
    }
    CHECK(spool_good(&s, NULL), "no error");
    spool_close(&s);
}

static void check_no_place(void)
{
    struct spool s = {0};
    struct spooled text = {0};
    struct err err = {""};

    setenv("TMPDIR", "/nowhere/at/all", 1);
    for (unsigned i = 0; i < STEPS; i++)
        buffer_append_text(&text.tail, "something ");
    spool_settle(&s, &text);
    CHECK(!spool_good(&s, &err), "a temporary file that cannot be made");
    CHECK(strstr(err.text, "temporary file") != NULL, "and says so");
    spool_forget(&text);
    spool_close(&s);
}

/* Memory ran out in the last words of a text: what comes back is not whole. */
static void check_no_memory(void)
{
    struct spool s = {0};
    struct spooled text = {0};
    struct buffer got = {0};

    buffer_append_text(&text.tail, "something");
    spool_settle(&s, &text);
    text.tail.failed = true;
    spool_take(&s, &text, collect, &got);
    CHECK(!spool_good(&s, NULL), "and that is told");
    buffer_free(&got);
    spool_close(&s);
}

int main(void)
{
    check_interleaved();
    check_no_memory();
    check_no_place();
    return test_end();
}
