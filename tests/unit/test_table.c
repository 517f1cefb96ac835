/* SPDX-License-Identifier: MIT */
#include "tests/unit/flow_sample.h"
#include "tests/unit/hostile_flow.h"
#include "tests/unit/render.h"

struct job {
    struct summary *summary;
    struct input_note in;
    struct table_options how;
};

static void print(struct out *out, void *ctx)
{
    const struct job *j = ctx;
    table_print(out, j->summary, &j->in, &j->how);
}

static char *table_of(struct summary *s, struct table_options how)
{
    struct job j = {.summary = s,
                    .in = {.name = "port80.pcap",
                           .rules = "rules/default.yaml",
                           .packets = 2117,
                           .bytes = 1204332},
                    .how = how};
    return render(print, &j);
}

static struct summary *summary_of(uint32_t parts, void (*feed)(struct sink *sink))
{
    struct err err = {0};
    struct summary *s = summary_create(parts, &err);

    if (s == NULL)
        abort();
    feed(summary_sink(s));
    return s;
}

static void office(struct sink *sink)
{
    (void)sample_feed(sink);
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* Of ASCII text without colours. */
static size_t widest(const char *text)
{
    size_t width = 0;

    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        width = len > width ? len : width;
        text += len + (text[len] == '\n');
    }
    return width;
}

static bool holds(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* Only what terminal.h itself writes: ESC [ digits and ';' m. */
static bool only_colors(const char *text, bool color)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte == 0x1b) {
            if (!color || text[1] != '[')
                return false;
            text += 2 + strspn(text + 2, "0123456789;");
            if (*text != 'm')
                return false;
        } else if ((byte < 0x20 && byte != '\n') || byte >= 0x7f) {
            return false;
        }
    }
    return true;
}

static void fits_every_width(void)
{
    struct summary *s = summary_of(SUMMARY_ALL_FLOWS, office);

    for (int columns = 0; columns <= 140; columns += 20)
        for (int options = 0; options < 4; options++) {
            char *text =
                table_of(s, (struct table_options){
                                .all = options & 1, .explain = options & 2, .columns = columns});
            CHECK(widest(text) <= (columns < 80 ? 80U : (unsigned)columns), "no line is too long");
            CHECK(!holds(text, " \n"), "no line ends with spaces");
            free(text);
        }
    summary_free(s);
}

/* Two flows whose messages carry another connection, and one that may. */
static void tunnels(struct sink *sink)
{
    static const char *const inner[] = {"ssh", "tls", NULL};

    for (size_t i = 0; i < 3; i++) {
        struct flow_info f = {.id = i,
                              .source = "t.pcap",
                              .server = {.port = 8080},
                              .end = FLOW_FINISHED,
                              .layers = {"tcp", "http", "websocket", inner[i]},
                              .layer_count = inner[i] != NULL ? 4 : 3,
                              .app = inner[i] != NULL ? inner[i] : "websocket",
                              .ladder = LADDER_FRAMED,
                              .confidence = CONFIDENCE_STRONG,
                              .tunnel = inner[i] != NULL ? TRI_YES : TRI_NOT_YET};
        struct event e = {.kind = EVENT_FLOW, .flow = &f};
        e.as.flow_end = f.end;
        sink->event(sink->ctx, &e);
    }
}

static void shows_tunnels(void)
{
    struct summary *s = summary_of(0, tunnels);
    char *text = table_of(s, (struct table_options){.columns = 100});

    CHECK(holds(text,
                "contradicts its port; 2 WebSockets are tunnels; 1 WebSocket may\nbe a tunnel.\n"),
          "the answer says so");
    CHECK(holds(text, ".. > ssh (tunnel) "), "and which");
    CHECK(holds(text, "websocket (tunnel?)"), "and which may be");
    free(text);
    summary_free(s);
}

static void says_what_matters(void)
{
    struct summary *s = summary_of(0, office);
    char *text = table_of(s, (struct table_options){.columns = 80});

    CHECK(holds(text, "27 of 53 flows on port 80 are not the web; 7 flows are BitTorrent.\n"),
          "the answer");
    CHECK(holds(text, "62 flows (4 UDP)"), "the totals");
    CHECK(holds(text, "port 443 promised tls: tls 5, 201.1 kB\n"), "a port that kept its promise");
    CHECK(holds(text, "block   tcp > bittorrent "), "the worst");
    CHECK(holds(text, "packet 884: BitTorrent handshake (BEP 3)"), "and why");
    CHECK(holds(text, "tcp > http (wrong accept)"), "a bad upgrade");
    CHECK(holds(text, "The rules block 26 flows, after 7.1 kB had passed; 2 alerts."), "verdicts");
    CHECK(holds(text, "3 anomalies: bad_checksum x 2 (first in packet 12)"), "anomalies");
    CHECK(lines_of(text) <= 25 + 10, "no wall of text");
    CHECK(strstr(text, "block ") < strstr(text, "allow "), "worst first");
    free(text);
    text = table_of(s, (struct table_options){.columns = 80, .explain = true});
    CHECK(holds(text, "packet 486: 101 with the right Sec-WebSocket-Accept\n"), "--explain");
    free(text);
    summary_free(s);
}

static void all_shows_every_flow(void)
{
    struct summary *s = summary_of(SUMMARY_ALL_FLOWS, office);
    char *text = table_of(s, (struct table_options){.columns = 100, .all = true});
    size_t rows = 0;

    for (const char *at = text; (at = strstr(at, " -> 10.80.0.")) != NULL; at++)
        rows++;
    CHECK(rows == 62, "every flow with both its ends");
    CHECK(!holds(text, "more"), "nothing left out");
    free(text);
    summary_free(s);
}

static void many_ports(struct sink *sink)
{
    struct flow_info f = {.transport = TRANSPORT_TCP,
                          .end = FLOW_FINISHED,
                          .app = "raw",
                          .layers = {"tcp"},
                          .layer_count = 1,
                          .bytes = {100, 100}};
    const struct event e = {.kind = EVENT_FLOW, .flow = &f};

    for (f.id = 1; f.id <= 3000; f.id++) {
        f.server.port = (uint16_t)(f.id * 7);
        f.mismatch = f.id % 2 == 0 ? TRI_YES : TRI_NO;
        f.expected = "http";
        sink->event(sink->ctx, &e);
    }
}

static void never_a_wall(void)
{
    struct summary *s = summary_of(0, many_ports);
    char *text = table_of(s, (struct table_options){.columns = 80});

    CHECK(lines_of(text) <= 25 + 10, "thousands of ports in a few lines");
    CHECK(holds(text, "more flows (--all)"), "and how many are left");
    free(text);
    summary_free(s);
}

static void hostile_texts_stay_text(void)
{
    struct summary *s = summary_of(SUMMARY_ALL_FLOWS, hostile_feed);

    for (int options = 0; options < 8; options++) {
        const struct table_options how = {
            .all = options & 1, .explain = options & 2, .color = options & 4, .columns = 100};
        struct job j = {.summary = s,
                        .in = {.name = "\x1b[2J.pcap",
                               .rules = "\xe2\x80\xae",
                               .problem_count = 2,
                               .problems = hostile_problems},
                        .how = how};
        char *text = render(print, &j);
        CHECK(only_colors(text, how.color), "nothing moves the cursor");
        CHECK(how.color || widest(text) <= 100, "nor leaves the columns");
        free(text);
    }
    summary_free(s);
}

static void office_and_hostile(struct sink *sink)
{
    office(sink);
    hostile_feed(sink);
}

/* What only reports say is not added up for a table, and is not missed there. */
static void needs_no_report(void)
{
    for (int options = 0; options < 4; options++) {
        const struct table_options how = {
            .all = options & 1, .explain = options & 2, .columns = 120};
        const uint32_t flows = how.all ? SUMMARY_ALL_FLOWS : 0;
        struct summary *little = summary_of(flows, office_and_hostile);
        struct summary *much = summary_of(flows | SUMMARY_REPORT, office_and_hostile);
        char *one = table_of(little, how), *other = table_of(much, how);
        CHECK(strcmp(one, other) == 0, "the same table");
        free(one);
        free(other);
        summary_free(little);
        summary_free(much);
    }
}

static void nothing(struct sink *sink)
{
    (void)sink;
}

static void empty_input(void)
{
    struct summary *s = summary_of(0, nothing);
    char *text = table_of(s, (struct table_options){.columns = 80});

    CHECK(holds(text, "No TCP or UDP flow was found."), "an empty capture is said to be empty");
    CHECK(!holds(text, "VERDICT"), "without an empty table");
    free(text);
    summary_free(s);
}

int main(void)
{
    fits_every_width();
    says_what_matters();
    shows_tunnels();
    all_shows_every_flow();
    never_a_wall();
    hostile_texts_stay_text();
    needs_no_report();
    empty_input();
    return test_end();
}
