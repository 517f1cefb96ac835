#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""deflate_matrix.py serve|call ADDRESS: python3-websockets on one port per set of permessage-deflate parameters.

The call also goes to port 9020, where aiohttp listens.
"""
import asyncio
import random
import sys

from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Ask
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory as Grant

import ws_log

PORTS = {
    9010: None,
    9011: {},
    9012: {"server_no_context_takeover": True},
    9013: {"client_no_context_takeover": True},
    9014: {"server_no_context_takeover": True, "client_no_context_takeover": True},
    9015: {"server_max_window_bits": 9},
    9016: {"client_max_window_bits": 10, "server_max_window_bits": 11},
    9017: {"client_max_window_bits": 12, "client_no_context_takeover": True},
}


async def echo(ws, path="/"):
    async for message in ws:
        await ws.send(message)
        if message == "fragments please":
            await ws.send(f"piece {i} of many, " * 20 for i in range(5))
            await ws.ping(b"from the server")


async def talk(uri, extensions):
    rng = random.Random(11)
    words = "anchor berth crane dock ebb flow gale hull".split()
    async with ws_log.connect(uri, compression=None, extensions=extensions) as ws:
        async def say(message):
            await ws.send(message)
            return await ws.recv()
        for size in (3, 30, 300, 3000):
            await say(" ".join(rng.choice(words) for _ in range(size)))
            await say("a ship, a ship, a ship again: repetition rewards the window" * 2)
        await say("")
        await say(b"")
        await say(rng.randbytes(2000))                       # does not compress
        await say(bytes(range(256)) * 40)
        await say("fragments please")
        await ws.recv()
        await ws.send(part for part in ("one ", "two ", "", "three"))
        await ws.recv()
        await ws.ping(b"")
        await ws.send("last words")
        await ws.recv()
        await ws.close(1000)


async def serve(address):
    for port, parameters in PORTS.items():
        extensions = None if parameters is None else [Grant(**parameters)]
        await ws_log.serve(echo, address, port, compression=None, extensions=extensions)
    await asyncio.Future()


async def call(address):
    for port, parameters in PORTS.items():
        ask = None if parameters is None else [Ask(**{"client_max_window_bits": True, **parameters})]
        await talk(f"ws://{address}:{port}/", ask)
    await talk(f"ws://{address}:9020/", [Ask(client_max_window_bits=True)])
    await talk(f"ws://{address}:9020/", None)


asyncio.run({"serve": serve, "call": call}[sys.argv[1]](sys.argv[2]))
