/* SPDX-License-Identifier: MIT */
/* HTTP that is BitTorrent's: announces to trackers, and whom they answer with. */
#include "layers/bittorrent_tracker.h"
#include "layers/http_ways.h"

static bool has_range(const struct http_head *head)
{
    struct bytes left = head->fields;

    while (left.len > 0) {
        if (bytes_start_with_nocase(left, bytes_of_text("Range:")))
            return true;
        left = bytes_after(left, bytes_find(left, bytes_of_text("\n")) + 1);
    }
    return false;
}

/* BEP 19: a part of a file, for a program that shares it on. The server is any web server, and
 * nothing else tells it. */
static bool is_web_seed(const struct http_head *head, struct bittorrent_event *out)
{
    *out = (struct bittorrent_event){.kind = "web-seed", .confidence = CONFIDENCE_PROBABLE};
    return bittorrent_user_agent(head->value[HTTP_USER_AGENT]) && has_range(head);
}

static const char *sentence(const struct bittorrent_event *b)
{
    if (strcmp(b->kind, "web-seed") != 0)
        return "announces to a BitTorrent tracker (BEP 3)";
    return b->has_info_hash ? "asks a web seed for a piece of a torrent (BEP 17)"
                            : "a BitTorrent program asks a web seed for part of a file (BEP 19)";
}

/* A parameter tells it, info_hash or sha_ih, or the program. */
static bool may_be_ours(const struct http_head *head)
{
    return bytes_find_byte(head->line.target, '_') != NULL ||
           bittorrent_user_agent(head->value[HTTP_USER_AGENT]);
}

RARE static void read_ours(struct http *s, struct host *h, const struct http_head *head,
                           struct http_exchange *x)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = TO_SERVER};
    struct bittorrent_event *b = &e.as.bittorrent;
    const struct bytes target = head->line.target;
    const struct bytes query = bytes_of_text("?");

    if (!bittorrent_tracker_request(target, b) && !is_web_seed(head, b))
        return;
    x->tracker = strcmp(b->kind, "http-tracker") == 0 && b->has_info_hash &&
                 strcmp(b->action, "scrape") != 0;
    memcpy(s->info_hash, b->info_hash, sizeof(s->info_hash));
    if (!s->tracker_told)
        h->note(h, sentence(b), bytes_first(target, bytes_find(target, query)));
    s->tracker_told = true;
    h->emit(h, &e);
}

void http_tracker_request(struct http *s, struct host *h, const struct http_head *head,
                          struct http_exchange *x)
{
    if (may_be_ours(head))
        read_ours(s, h, head, x);
}

void http_tracker_body(struct http *s, struct host *h, struct bytes in)
{
    struct http_body body = s->side[TO_CLIENT].body;
    struct bytes data;

    while (in.len > 0 && http_body_next(&body, &in, &data))
        if (data.len > 0)
            (void)http_kept_add(&s->answer, h, data);
}

void http_tracker_end(struct http *s, struct host *h)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = TO_CLIENT};
    struct bittorrent_event *b = &e.as.bittorrent;
    struct endpoint peers[BITTORRENT_PEERS];
    struct endpoint_list list = {.at = peers, .room = BITTORRENT_PEERS};

    if (s->answer.len > 0 && bittorrent_tracker_answer(h, http_kept_bytes(&s->answer), &list)) {
        *b = (struct bittorrent_event){.kind = "http-tracker",
                                       .action = "answer",
                                       .has_info_hash = true,
                                       .peers = peers,
                                       .peer_count = list.count,
                                       .confidence = CONFIDENCE_CERTAIN};
        memcpy(b->info_hash, s->info_hash, sizeof(b->info_hash));
        h->emit(h, &e);
    }
    http_kept_free(&s->answer, h);
    s->tracker_answers = false;
}
