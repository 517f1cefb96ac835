/* SPDX-License-Identifier: MIT */
/* engine/alternate.c: where the answer depends on whose bytes are read, both are told. Vectors
 * after zapret (fake, multidisorder, seqovl) and Ptacek and Newsham. */
#include <stdio.h>
#include <unistd.h>

#include "conversation.h"

#define BLOCKED "GET / HTTP/1.1\r\nHost: blocked.example\r\n\r\n"
#define HARMLES "GET / HTTP/1.1\r\nHost: harmles.example\r\n\r\n"
#define SSH     "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\r\n"
#define ANSWER  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define SPLIT   24 /* in the host's name */

static const char rules[] = "version: 1\n"
                            "overlap: {default: %s}\n"
                            "rules:\n"
                            "- {name: no, action: block, match: {host: blocked.example}}\n";

/* Writes evidence down, too. */
static void on_event(void *ctx, const struct event *e)
{
    struct talk *t = ctx;

    if (e->kind == EVENT_ALERT)
        return; /* the flow's record says as much */
    talk_event(ctx, e);
    for (unsigned i = 0; e->kind == EVENT_FLOW && i < e->flow->evidence_count; i++) {
        const struct evidence *why = &e->flow->evidence[i];
        if (strncmp(why->what, "overlapping", 11) == 0)
            buffer_printf(&t->log, "%s: %.*s\n", why->what + sizeof("overlapping bytes read"),
                          (int)why->detail.len, (const char *)why->detail.at);
    }
}

static void begin(struct talk *t, const char *policy, size_t memory)
{
    char text[200];

    snprintf(text, sizeof(text), rules, policy != NULL ? policy : "");
    talk_begin(t, policy != NULL ? text : NULL, memory);
    t->sink.event = on_event;
    talk_open(t);
}

/* Both sides' last words. */
static void end(struct talk *t, size_t request, const char *answer, const char *want,
                const char *name)
{
    t->sent[TO_SERVER] = (uint32_t)request;
    talk_say(t, TO_CLIENT, bytes_of_text(answer));
    talk_segment(t, TO_SERVER, TCP_ACK, t->sent[TO_SERVER], LITERAL(""));
    talk_close(t);
    talk_end(t, want, name);
}

static void up(struct talk *t, size_t offset, struct bytes data)
{
    talk_segment(t, TO_SERVER, TCP_ACK | TCP_PSH, (uint32_t)offset, data);
}

/* fake: a decoy with the same sequence numbers comes first, and is taken. */
static void test_fake_first(void)
{
    struct talk t;

    begin(&t, "linux", 0);
    up(&t, 0, LITERAL(HARMLES));
    up(&t, 0, LITERAL(BLOCKED));
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (evasion_ambiguous) http/200 tcp>http app=http/certain allow:-\n"
        "with those that came first: tcp>http harmles.example allow\n"
        "with those that came last: tcp>http blocked.example block\n",
        "a decoy of the same protocol");

    begin(&t, NULL, 0);
    up(&t, 0, LITERAL(SSH));
    up(&t, 0, LITERAL(BLOCKED "x"));
    end(&t, strlen(SSH), ANSWER,
        "(overlap_differs) (evasion_ambiguous) tcp>ssh app=ssh/strong mismatch allow:-\n"
        "with those that came first: tcp>ssh\n"
        "with those that came last: tcp>http blocked.example\n",
        "a decoy of another protocol");

    begin(&t, NULL, 0);
    up(&t, 0, LITERAL(SSH));
    up(&t, 0, LITERAL(BLOCKED));
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (evasion_ambiguous) tcp>ssh app=ssh/strong mismatch allow:-\n"
        "with those that came first: tcp>ssh allow\n"
        "with those that came last: tcp>http blocked.example allow\n",
        "a decoy that is longer than what follows");

    begin(&t, NULL, 0);
    up(&t, 0, LITERAL("SSH-2.0-x\r\n"));
    up(&t, 0, LITERAL(BLOCKED));
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (evasion_ambiguous) tcp>ssh app=ssh/strong mismatch allow:-\n"
        "with those that came first: tcp>ssh\n"
        "with those that came last: tcp>http blocked.example\n",
        "a decoy that is shorter");
}

/* fakedsplit: decoys around each part. */
static void test_fake_parts(void)
{
    struct talk t;

    begin(&t, NULL, 0);
    up(&t, 0, LITERAL("xxxx"));
    up(&t, 0, LITERAL("GET "));
    up(&t, 0, LITERAL("xxxx"));
    up(&t, 4, bytes_after(LITERAL(BLOCKED), 4));
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (evasion_ambiguous) tcp>raw app=raw/strong shape=text mismatch allow:-\n"
        "with those that came first: tcp>raw allow\n"
        "with those that came last: tcp>http blocked.example allow\n",
        "decoys of the first part");
}

/* multidisorder with seqovl: the second part comes first and begins too early, with junk; the
 * first part, complete, follows. */
static void seqovl(struct talk *t, const char *policy)
{
    static const char late[] = "xxxxxx";
    struct buffer second = {0};

    begin(t, policy, 0);
    buffer_append_text(&second, late);
    buffer_append(&second, bytes_after(LITERAL(BLOCKED), SPLIT));
    up(t, SPLIT - strlen(late), buffer_bytes(&second));
    up(t, 0, bytes_first(LITERAL(BLOCKED), SPLIT));
    buffer_free(&second);
}

static void test_seqovl(void)
{
    struct talk t;

    seqovl(&t, "linux");
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (evasion_ambiguous) http/200 tcp>http app=http/certain block:no\n"
        "as Linux does: tcp>http blocked.example block\n"
        "with those that came first: tcp>http allow\n",
        "linux");
    seqovl(&t, "first");
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (http_bad_field) (http_host_missing) (evasion_ambiguous) http/200 "
        "tcp>http app=http/certain allow:-\n"
        "with those that came first: tcp>http allow\n"
        "with those that came last: tcp>http blocked.example block\n",
        "first");
    seqovl(&t, "solaris");
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (http_bad_field) (http_host_missing) (evasion_ambiguous) http/200 "
        "tcp>http app=http/certain allow:-\n"
        "as Solaris does: tcp>http allow\n"
        "with those that came last: tcp>http blocked.example block\n",
        "solaris");
    seqovl(&t, "bsd");
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (evasion_ambiguous) http/200 tcp>http app=http/certain block:no\n"
        "as BSD does: tcp>http blocked.example block\n"
        "with those that came first: tcp>http allow\n",
        "bsd");
}

/* Parts in disorder, then the same with other bytes, then the first byte. */
static void test_disorder(void)
{
    struct talk t;

    begin(&t, NULL, 0);
    up(&t, 4, bytes_after(LITERAL(SSH), 4));
    up(&t, 4, bytes_after(LITERAL(BLOCKED "x"), 4));
    up(&t, 0, LITERAL("GET "));
    end(&t, strlen(SSH), ANSWER,
        "(overlap_differs) (evasion_ambiguous) tcp>raw app=raw/strong shape=text mismatch allow:-\n"
        "as Linux does: tcp>raw allow\n"
        "with those that came last: tcp>http blocked.example allow\n",
        "the rest of another protocol");

    begin(&t, NULL, 0);
    up(&t, 0, LITERAL("G"));
    up(&t, 4, bytes_after(LITERAL(HARMLES), 4));
    up(&t, 4, bytes_after(LITERAL(BLOCKED), 4));
    up(&t, 1, LITERAL("ET "));
    end(&t, strlen(BLOCKED), ANSWER,
        "(overlap_differs) (evasion_ambiguous) http/200 tcp>http app=http/certain allow:-\n"
        "as Linux does: tcp>http harmles.example\n"
        "with those that came last: tcp>http blocked.example\n",
        "after what is kept of a stream that nobody knows yet");

    begin(&t, NULL, 0);
    up(&t, 0, LITERAL("G"));
    up(&t, 4, bytes_after(LITERAL(HARMLES), 4));
    up(&t, 4, bytes_after(LITERAL(BLOCKED), 4));
    talk_end(&t,
             "(overlap_differs) (stream_gap) tcp>raw app=raw/strong shape=text mismatch "
             "missing=3/0 allow:-\n",
             "never filled");
}

/* Differences that change no answer. */
static void test_no_matter(void)
{
    static const char a[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nABCDEF";
    static const char b[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nABCxyz";
    struct talk t;

    begin(&t, NULL, 0);
    up(&t, 10, bytes_after(LITERAL(a), 10));
    up(&t, 10, bytes_after(LITERAL(b), 10));
    up(&t, 0, bytes_first(LITERAL(a), 10));
    end(&t, strlen(a), ANSWER, "(overlap_differs) http/200 tcp>http app=http/certain allow:-\n",
        "a body");
}

/* The start is gone: the difference is all that can be told. */
static void test_too_late(void)
{
    const uint32_t n = (uint32_t)strlen(BLOCKED);
    struct talk t;

    begin(&t, NULL, 0);
    talk_say(&t, TO_SERVER, LITERAL(BLOCKED));
    talk_say(&t, TO_CLIENT, LITERAL(ANSWER));
    up(&t, n + 4, bytes_after(LITERAL(SSH), 4));
    up(&t, n + 4, bytes_after(LITERAL(BLOCKED "x"), 4));
    up(&t, n, LITERAL("GET "));
    end(&t, n + strlen(SSH), "",
        "http/200 (overlap_differs) (http_not_a_request) tcp>http app=http/certain allow:-\n",
        "too late");
}

/* What honest stacks do: again, in other pieces, grown, keep-alives, in disorder. */
static void test_honest(void)
{
    static const char want[] = "http/200 tcp>http app=http/certain allow:-\n";
    const size_t n = strlen(BLOCKED);
    struct talk t;

    for (size_t cut = 1; cut <= n; cut++) {
        begin(&t, NULL, 0);
        up(&t, 0, bytes_first(LITERAL(BLOCKED), cut));
        up(&t, 0, bytes_first(LITERAL(BLOCKED), cut));
        up(&t, cut - 1, LITERAL("\0"));
        up(&t, 0, bytes_first(LITERAL(BLOCKED), cut / 2));
        up(&t, 0, LITERAL(BLOCKED));
        up(&t, cut, bytes_after(LITERAL(BLOCKED), cut));
        up(&t, 0, LITERAL(BLOCKED));
        up(&t, 0, bytes_first(LITERAL(BLOCKED), cut));
        end(&t, n, ANSWER, want, "sent again");

        begin(&t, NULL, 0);
        up(&t, cut, bytes_after(LITERAL(BLOCKED), cut));
        up(&t, cut / 2, bytes_after(LITERAL(BLOCKED), cut / 2));
        up(&t, cut, bytes_after(LITERAL(BLOCKED), cut));
        up(&t, 0, bytes_first(LITERAL(BLOCKED), cut));
        up(&t, 0, bytes_first(LITERAL(BLOCKED), cut));
        end(&t, n, ANSWER, want, "in disorder");
    }
}

/* Both readings are within --memory, and end. */
static void test_bounded(void)
{
    static uint8_t junk[1000];
    struct talk t;

    begin(&t, NULL, 4U << 20);
    for (uint32_t flow = 0; flow < 2000; flow++) {
        t.client_port = (uint16_t)(20000 + flow);
        up(&t, 0, LITERAL("GET / HTTP/1.1\r\nHost: h\r\n"));
        up(&t, 500, bytes_of(junk, sizeof(junk)));
        junk[0]++;
        up(&t, 500, bytes_of(junk, sizeof(junk)));
        up(&t, 0, LITERAL(SSH));
    }
    CHECK(engine_totals(t.engine).memory_peak <= 4U << 20, "within the budget");
    talk_log(&t);
    talk_free(&t);
}

int main(void)
{
    test_fake_first();
    test_fake_parts();
    test_seqovl();
    test_disorder();
    test_no_matter();
    test_too_late();
    test_honest();
    test_bounded();
    return test_end();
}
