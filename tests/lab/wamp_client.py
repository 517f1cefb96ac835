#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""wamp_client.py ADDRESS PORT: Autobahn for Python (on asyncio) as a WAMP client; with permessage-deflate. It logs every frame it sees."""
import asyncio
import struct
import sys

from autobahn.asyncio.wamp import ApplicationSession, ApplicationRunner
from autobahn.asyncio.websocket import WampWebSocketClientProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer

from lablog import Flow

IS = "Autobahn|Python 22.7.1"


def patch(cls):
    """Log at the protocol class: messages and control frames, out and in."""
    send, close, ping, pong = cls.sendMessage, cls.sendCloseFrame, cls.onPing, cls.onPong
    message, opened, closed = cls.onMessage, cls.onOpen, cls.onCloseFrame

    def on_open(self):
        ends = self.transport.get_extra_info("sockname"), self.transport.get_extra_info("peername")
        self.lab = Flow(*ends, "client", app="websocket", layers=["tcp", "http", "websocket", "wamp"], ladder="framed", client_is=IS)
        opened(self)

    def send_message(self, payload, isBinary=False, **more):  # noqa: N803
        self.lab.message("to-server", "binary" if isBinary else "text", payload)
        send(self, payload, isBinary, **more)

    def on_message(self, payload, isBinary):  # noqa: N803
        self.lab.message("to-client", "binary" if isBinary else "text", payload)
        message(self, payload, isBinary)

    def send_close(self, code=None, reasonUtf8=None, isReply=False):  # noqa: N803
        body = b"" if code is None else struct.pack("!H", code) + (reasonUtf8 or b"")
        self.lab.message("to-server", "close", body)
        close(self, code, reasonUtf8, isReply)

    def on_close(self, code, reason):
        self.lab.message("to-client", "close", b"" if code is None else struct.pack("!H", code) + (reason or b""))
        return closed(self, code, reason)

    cls.onOpen, cls.sendMessage, cls.onMessage, cls.sendCloseFrame, cls.onCloseFrame = on_open, send_message, on_message, send_close, on_close


class Ship(ApplicationSession):
    async def onJoin(self, details):  # noqa: N802
        await self.subscribe(lambda *args: None, "com.harbour.arrivals")
        await self.register(lambda a, b: a + b, "com.harbour.sum")
        from autobahn.wamp.types import PublishOptions
        await self.publish("com.harbour.arrivals", "Anna", 900, options=PublishOptions(acknowledge=True))
        for n in range(3):
            assert await self.call("com.harbour.sum", n, 40) == n + 40
            await asyncio.sleep(0.1)
        self.leave()

    def onDisconnect(self):  # noqa: N802
        asyncio.get_event_loop().stop()


patch(WampWebSocketClientProtocol)
offers = [PerMessageDeflateOffer()]
ApplicationRunner(f"ws://{sys.argv[1]}:{sys.argv[2]}/ws", "harbour").run(Ship)
