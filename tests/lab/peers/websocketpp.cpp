/* SPDX-License-Identifier: MIT */
/* websocketpp serve ADDRESS PORT | call URL: the library of that name, with permessage-deflate. It has no way to send fragments. */
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>
#include <websocketpp/client.hpp>
#include <websocketpp/server.hpp>

#include <map>

#include "lablog.hpp"

template <class Base> struct deflating : Base {
    struct permessage_deflate_config {
    };
    using permessage_deflate_type = websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config>;
};

using websocketpp::connection_hdl;
using websocketpp::frame::opcode::value;

template <class End> class peer
{
  public:
    End end;

    explicit peer(bool is_server) : server(is_server)
    {
        end.clear_access_channels(websocketpp::log::alevel::all);
        end.init_asio();
        end.set_open_handler([this](connection_hdl h) { opened(h); });
        end.set_message_handler([this](connection_hdl h, typename End::message_ptr m) { message(h, m); });
        end.set_ping_handler([this](connection_hdl h, std::string data) {
            flows[h].message(flows[h].got, "ping", data);
            flows[h].message(flows[h].sent, "pong", data);
            return true;
        });
        end.set_pong_handler([this](connection_hdl h, std::string data) { flows[h].message(flows[h].got, "pong", data); });
        end.set_close_handler([this](connection_hdl h) { closed(h); });
    }

    void send(connection_hdl h, const std::string &data, value op)
    {
        flows[h].message(flows[h].sent, op == websocketpp::frame::opcode::text ? "text" : "binary", data);
        end.send(h, data, op);
    }

    void ping(connection_hdl h, const std::string &data)
    {
        flows[h].message(flows[h].sent, "ping", data);
        end.ping(h, data);
    }

    void after(long ms, std::function<void()> then)
    {
        end.set_timer(ms, [then](const websocketpp::lib::error_code &) { then(); });
    }

    std::function<void(connection_hdl)> talk = [](connection_hdl) {};

  private:
    bool server;
    std::map<connection_hdl, lab::flow, std::owner_less<connection_hdl>> flows;

    void opened(connection_hdl h)
    {
        auto &socket = end.get_con_from_hdl(h)->get_raw_socket();
        auto name = [](const auto &ep) { return lab::endpoint(ep.address().to_string(), ep.port()); };
        flows[h] = lab::flow(name(socket.local_endpoint()), name(socket.remote_endpoint()), server, "websocketpp 0.8.2");
        talk(h);
    }

    void message(connection_hdl h, typename End::message_ptr m)
    {
        const std::string &data = m->get_payload();
        bool text = m->get_opcode() == websocketpp::frame::opcode::text;
        flows[h].message(flows[h].got, text ? "text" : "binary", data);
        if (!server)
            return;
        lab::order o = lab::order_of(text, data);
        if (o.verb == "send" || o.verb == "fragments") {
            send(h, lab::words(o.length), websocketpp::frame::opcode::text);
            if (o.verb == "fragments")
                ping(h, "after it");
        } else if (o.verb == "close") {
            end.close(h, o.code, o.reason);
        } else {
            send(h, data, m->get_opcode());
        }
    }

    void closed(connection_hdl h)
    {
        auto con = end.get_con_from_hdl(h);
        flows[h].message(flows[h].got, "close", lab::closing(con->get_remote_close_code(), con->get_remote_close_reason()));
        flows[h].message(flows[h].sent, "close", lab::closing(con->get_local_close_code(), con->get_local_close_reason()));
    }
};

static int call(const std::string &url)
{
    using client = websocketpp::client<deflating<websocketpp::config::asio_client>>;
    peer<client> p(false);
    p.talk = [&p](connection_hdl h) {
        using namespace websocketpp::frame::opcode;
        p.send(h, "hello from websocketpp", text);
        p.send(h, "{\"do\":\"send\",\"length\":3000}", text);
        p.after(100, [&p, h] {
            p.send(h, lab::counting(600), binary);
            p.ping(h, "websocketpp ping");
            p.send(h, "", text);
            p.send(h, "{\"do\":\"fragments\",\"length\":2500,\"parts\":5}", text);
            p.send(h, lab::words(9000), text);
        });
        p.after(600, [&p, h] { p.end.close(h, 3003, "ship sails"); });
    };
    websocketpp::lib::error_code error;
    auto con = p.end.get_connection(url, error);
    if (error)
        return 1;
    p.end.connect(con);
    p.end.run();
    return 0;
}

static int serve(const std::string &address, const std::string &port)
{
    peer<websocketpp::server<deflating<websocketpp::config::asio>>> p(true);
    p.end.set_reuse_addr(true);
    p.end.listen(address, port);
    p.end.start_accept();
    p.end.run();
    return 0;
}

int main(int argc, char **argv)
{
    return argc > 3 ? serve(argv[2], argv[3]) : call(argv[2]);
}
