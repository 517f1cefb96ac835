#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""rfb_client.py URL: the client of a VNC server behind websockify: looks at the screen, moves the mouse and types, pings with a round trip."""
import asyncio
import struct
import sys

import ws_log

FACTS = {"app": "vnc", "layers": ["tcp", "http", "websocket", "vnc"], "server_is": "websockify, Xvnc"}


class Stream:
    """Bytes out of binary messages: RFB does not care where they are cut."""
    def __init__(self, ws):
        self.ws, self.held = ws, b""

    async def read(self, n):
        while len(self.held) < n:
            self.held += await self.ws.recv()
        out, self.held = self.held[:n], self.held[n:]
        return out


async def main():
    async with ws_log.connect(sys.argv[1], subprotocols=["binary"], compression=None, max_size=None, ping_interval=None) as ws:
        ws.lab_flow.fact(**FACTS)
        stream = Stream(ws)
        await ws.send(await stream.read(12))                           # RFC 6143 s7.1.1: the same version
        kinds = await stream.read((await stream.read(1))[0])
        assert 1 in kinds
        await ws.send(b"\1")                                            # security: none
        assert await stream.read(4) == b"\0\0\0\0"
        await ws.send(b"\1")                                            # shared
        width, height, _, name = struct.unpack("!HH16sI", await stream.read(24))
        await stream.read(name)
        await ws.send(struct.pack("!BxH3i", 2, 3, 7, 5, 0))             # encodings: Tight, Hextile, raw
        for incremental in (0, 1):
            await ws.send(struct.pack("!BBHHHH", 3, incremental, 0, 0, width, height))
            await asyncio.sleep(0.3)
            await ws.send(struct.pack("!BBHH", 5, 0, width // 2, height // 3))
            await ws.send(struct.pack("!BBxxI", 4, 1, 0x61) + struct.pack("!BBxxI", 4, 0, 0x61))
        await (await ws.ping(b"rfb"))
        try:
            while True:
                await asyncio.wait_for(ws.recv(), 1)
        except asyncio.TimeoutError:
            pass


asyncio.run(main())
