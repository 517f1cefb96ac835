/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/file_kind.h"
#include "output/flow_map.h"
#include "output/json.h"
#include "output/websocket_text.h"

#define PIECE      65536U /* bytes of one message in memory, about */
#define FILES_MOST 1000000
#define NAME_ROOM  96
#define INDEX      "index.jsonl"

/* The data message of one direction that is being read. */
struct extracted {
    struct buffer tail; /* not written yet */
    uint64_t written;
    char name[NAME_ROOM]; /* empty: no file yet */
    bool cut;             /* the rest is beyond a limit, or could not be written */
    bool broken;          /* it could not: nothing more is, so that the file is a beginning */
};

struct extract_flow {
    struct extracted side[2];
    uint64_t count; /* messages so far */
};

struct extract {
    struct sink sink;
    struct extract_options how;
    int folder;
    struct out *index;
    struct flow_map flows;
    uint64_t files, total;
    struct err problem; /* the first; empty: none */
};

static void complain(struct extract *x, const char *what, const char *why)
{
    if (x->problem.text[0] == '\0')
        err_set(&x->problem, "--extract: %s: %s", what, why);
}

static bool write_all(int fd, struct bytes left)
{
    while (left.len > 0) {
        const ssize_t n = write(fd, left.at, left.len);
        if (n < 0 && errno != EINTR)
            return false;
        left = bytes_after(left, n > 0 ? (size_t)n : 0);
    }
    return true;
}

/* "4711-000012-to-client-text.json": the flow, which of its messages, and what it looks like.
 * Nothing of it is from the wire. */
static void name_file(const struct event *e, uint64_t number, uint8_t opcode, struct extracted *m)
{
    snprintf(m->name, sizeof(m->name), "%llu-%06llu-%s-%s.%s", (unsigned long long)e->flow->id,
             (unsigned long long)number, e->direction == TO_SERVER ? "to-server" : "to-client",
             opcode == WS_TEXT     ? "text"
             : opcode == WS_BINARY ? "binary"
                                   : "rest",
             file_kind(buffer_bytes(&m->tail), opcode == WS_TEXT));
}

static bool append_to_file(const struct extract *x, const struct extracted *m, int flags)
{
    const int fd =
        openat(x->folder, m->name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | flags, 0666);

    if (fd < 0)
        return false;
    if (write_all(fd, buffer_bytes(&m->tail)))
        return close(fd) == 0;
    const int why = errno;
    close(fd);
    errno = why;
    return false;
}

static void write_tail(struct extract *x, struct extracted *m, int flags)
{
    if (!m->broken && !append_to_file(x, m, flags)) {
        complain(x, m->name, strerror(errno));
        m->broken = m->cut = true;
    }
    m->written += m->tail.len;
    x->total += m->tail.len;
    buffer_clear(&m->tail);
}

/* What has gathered goes to the message's file. */
static void spill(struct extract *x, const struct event *e, struct extract_flow *f, uint8_t opcode)
{
    struct extracted *m = &f->side[e->direction];
    const bool first = m->name[0] == '\0';

    if (first && x->files == FILES_MOST) {
        m->cut = true;
        buffer_clear(&m->tail);
        return;
    }
    if (first) {
        name_file(e, f->count + 1, opcode, m);
        x->files++;
    }
    write_tail(x, m, first ? O_CREAT | O_EXCL : 0);
}

static struct extract_flow *flow_of(struct extract *x, const struct event *e)
{
    struct extract_flow *f = flow_map_find(&x->flows, e->flow->id);

    if (f != NULL)
        return f;
    f = calloc(1, sizeof(*f));
    if (f != NULL && flow_map_add(&x->flows, e->flow->id, f))
        return f;
    free(f);
    complain(x, "a message", "out of memory");
    return NULL;
}

static bool is_data(uint8_t opcode)
{
    return opcode == WS_TEXT || opcode == WS_BINARY || opcode == WS_CONTINUATION;
}

static void on_payload(struct extract *x, const struct event *e)
{
    struct extract_flow *f = is_data(e->as.payload.opcode) ? flow_of(x, e) : NULL;

    if (f == NULL)
        return;
    struct extracted *m = &f->side[e->direction];
    const uint64_t have = m->written + m->tail.len;
    const uint64_t held = x->total + m->tail.len;
    const uint64_t mine = have < x->how.message_limit ? x->how.message_limit - have : 0;
    const uint64_t all = held < x->how.total_limit ? x->how.total_limit - held : 0;
    const struct bytes some = bytes_first(e->as.payload.slice, mine < all ? mine : all);
    if (some.len < e->as.payload.slice.len)
        m->cut = true;
    buffer_append(&m->tail, some);
    if (m->tail.failed) {
        complain(x, "a message", "out of memory");
        m->cut = true;
    }
    if (m->tail.len >= PIECE)
        spill(x, e, f, e->as.payload.opcode);
}

static void list(struct extract *x, const struct event *e, const struct extracted *m)
{
    struct json j = json_into(out_buffer(x->index), false);
    const struct ws_message_event *w = &e->as.message;
    struct buffer opcode = {0};

    websocket_opcode_text(&opcode, w->opcode);
    json_object(&j, NULL);
    json_text(&j, "file", m->name);
    json_u64(&j, "flow_id", e->flow->id);
    json_u64(&j, "packet", e->packet);
    json_time(&j, "timestamp", e->time_ns);
    json_text(&j, "direction", e->direction == TO_SERVER ? "to-server" : "to-client");
    json_buffer(&j, "opcode", &opcode);
    json_u64(&j, "length", w->length);
    json_bool(&j, "complete", w->complete);
    json_bool(&j, "cut", m->cut);
    if (w->has_sha256)
        json_hex(&j, "sha256", bytes_of(w->sha256, SHA256_LEN));
    json_end(&j);
    buffer_append_byte(out_buffer(x->index), '\n');
    out_record(x->index);
    buffer_free(&opcode);
}

static void on_message(struct extract *x, const struct event *e)
{
    const uint8_t opcode = e->as.message.opcode;
    struct extract_flow *f = is_data(opcode) ? flow_of(x, e) : NULL;

    if (f == NULL)
        return;
    struct extracted *m = &f->side[e->direction];
    if (m->tail.len > 0 || m->name[0] == '\0')
        spill(x, e, f, opcode);
    if (e->as.message.complete && m->written < e->as.message.length)
        m->cut = true; /* there was no memory for a flow when its bytes came */
    f->count++;
    if (m->name[0] != '\0')
        list(x, e, m);
    buffer_free(&m->tail);
    *m = (struct extracted){0};
}

static void forget(struct extract_flow *f)
{
    if (f == NULL)
        return;
    buffer_free(&f->side[0].tail);
    buffer_free(&f->side[1].tail);
    free(f);
}

static void on_event(void *ctx, const struct event *e)
{
    struct extract *x = ctx;

    if (e->flow == NULL)
        return;
    if (e->kind == EVENT_PAYLOAD)
        on_payload(x, e);
    else if (e->kind == EVENT_MESSAGE)
        on_message(x, e);
    else if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON)
        forget(flow_map_remove(&x->flows, e->flow->id));
}

/* The folder, made when it is not there. Files that are there already are nobody's to mix with. */
static bool open_folder(struct extract *x, const char *path, struct err *err)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        err_set(err, "--extract: %s: %s", path, strerror(errno));
        return false;
    }
    x->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = opendir(path);
    if (x->folder < 0 || d == NULL) {
        err_set(err, "--extract: %s: %s", path, strerror(errno));
        if (d != NULL)
            closedir(d);
        return false;
    }
    bool empty = true;
    for (const struct dirent *entry; (entry = readdir(d)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            empty = false;
    closedir(d);
    if (!empty)
        err_set(err, "--extract: %s is not empty; name a new folder", path);
    return empty;
}

static bool open_index(struct extract *x, const char *path, struct err *err)
{
    struct buffer name = {0};

    buffer_printf(&name, "%s/" INDEX, path);
    buffer_append_byte(&name, 0);
    x->index = name.failed ? NULL : out_open((const char *)name.at, err);
    buffer_free(&name);
    return x->index != NULL;
}

struct extract *extract_create(const char *folder, const struct extract_options *how,
                               struct err *err)
{
    struct extract *x = calloc(1, sizeof(*x));

    if (x == NULL) {
        err_set(err, "--extract: out of memory");
        return NULL;
    }
    x->folder = -1;
    x->how = *how;
    x->sink = (struct sink){.event = on_event,
                            .ctx = x,
                            .interest = INTEREST_MESSAGES | INTEREST_PAYLOAD | INTEREST_KEEP};
    if (open_folder(x, folder, err) && open_index(x, folder, err))
        return x;
    extract_free(x);
    return NULL;
}

struct sink *extract_sink(struct extract *x)
{
    return &x->sink;
}

bool extract_finish(struct extract *x, struct err *err)
{
    struct out *index = x->index;

    x->index = NULL;
    if (!out_close(index, err))
        return false;
    if (x->total >= x->how.total_limit || x->files == FILES_MOST)
        complain(x, "stopped", "its limit is reached (--extract-limit)");
    if (x->problem.text[0] == '\0')
        return true;
    *err = x->problem;
    return false;
}

void extract_free(struct extract *x)
{
    if (x == NULL)
        return;
    for (size_t i = 0; i < x->flows.room; i++)
        forget(x->flows.slot[i].what);
    flow_map_free(&x->flows);
    out_close(x->index, NULL);
    if (x->folder >= 0)
        close(x->folder);
    free(x);
}
