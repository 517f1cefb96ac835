/* SPDX-License-Identifier: MIT */
/* beast serve ADDRESS PORT MODE | call ADDRESS PORT MODE: Boost.Beast. MODE: plain, keep (both contexts), window (9 bits, no contexts). */
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <iostream>
#include <thread>

#include "lablog.hpp"

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = boost::asio::ip::tcp;
using stream = websocket::stream<tcp::socket>;

static std::string mode;

static void configure(stream &ws)
{
    websocket::permessage_deflate deflate;
    deflate.client_enable = deflate.server_enable = mode != "plain";
    if (mode == "window") {
        deflate.server_max_window_bits = deflate.client_max_window_bits = 9;
        deflate.server_no_context_takeover = deflate.client_no_context_takeover = true;
    }
    ws.set_option(deflate);
    ws.auto_fragment(true);
    ws.write_buffer_bytes(1024); /* a frame holds no more than this */
}

class peer
{
  public:
    explicit peer(stream &s, bool is_server) : ws(s), server(is_server)
    {
        auto name = [](const tcp::endpoint &ep) { return lab::endpoint(ep.address().to_string(), ep.port()); };
        tcp::socket &socket = ws.next_layer();
        flow = lab::flow(name(socket.local_endpoint()), name(socket.remote_endpoint()), server, "Boost.Beast 1.74");
        ws.control_callback([this](websocket::frame_type kind, beast::string_view data) { control(kind, std::string(data)); });
    }

    void send(const std::string &data, bool text)
    {
        flow.message(flow.sent, text ? "text" : "binary", data);
        ws.text(text);
        ws.write(boost::asio::buffer(data));
    }

    void ping(const std::string &data)
    {
        flow.message(flow.sent, "ping", data);
        ws.ping(websocket::ping_data(data));
    }

    void fragments(const std::string &data, size_t parts)
    {
        size_t step = (data.size() + parts - 1) / parts;
        ws.text(true);
        for (size_t at = 0; at < data.size(); at += step) {
            size_t n = std::min(step, data.size() - at);
            ws.write_some(at + n == data.size(), boost::asio::buffer(data.data() + at, n));
            if (at == 0)
                ping("between");
        }
        flow.message(flow.sent, "text", data); /* when its last fragment has left, so after the ping */
    }

    void close(unsigned short code, const std::string &reason)
    {
        flow.message(flow.sent, "close", lab::closing(code, reason));
        closing = true;
        beast::error_code error;
        ws.close({static_cast<websocket::close_code>(code), reason}, error); /* reads on until the answer has come */
    }

    bool read(std::string &data)
    {
        beast::flat_buffer buffer;
        beast::error_code error;
        ws.read(buffer, error);
        if (error)
            return false;
        data = beast::buffers_to_string(buffer.data());
        flow.message(flow.got, ws.got_text() ? "text" : "binary", data);
        return true;
    }

    void obey()
    {
        std::string data;
        while (read(data)) {
            bool text = ws.got_text();
            lab::order o = lab::order_of(text, data);
            if (o.verb == "send")
                send(lab::words(o.length), true);
            else if (o.verb == "fragments")
                fragments(lab::words(o.length), o.parts);
            else if (o.verb == "close")
                close(o.code, o.reason);
            else
                send(data, text);
        }
    }

  private:
    stream &ws;
    lab::flow flow;
    bool server, closing = false;

    void control(websocket::frame_type kind, const std::string &data)
    {
        if (kind == websocket::frame_type::close) {
            std::string body = lab::closing(ws.reason().code == 0 ? 1005 : ws.reason().code, std::string(ws.reason().reason.c_str()));
            flow.message(flow.got, "close", body);
            if (!closing)
                flow.message(flow.sent, "close", lab::closing(ws.reason().code == 0 ? 1000 : ws.reason().code, "")); /* Beast's answer */
            return;
        }
        flow.message(flow.got, kind == websocket::frame_type::ping ? "ping" : "pong", data);
        if (kind == websocket::frame_type::ping)
            flow.message(flow.sent, "pong", data);
    }
};

static int serve(const std::string &address, unsigned short port)
{
    boost::asio::io_context io;
    tcp::acceptor acceptor(io, {boost::asio::ip::make_address(address), port});
    for (;;) {
        auto ws = std::make_shared<stream>(acceptor.accept());
        std::thread([ws] {
            configure(*ws);
            ws->accept();
            peer(*ws, true).obey();
        }).detach();
    }
}

static int call(const std::string &address, unsigned short port)
{
    boost::asio::io_context io;
    stream ws(io);
    ws.next_layer().connect({boost::asio::ip::make_address(address), port});
    configure(ws);
    ws.handshake(lab::endpoint(address, port), "/echo");
    peer p(ws, false);
    std::string got;
    p.send("hello from Beast", true);
    p.read(got);
    p.send("{\"do\":\"send\",\"length\":3000}", true);
    p.read(got);
    p.send(lab::counting(600), false);
    p.ping("beast ping");
    p.read(got);
    p.fragments(lab::words(5000), 4);
    p.read(got);
    p.send("{\"do\":\"fragments\",\"length\":2500,\"parts\":5}", true);
    p.read(got);
    std::this_thread::sleep_for(std::chrono::milliseconds(1200)); /* an idle gap */
    if (mode == "keep") {
        p.close(1000, "done");
    } else {
        p.send("{\"do\":\"close\",\"code\":4001,\"reason\":\"harbour closes\"}", true);
        p.read(got);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    mode = argv[4];
    auto port = static_cast<unsigned short>(atoi(argv[3]));
    return std::string(argv[1]) == "serve" ? serve(argv[2], port) : call(argv[2], port);
}
