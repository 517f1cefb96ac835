/* SPDX-License-Identifier: MIT */
/* What Suricata's reader has no use for, and a report made from EVE does (eve_reader.h). */
#include "base/utf8.h"
#include "output/eve_body.h"
#include "output/eve_words.h"

#define NS_PER_US 1000

static bool is_utf8(struct bytes in)
{
    struct utf8 u = {0};

    return utf8_feed(&u, in) == in.len && utf8_complete(&u);
}

void eve_bytes_if(struct json *j, const char *key, const char *hex_key, struct bytes value)
{
    if (value.len == 0)
        return;
    json_string(j, key, value);
    if (!is_utf8(value))
        json_hex(j, hex_key, value);
}

/* Both directions, when either is not 0. */
JSON_INLINE void pair_if(struct json *j, const char *to_server, const char *to_client,
                         const uint64_t value[2])
{
    if ((value[TO_SERVER] | value[TO_CLIENT]) == 0)
        return;
    json_u64(j, to_server, value[TO_SERVER]);
    json_u64(j, to_client, value[TO_CLIENT]);
}

static void write_names(struct json *j, const struct flow_info *f)
{
    eve_bytes_if(j, "host", "host_hex", f->host);
    eve_bytes_if(j, "path", "path_hex", f->path);
    eve_bytes_if(j, "origin", "origin_hex", f->origin);
    eve_bytes_if(j, "subprotocol", "subprotocol_hex", f->subprotocol);
    eve_bytes_if(j, "sni", "sni_hex", f->sni);
    if (f->info_hash.len > 0)
        json_hex(j, "info_hash", f->info_hash);
    eve_bytes_if(j, "client", "client_hex", f->peer_client);
}

/* Of a time that is not whole microseconds, as `timestamp` is. */
static uint64_t nanoseconds(int64_t time_ns)
{
    const int64_t left = time_ns % NS_PER_US;

    return (uint64_t)(left < 0 ? left + NS_PER_US : left);
}

static void write_tcp_more(struct json *j, const struct tcp_info *t)
{
    const uint64_t again[2] = {t->retransmissions[0], t->retransmissions[1]};
    const uint64_t late[2] = {t->out_of_order[0], t->out_of_order[1]};

    if (t->missing[TO_SERVER] > 0 && t->missing[TO_CLIENT] > 0)
        pair_if(j, "missing_bytes_toserver", "missing_bytes_toclient", t->missing);
    pair_if(j, "retransmissions_toserver", "retransmissions_toclient", again);
    pair_if(j, "out_of_order_toserver", "out_of_order_toclient", late);
}

void eve_flow_more(struct json *j, const struct flow_info *f)
{
    eve_u64_if(j, "first_packet", f->first_packet);
    eve_u64_if(j, "start_ns", nanoseconds(f->start_ns));
    eve_u64_if(j, "end_ns", nanoseconds(f->end_ns));
    pair_if(j, "payload_bytes_toserver", "payload_bytes_toclient", f->payload_bytes);
    if (f->transport == TRANSPORT_TCP)
        write_tcp_more(j, &f->tcp);
    if (f->tunnel != TRI_NO)
        json_text(j, "tunnel", eve_tunnel_word(f->tunnel));
    write_names(j, f);
    eve_u64_if(j, "line", f->rule_line);
}

void eve_ws_more(struct json *j, const struct ws_totals *w)
{
    const uint64_t text[2] = {w->text[0], w->text[1]}, binary[2] = {w->binary[0], w->binary[1]};
    const uint64_t pings[2] = {w->pings[0], w->pings[1]}, pongs[2] = {w->pongs[0], w->pongs[1]};

    pair_if(j, "text_toserver", "text_toclient", text);
    pair_if(j, "binary_toserver", "binary_toclient", binary);
    pair_if(j, "pings_toserver", "pings_toclient", pings);
    pair_if(j, "pongs_toserver", "pongs_toclient", pongs);
    if (w->compressed)
        json_bool(j, "compressed", true);
}

void eve_input(struct json *j, const struct input_note *in)
{
    json_object(j, "portwarden");
    json_object(j, "input");
    json_text(j, "name", in->name);
    eve_u64_if(j, "captures", in->captures);
    eve_text_if(j, "rules", in->rules);
    json_u64(j, "packets", in->packets);
    json_u64(j, "bytes", in->bytes);
    eve_u64_if(j, "kernel_drops", in->kernel_drops);
    json_bool(j, "live", in->live);
    if (in->problem_count > 0) {
        json_array(j, "problems");
        for (size_t i = 0; i < in->problem_count; i++)
            json_text(j, NULL, in->problems[i]);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}
