#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""talk.py serve ADDR PORT | talk.py talk ADDR PORT: a WebSocket server that echoes, and a client that says five
things to it and prints one line when all came back. Real endpoints for the live tests."""
import asyncio
import sys

import websockets

SAID = ["hello", "\u00fcber", "x" * 200, "y" * 70000, "bye"]


async def echo(socket, path=None):
    async for message in socket:
        await socket.send(message)


async def serve(addr, port):
    async with websockets.serve(echo, addr, port):
        print("ready", flush=True)
        await asyncio.Future()


async def talk(addr, port):
    async with websockets.connect(f"ws://{addr}:{port}/chat", compression=None) as socket:
        for message in SAID:
            await socket.send(message)
            assert await socket.recv() == message
    print("talked", flush=True)


asyncio.run({"serve": serve, "talk": talk}[sys.argv[1]](sys.argv[2], int(sys.argv[3])))
