#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""upgrade_tornado.py ADDRESS PORT: python3-tornado, whose WebSockets speak the versions 7, 8 and 13, and answer 426 to others.

/ws echoes; every other path says "admin". What a client says directly is logged; behind nginx, nginx's own log is the truth.
"""
import asyncio
import sys

import tornado.web
import tornado.websocket

from lablog import Flow

FLOWS = {}


def flow_of(handler):
    stream = handler.request.connection.stream if handler.ws_stream is None else handler.ws_stream
    peer, own = stream.socket.getpeername(), stream.socket.getsockname()
    if peer not in FLOWS:
        FLOWS[peer] = Flow(peer, own, "server")
    return FLOWS[peer]


class Echo(tornado.websocket.WebSocketHandler):
    ws_stream = None

    def log(self):
        return None if "X-Lab-Client" in self.request.headers else flow_of(self)

    def on_finish(self):
        if self.log() and self.get_status() != 101:
            self.log().request(method=self.request.method, url=self.request.uri, status=self.get_status(), upgrade="websocket")

    def open(self):
        self.ws_stream = self.ws_connection.stream
        if self.log():
            self.log().request(method="GET", url=self.request.uri, status=101)

    def on_message(self, message):
        if self.log():
            self.log().message("to-server", "text", message)
            self.log().message("to-client", "text", message)
        self.write_message(message)

    def check_origin(self, origin):
        return True


class Admin(tornado.web.RequestHandler):
    ws_stream = None

    def get(self):
        self.write("admin")
        if "X-Lab-Client" not in self.request.headers:
            flow_of(self).request(method="GET", url=self.request.uri, status=200)


async def main():
    app = tornado.web.Application([("/ws", Echo), (".*", Admin)])
    app.listen(int(sys.argv[2]), sys.argv[1])
    await asyncio.Event().wait()


asyncio.run(main())
