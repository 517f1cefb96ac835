/* SPDX-License-Identifier: MIT */
#include "base/digest.h"
#include "output/report_html.h"
#include "tests/unit/flow_sample.h"
#include "tests/unit/hostile_flow.h"
#include "tests/unit/render.h"

typedef void report_fn(struct out *out, const struct summary *s, const struct input_note *in);

struct job {
    report_fn *report;
    struct summary *summary;
};

static void print(struct out *out, void *ctx)
{
    const struct job *j = ctx;
    const struct input_note in = {.name = "<b>\x1b[2J\"port80.pcap",
                                  .rules = "rules/<default>.yaml",
                                  .packets = 2117,
                                  .bytes = 1204332,
                                  .problems = hostile_problems,
                                  .problem_count = 2};
    j->report(out, j->summary, &in);
}

static char *report_of(report_fn *report, bool hostile)
{
    struct err err = {0};
    struct job j = {.report = report, .summary = summary_create(SUMMARY_REPORT, &err)};

    if (j.summary == NULL)
        abort();
    if (hostile)
        hostile_feed(summary_sink(j.summary));
    (void)sample_feed(summary_sink(j.summary));
    char *text = render(print, &j);
    summary_free(j.summary);
    return text;
}

static bool holds(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* C0 other than line feed, DEL, C1 and bidi controls as UTF-8. */
static bool no_controls(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if ((*at < 0x20 && *at != '\n') || *at == 0x7f)
            return false;
        if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
            return false;
        if (at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) ||
                              (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)))
            return false;
    }
    return true;
}

/* Every tag of the page is one of ours, and all that open also close, in order. */
static bool well_formed(const char *page)
{
    static const char *const ours[] = {
        "html",    "head",  "body",    "title",   "style", "script", "main", "header", "footer",
        "section", "h1",    "h2",      "h3",      "h4",    "p",      "span", "b",      "i",
        "em",      "small", "nav",     "ul",      "ol",    "li",     "a",    "dl",     "dt",
        "dd",      "div",   "table",   "caption", "thead", "tbody",  "tr",   "th",     "td",
        "code",    "bdi",   "details", "summary", "svg",   "pre",    "tfoot"};
    static const char *const empty[] = {"meta", "br", "circle", "path", "rect", "!DOCTYPE"};
    const char *open[64];
    size_t open_len[64], depth = 0;

    for (const char *at = page; (at = strchr(at, '<')) != NULL;) {
        const bool closes = *++at == '/';
        at += closes;
        const size_t len = strcspn(at, " >/");
        bool known = false, void_tag = false;
        for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
            known |= strlen(ours[i]) == len && strncmp(at, ours[i], len) == 0;
        for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
            void_tag |= strlen(empty[i]) == len && strncmp(at, empty[i], len) == 0;
        if (!known && !void_tag)
            return false;
        if (void_tag)
            continue;
        if (!closes && depth < 64) {
            open[depth] = at;
            open_len[depth++] = len;
            if (strncmp(at, "script", len) == 0) /* no markup before its end (HTML s13.2.5.4) */
                at = strstr(at, "</script>");
        } else if (depth-- == 0 || open_len[depth] != len || strncmp(open[depth], at, len) != 0) {
            return false;
        }
    }
    return depth == 0;
}

static void html_is_whole_and_ours(void)
{
    char *page = report_of(report_html, true);

    CHECK(well_formed(page), "only our tags, each closed");
    CHECK(no_controls(page), "no control characters");
    CHECK(!holds(page, "<script>alert") && !holds(page, "<img"), "no markup from the wire");
    CHECK(!holds(page, "onerror=alert(1)>"), "no attribute from the wire");
    CHECK(holds(page, "&lt;script&gt;alert(1)"), "but its text is there");
    CHECK(!holds(page, "src=") || holds(page, "src=x onerror"), "nothing is fetched");
    CHECK(!holds(page, "@import") && !holds(page, "url("), "nor by the style");
    CHECK(holds(page, "default-src 'none'"), "and could not be");
    free(page);
}

static void html_says_what_matters(void)
{
    char *page = report_of(report_html, false);

    CHECK(well_formed(page), "well formed");
    CHECK(holds(page, "27 of 53 flows on port&nbsp;80 are not the web."), "the answer");
    CHECK(holds(page, "portwarden analyze --follow "), "how to see it again");
    CHECK(holds(page, "53 53 48 2d 32 2e 30"), "evidence in hex");
    CHECK(holds(page, "promised http, websocket"), "the promise");
    CHECK(holds(page, "port-80-is-for-the-web"), "the rules");
    CHECK(holds(page, "websocket_accept_wrong"), "the anomalies");
    CHECK(!holds(page, "s3cret"), "no secrets from queries");
    char *again = report_of(report_html, false);
    CHECK(strcmp(page, again) == 0, "twice the same");
    free(page);
    free(again);
}

static void is_allowed(const char *const *parts, const char *allowed)
{
    struct err err = {0};
    struct digest *d = digest_create(&err);
    uint8_t sum[SHA256_LEN];
    char text[BASE64_ROOM(SHA256_LEN) + 8] = "sha256-";
    struct sha256 *running = sha256_begin(d);

    for (; *parts != NULL; parts++)
        sha256_add(running, bytes_of_text(*parts));
    sha256_end(running, sum);
    base64_encode(bytes_of(sum, sizeof(sum)), text + strlen("sha256-"));
    CHECK_TEXT(allowed, text, "the policy's hash is its own");
    digest_free(d);
}

static void text_survives_mail(void)
{
    for (int hostile = 0; hostile < 2; hostile++) {
        char *text = report_of(report_text, hostile);
        for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1)
            CHECK(strcspn(at, "\n") <= 78, "78 columns");
        CHECK(no_controls(text), "no control characters");
        CHECK(
            hostile ||
                holds(text, "27 of 53 flows on port 80 are not the web; 7 flows are BitTorrent.\n"),
            "the answer");
        CHECK(holds(text, hostile ? "packet 884 of port80.pcap: BitTorrent handshake (BEP 3)"
                                  : "packet 884: BitTorrent handshake (BEP 3)"),
              "evidence");
        free(text);
    }
}

/* Enough of RFC 8259 to see that quotes and brackets pair. */
static bool balanced(const char *text)
{
    int depth = 0;

    for (; *text != '\0'; text++) {
        if (*text == '"') {
            for (text++; *text != '"'; text++) {
                if (*text == '\0' || (unsigned char)*text < 0x20)
                    return false;
                text += *text == '\\';
            }
        }
        depth += (*text == '{' || *text == '[') - (*text == '}' || *text == ']');
        if (depth < 0)
            return false;
    }
    return depth == 0;
}

static void json_is_json(void)
{
    for (int hostile = 0; hostile < 2; hostile++) {
        char *text = report_of(report_json, hostile);
        CHECK(balanced(text), "balanced");
        CHECK(no_controls(text), "no control characters");
        CHECK(holds(text, "\"format\": 2"), "the format's version");
        CHECK(hostile || holds(text, "\"blocked\": 26"), "the figures");
        CHECK(holds(text, "\"websockets\": ["), "the services");
        free(text);
    }
}

/* Every record has as many cells as the first; none can be a formula. */
static void check_csv(const char *text)
{
    size_t cells = 0, first = 0;
    bool inside = false, safe = true;

    for (const char *at = text; *at != '\0'; at++) {
        const bool begins = !inside && (at == text || at[-1] == ',' || at[-1] == '\n');
        safe &= !begins || strchr("=+-@\t", *at) == NULL;
        safe &= !begins || *at != '"' || strchr("=+-@", at[1]) == NULL;
        inside ^= *at == '"';
        cells += !inside && (*at == ',' || *at == '\n');
        if (inside || *at != '\n')
            continue;
        first = first == 0 ? cells : first;
        CHECK(cells == first, "as many cells as columns");
        cells = 0;
    }
    CHECK(!inside && safe, "quotes pair, and nothing is a formula");
}

static void csv_is_a_table(void)
{
    for (int hostile = 0; hostile < 2; hostile++) {
        char *text = report_of(report_csv, hostile);
        check_csv(text);
        CHECK(holds(text, "finding,verdict,rule,"), "a head");
        CHECK(holds(text, "\r\n\"blocked\",\"block\",\"no-bittorrent\","), "the worst kind");
        CHECK(holds(text, "\"anomaly\",,,,\"bad_checksum\""), "the anomalies");
        CHECK(!hostile || holds(text, "\r\n\"flood\",\"alert\","), "the floods");
        CHECK(!holds(text, "s3cret"), "no secrets from queries");
        free(text);
    }
}

static void markdown_stays_text(void)
{
    for (int hostile = 0; hostile < 2; hostile++) {
        char *text = report_of(report_markdown, hostile);
        CHECK(no_controls(text), "no control characters");
        CHECK(hostile ||
                  holds(text,
                        "**27 of 53 flows on port 80 are not the web; 7 flows are BitTorrent.**"),
              "the answer");
        CHECK(holds(text, "\n| Rule | Says |"), "the rules");
        CHECK(holds(text, "## Blocked\n\n- **"), "what is blocked");
        CHECK(!hostile || holds(text, "`\"><img src=x onerror=alert(1)>`"),
              "captured text is code");
        CHECK(!hostile || holds(text, "## Floods"), "the floods");
        free(text);
    }
}

int main(void)
{
    html_is_whole_and_ours();
    html_says_what_matters();
    is_allowed(report_style, report_style_hash);
    is_allowed(report_script, report_script_hash);
    text_survives_mail();
    json_is_json();
    csv_is_a_table();
    markdown_stays_text();
    return test_end();
}
