/* SPDX-License-Identifier: MIT */
/* fuzz_outputs.c - everything that is written of hostile connections (flows.h): EVE, --har,
 * --extract,
 * --frames, --follow, monitor's lines, table and reports. What comes out is UTF-8 without controls,
 * JSON is JSON, and a message's file is named by portwarden alone. */
#include <dirent.h>
#include <unistd.h>

#include "flows.h"
#include "rules.h"
#include "output/firewall.h"
#include "output/guard.h"
#include "output/eve_events.h"
#include "output/output.h"
#include "tests/unit/json_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY      (32U << 20)
#define START_NS    (1700000000LL * 1000000000LL)
#define COLUMNS     100
#define FOLLOWED    "10.0.0.1:40000-10.0.0.2:80"
#define MEMORY_DISK "/dev/shm"
#define PATH        128
#define SINKS       8

enum text {
    EVE,
    HAR,
    FRAMES,
    FOLLOW,
    LIVE,
    TABLE,
    HTML,
    TEXT,
    JSON,
    MARKDOWN,
    CSV,
    NFT, /* and on: in the order of enum firewall_format */
    IPTABLES,
    SURICATA,
    PF,
    TEXTS
};

struct outputs {
    struct out *out[TEXTS];
    struct eve *eve;
    struct har *har;
    struct frames *frames;
    struct follow *follow;
    struct live *live;
    struct extract *extract;
    struct summary *summary;
    struct firewall *firewall;
    struct sink *sinks[SINKS];
};

struct world {
    struct policy *policy;
    struct engine *engine;
    struct sink sink;
    struct outputs *now;
    char folder[64];
};

/* Instead of output/guard.c: a guard is a process, and two for each file of each input are many. */
struct guard *guard_begin(int fd, const char *path)
{
    (void)fd;
    (void)path;
    return NULL;
}

void guard_end(struct guard *g)
{
    (void)g;
}

static void path_of(const struct world *w, enum text which, char path[PATH])
{
    snprintf(path, PATH, "%s/%d", w->folder, which);
}

static void on_event(void *ctx, const struct event *e)
{
    const struct world *w = ctx;

    for (unsigned i = 0; i < SINKS; i++)
        w->now->sinks[i]->event(w->now->sinks[i]->ctx, e);
}

static struct world *the_world(void)
{
    static struct world w;

    if (w.engine != NULL)
        return &w;
    w.sink = (struct sink){.event = on_event, .ctx = &w, .interest = UINT32_MAX};
    w.engine = engine_with_rules(&w.sink, MEMORY, &w.policy);
    return &w;
}

static void open_outputs(struct world *w, struct outputs *o, uint8_t options)
{
    const struct eve_options eve = {
        .events = EVE_ALL, .payload = (enum payload_mode)(options % 3), .live = false};
    const struct extract_options extract = {.message_limit = 1000, .total_limit = 10000};
    const struct follow_options follow = {.columns = COLUMNS};
    char path[PATH];

    snprintf(w->folder, sizeof(w->folder), "%s/fuzz-outputs-XXXXXX",
             access(MEMORY_DISK, W_OK) == 0 ? MEMORY_DISK : "/tmp");
    assert(mkdtemp(w->folder) != NULL);
    for (enum text i = EVE; i < TEXTS; i++) {
        path_of(w, i, path);
        o->out[i] = out_open(path, NULL);
        assert(o->out[i] != NULL);
    }
    snprintf(path, sizeof(path), "%s/x", w->folder);
    o->eve = eve_create(o->out[EVE], &eve, NULL);
    o->har = har_create(o->out[HAR], "fuzz", NULL);
    o->frames = frames_create(o->out[FRAMES], false, COLUMNS, NULL);
    o->follow = follow_create(o->out[FOLLOW], FOLLOWED, &follow, NULL);
    o->live = live_create(o->out[LIVE], false, COLUMNS, NULL);
    o->extract = extract_create(path, &extract, NULL);
    o->summary =
        summary_create(SUMMARY_REPORT | ((options & 128) != 0 ? SUMMARY_ALL_FLOWS : 0U), NULL);
    const struct firewall_options firewall = {
        .least = CONFIDENCE_PROBABLE, .width = (enum firewall_width)(options % 4), .ban_s = 60};
    o->firewall = firewall_create(&firewall, NULL);
    assert(o->extract != NULL);
    struct sink *sinks[] = {eve_sink(o->eve),         har_sink(o->har),
                            frames_sink(o->frames),   follow_sink(o->follow),
                            live_sink(o->live),       extract_sink(o->extract),
                            summary_sink(o->summary), firewall_sink(o->firewall)};
    memcpy(o->sinks, sinks, sizeof(sinks));
}

static void close_outputs(struct outputs *o, uint64_t packets, uint8_t options)
{
    const struct input_note note = {.name = "fuzz", .packets = packets};
    const struct table_options how = {
        .all = options & 16, .explain = options & 32, .columns = COLUMNS};
    struct err err = {0};

    table_print(o->out[TABLE], o->summary, &note, &how);
    report_html(o->out[HTML], o->summary, &note);
    report_text(o->out[TEXT], o->summary, &note);
    report_json(o->out[JSON], o->summary, &note);
    report_markdown(o->out[MARKDOWN], o->summary, &note);
    report_csv(o->out[CSV], o->summary, &note);
    for (enum text i = NFT; i <= PF; i++)
        assert(firewall_write(o->firewall, (enum firewall_format)(i - NFT), "fuzz", o->out[i]));
    assert(har_finish(o->har, &err) && extract_finish(o->extract, &err));
    eve_free(o->eve);
    har_free(o->har);
    frames_free(o->frames);
    follow_free(o->follow);
    live_free(o->live);
    extract_free(o->extract);
    summary_free(o->summary);
    firewall_free(o->firewall);
    for (enum text i = EVE; i < TEXTS; i++)
        assert(out_close(o->out[i], &err));
}

static void read_file(const char *path, struct buffer *text)
{
    uint8_t piece[65536];
    FILE *file = fopen(path, "r");
    size_t n;

    assert(file != NULL);
    buffer_clear(text);
    while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
        buffer_append(text, bytes_of(piece, n));
    fclose(file);
}

/* UTF-8, and no control but the end of a line: nothing that a terminal obeys. */
static void check_text(const struct buffer *text)
{
    struct utf8 u = {0};

    assert(utf8_feed(&u, buffer_bytes(text)) == text->len && utf8_complete(&u));
    for (size_t i = 0; i < text->len; i++) {
        assert(text->at[i] >= ' ' || text->at[i] == '\n' ||
               (text->at[i] == '\r' && text->at[i + 1] == '\n'));
        assert(text->at[i] != 0x7f && (text->at[i] != 0xc2 || text->at[i + 1] >= 0xa0));
    }
}

/* For packet filters: ASCII, and no line ends inside quotes. */
static void check_firewall(const struct buffer *text)
{
    unsigned quotes = 0;

    for (size_t i = 0; i < text->len; i++) {
        quotes += text->at[i] == '"';
        assert(text->at[i] < 0x7f && (text->at[i] != '\n' || quotes % 2 == 0));
    }
}

/* Blanks between tokens are taken out; then it is one value. */
static void check_json(struct buffer *text)
{
    bool quoted = false;
    size_t to = 0;

    for (size_t i = 0; i < text->len; i++) {
        const uint8_t c = text->at[i];
        if (c == '"')
            quoted = !quoted;
        if (quoted || (c != ' ' && c != '\n'))
            text->at[to++] = c;
        if (quoted && c == '\\')
            text->at[to++] = text->at[++i];
    }
    text->len = to;
    buffer_append_byte(text, 0);
    const char *at = (const char *)text->at;
    assert(json_check_value(&at) && *at == '\0');
}

/* The messages' files, and the list of them; removed. */
static void check_extracted(const struct world *w, struct buffer *text)
{
    char folder[PATH], path[2 * PATH + 256];
    struct dirent *entry;

    snprintf(folder, sizeof(folder), "%s/x", w->folder);
    DIR *names = opendir(folder);
    while (names != NULL && (entry = readdir(names)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (strcmp(entry->d_name, "index.jsonl") == 0) {
            read_file(path, text);
            buffer_append_byte(text, 0);
            assert(json_check_lines((const char *)text->at));
        } else {
            assert(strspn(entry->d_name, "0123456789abcdefghijklmnopqrstuvwxyz-.") ==
                   strlen(entry->d_name));
        }
        unlink(path);
    }
    if (names != NULL)
        closedir(names);
    rmdir(folder);
}

static void check_outputs(const struct world *w)
{
    struct buffer text = {0};
    char path[PATH];

    for (enum text i = EVE; i < TEXTS; i++) {
        path_of(w, i, path);
        read_file(path, &text);
        unlink(path);
        check_text(&text);
        if (i == HAR || i == JSON)
            check_json(&text);
        if (i >= NFT)
            check_firewall(&text);
        if (i != EVE)
            continue;
        buffer_append_byte(&text, 0);
        assert(json_check_lines((const char *)text.at));
    }
    check_extracted(w, &text);
    rmdir(w->folder);
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = the_world();
    struct outputs o = {0};
    struct flows f = {.engine = w->engine, .clock_ns = START_NS};

    if (size < 1)
        return 0;
    w->now = &o;
    open_outputs(w, &o, data[0]);
    flows_play(&f, bytes_of(data + 1, size - 1), FLOWS);
    engine_stats(w->engine, NULL, true);
    close_outputs(&o, f.number, data[0]);
    check_outputs(w);
    return 0;
}
