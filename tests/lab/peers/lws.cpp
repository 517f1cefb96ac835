/* SPDX-License-Identifier: MIT */
/* lws serve ADDRESS PORT | call ADDRESS PORT MODE: libwebsockets, a C library, with its permessage-deflate. It answers pings and closes by itself. */
#include <arpa/inet.h>
#include <libwebsockets.h>

#include <csignal>
#include <cstring>
#include <deque>
#include <map>

#include "lablog.hpp"

struct out {
    std::string data;
    int flags;           /* LWS_WRITE_..., of this fragment */
    std::string opcode;  /* logged with the message's last fragment; empty: not the last */
    std::string message;
};

struct session {
    lab::flow flow;
    std::deque<out> queue;
    std::string in;
    bool text = false, closing = false;
};

static std::map<struct lws *, session> sessions;
static bool is_server, over;
static bool plain; /* a client of 4.1.6 that inflates loops for ever on a pong, so it only pings without */

static std::string name_of(const struct sockaddr_storage &a)
{
    char host[INET6_ADDRSTRLEN] = "";
    if (a.ss_family == AF_INET6) {
        auto six = reinterpret_cast<const struct sockaddr_in6 *>(&a);
        inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
        return lab::endpoint(host, ntohs(six->sin6_port));
    }
    auto four = reinterpret_cast<const struct sockaddr_in *>(&a);
    inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
    return lab::endpoint(host, ntohs(four->sin_port));
}

static void opened(struct lws *wsi)
{
    struct sockaddr_storage local = {}, remote = {};
    socklen_t n = sizeof local, m = sizeof remote;
    int fd = lws_get_socket_fd(wsi);
    getsockname(fd, reinterpret_cast<struct sockaddr *>(&local), &n);
    getpeername(fd, reinterpret_cast<struct sockaddr *>(&remote), &m);
    sessions[wsi].flow = lab::flow(name_of(local), name_of(remote), is_server, "libwebsockets 4.1.6");
}

static void queue(struct lws *wsi, const std::string &data, bool text)
{
    sessions[wsi].queue.push_back({data, text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY, text ? "text" : "binary", data});
    lws_callback_on_writable(wsi);
}

static void queue_ping(struct lws *wsi, const std::string &data)
{
    if (!is_server && !plain)
        return;
    sessions[wsi].queue.push_back({data, LWS_WRITE_PING, "ping", data});
}

static void queue_fragments(struct lws *wsi, const std::string &data, size_t parts)
{
    size_t step = (data.size() + parts - 1) / parts;
    for (size_t at = 0; at < data.size(); at += step) {
        bool first = at == 0, last = at + step >= data.size();
        int flags = lws_write_ws_flags(LWS_WRITE_TEXT, first, last);
        sessions[wsi].queue.push_back({data.substr(at, step), flags, last ? "text" : "", last ? data : ""});
        if (first)
            queue_ping(wsi, "between");
    }
    lws_callback_on_writable(wsi);
}

static void obey(struct lws *wsi, session &s)
{
    lab::order o = lab::order_of(s.text, s.in);
    if (o.verb == "send")
        queue(wsi, lab::words(o.length), true);
    else if (o.verb == "fragments")
        queue_fragments(wsi, lab::words(o.length), o.parts);
    else if (o.verb == "close") {
        lws_close_reason(wsi, static_cast<enum lws_close_status>(o.code),
                         reinterpret_cast<unsigned char *>(&o.reason[0]), o.reason.size());
        s.closing = true;
    } else
        queue(wsi, s.in, s.text);
}

static void received(struct lws *wsi, session &s, const char *data, size_t length)
{
    if (lws_is_first_fragment(wsi)) {
        s.in.clear();
        s.text = !lws_frame_is_binary(wsi);
    }
    s.in.append(data, length);
    if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi) != 0)
        return;
    s.flow.message(s.flow.got, s.text ? "text" : "binary", s.in);
    if (is_server)
        obey(wsi, s);
}

static int write_one(struct lws *wsi, session &s)
{
    if (s.queue.empty())
        return 0;
    out o = s.queue.front();
    s.queue.pop_front();
    if (o.opcode == "close") {
        lws_close_reason(wsi, static_cast<enum lws_close_status>(o.flags), reinterpret_cast<unsigned char *>(&o.data[0]), o.data.size());
        return -1;
    }
    if (!o.opcode.empty())
        s.flow.message(s.flow.sent, o.opcode, o.message);
    std::string room(LWS_PRE, '\0');
    room += o.data;
    lws_write(wsi, reinterpret_cast<unsigned char *>(&room[LWS_PRE]), o.data.size(), static_cast<enum lws_write_protocol>(o.flags));
    if (!s.queue.empty())
        lws_callback_on_writable(wsi);
    return 0;
}

static void talk(struct lws *wsi)
{
    queue(wsi, "hello from libwebsockets", true);
    queue(wsi, "{\"do\":\"send\",\"length\":3000}", true);
    queue(wsi, lab::counting(600), false);
    queue_ping(wsi, "lws ping");
    queue_fragments(wsi, lab::words(5000), 4);
    queue(wsi, "{\"do\":\"fragments\",\"length\":2500,\"parts\":5}", true);
    lws_set_timer_usecs(wsi, 1500 * LWS_US_PER_MS);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *, void *in, size_t length)
{
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED: opened(wsi); return 0;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        opened(wsi);
        talk(wsi);
        return 0;
    case LWS_CALLBACK_TIMER:
        sessions[wsi].queue.push_back({"ship sails", 3004, "close", ""});
        lws_callback_on_writable(wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_CLIENT_RECEIVE:
        received(wsi, sessions[wsi], static_cast<const char *>(in), length);
        return sessions[wsi].closing ? -1 : 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_CLIENT_WRITEABLE: return write_one(wsi, sessions[wsi]);
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLIENT_CLOSED:
        sessions.erase(wsi);
        over = !is_server;
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        fprintf(stderr, "%s\n", in != nullptr ? static_cast<char *>(in) : "no connection");
        over = true;
        return 0;
    default: return 0;
    }
}

int main(int argc, char **argv)
{
    static const struct lws_protocols protocols[] = {{"echo.v1", callback, 0, 4096, 0, nullptr, 0}, {nullptr, nullptr, 0, 0, 0, nullptr, 0}};
    static const struct lws_extension deflate[] = {
        {"permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
        {nullptr, nullptr, nullptr}};
    if (argc < 4)
        return 2;
    is_server = strcmp(argv[1], "serve") == 0;
    plain = argc > 4 && strcmp(argv[4], "plain") == 0;
    lws_set_log_level(LLL_ERR, nullptr);
    struct lws_context_creation_info info = {};
    info.port = is_server ? atoi(argv[3]) : CONTEXT_PORT_NO_LISTEN;
    info.iface = is_server ? argv[2] : nullptr;
    info.protocols = protocols;
    info.extensions = plain ? nullptr : deflate;
    struct lws_context *context = lws_create_context(&info);
    if (context == nullptr)
        return 1;
    if (!is_server) {
        struct lws_client_connect_info to = {};
        to.context = context;
        to.address = to.host = to.origin = argv[2];
        to.port = atoi(argv[3]);
        to.path = "/echo";
        to.protocol = nullptr;
        lws_client_connect_via_info(&to);
    }
    while (!over && lws_service(context, 0) >= 0) {
    }
    lws_context_destroy(context);
    return 0;
}
