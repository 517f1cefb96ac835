#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""ws_pipe.py PORT URL FACTS-AS-JSON: whoever connects to this port of localhost goes through a WebSocket of its own (python3-websockets), one
binary message per read. websockify, or its like, is at the other end."""
import asyncio
import json
import sys

import websockets

import ws_log

port, url, facts = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])


async def pipe(reader, writer):
    async with ws_log.connect(url, subprotocols=["binary"], compression=None, max_size=None, ping_interval=None) as ws:
        ws.lab_flow.fact(**facts, client_is=f"python3-websockets {websockets.__version__}")

        async def back():
            async for message in ws:
                writer.write(message)
            writer.close()

        task = asyncio.create_task(back())
        while data := await reader.read(16384):
            await ws.send(data)
        await ws.close()
        await task


async def main():
    async with await asyncio.start_server(pipe, "127.0.0.1", port) as server:
        await server.serve_forever()


asyncio.run(main())
