#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""soup.py serve ADDRESS PORT | call URL: libsoup 3 (GNOME's HTTP library), at either end. It answers pings by itself and tells nobody."""
import json
import os
import sys

import gi

gi.require_version("Soup", "3.0")
from gi.repository import Gio, GLib, Soup  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lablog import Flow  # noqa: E402

IS = f"libsoup {Soup.get_major_version()}.{Soup.get_minor_version()}.{Soup.get_micro_version()}"
WEBSOCKET = {"app": "websocket", "layers": ["tcp", "http", "websocket"], "ladder": "framed"}


def pair(address):
    return address.get_address().to_string(), address.get_port()


class Peer:
    def __init__(self, connection, local, remote, by):
        self.connection = connection
        self.out, self.back = ("to-client", "to-server") if by == "server" else ("to-server", "to-client")
        client, server = (remote, local) if by == "server" else (local, remote)
        self.flow = Flow(client, server, by, **WEBSOCKET, **{by + "_is": IS})
        connection.connect("message", self.got)

    def got(self, _connection, kind, data):
        bytes_ = data.get_data() or b""
        text = kind == Soup.WebsocketDataType.TEXT
        self.flow.message(self.back, "text" if text else "binary", bytes_)
        self.on_message(text, bytes_)

    def on_message(self, text, data):
        pass

    def send(self, text, data):
        data = data.encode() if isinstance(data, str) else data
        self.flow.message(self.out, "text" if text else "binary", data)
        self.connection.send_message(Soup.WebsocketDataType.TEXT if text else Soup.WebsocketDataType.BINARY, GLib.Bytes.new(data))


class Server(Peer):
    def on_message(self, text, data):
        try:
            order = json.loads(data) if text else {}
        except ValueError:
            order = {}
        match order.get("do") if isinstance(order, dict) else None:
            case "send" | "fragments":                              # libsoup has no way to send fragments
                self.send(True, ("The harbour officer opens the hold. " * (order["length"] // 36 + 1))[:order["length"]])
            case "close":
                self.connection.close(order["code"], order["reason"])
            case _:
                self.send(text, data)


def serve(address, port):
    server, keep = Soup.Server(), []

    def opened(_server, message, _path, connection):
        keep.append(Server(connection, pair(message.get_local_address()), pair(message.get_remote_address()), "server"))
        connection.set_keepalive_interval(1)                        # a ping each second

    server.add_websocket_handler("/echo", None, None, opened)
    server.listen(Gio.InetSocketAddress.new_from_string(address, int(port)), 0)
    GLib.MainLoop().run()


def call(url):
    loop, session, message = GLib.MainLoop(), Soup.Session(), Soup.Message.new("GET", url)

    def opened(_session, result):
        connection = session.websocket_connect_finish(result)
        socket = connection.get_io_stream().get_socket() if hasattr(connection.get_io_stream(), "get_socket") else None
        remote = pair(message.get_remote_address())
        local = pair(socket.get_local_address()) if socket else None
        peer = Peer(connection, local or ports_of(remote), remote, "client")
        connection.connect("closed", lambda _c: GLib.timeout_add(100, loop.quit))
        peer.send(True, "hello from libsoup")
        peer.send(True, '{"do":"send","length":3000}')
        peer.send(False, bytes(i & 255 for i in range(600)))
        peer.send(True, '{"do":"ping","data":"are you there"}')
        peer.send(True, '{"do":"fragments","length":2500,"parts":5}')
        peer.send(True, "x" * 9000)
        GLib.timeout_add(1200, lambda: connection.close(3007, "ship sails"))

    session.websocket_connect_async(message, None, None, GLib.PRIORITY_DEFAULT, None, opened)
    loop.run()


def ports_of(remote):
    """The connection hides its socket: this process has one connection to there, and the kernel knows its port."""
    for link in os.listdir("/proc/self/fd"):
        try:
            import socket
            with socket.socket(fileno=os.dup(int(link))) as s:
                if s.type == socket.SOCK_STREAM and s.getpeername()[:2] == remote:
                    return s.getsockname()[:2]
        except OSError:
            continue
    raise SystemExit("no such socket")


if sys.argv[1] == "serve":
    serve(*sys.argv[2:])
else:
    call(sys.argv[2])
