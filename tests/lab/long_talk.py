#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""long_talk.py serve|call ADDRESS: three WebSocket connections at once, many unfragmented messages of all sizes each way.

Port 9030 without deflate, 9031 with and both contexts kept, 9032 with and no context kept. python3-websockets at both ends.
"""
import asyncio
import random
import sys

from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Ask
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory as Grant

import ws_log

DROP = {"server_no_context_takeover": True, "client_no_context_takeover": True}
PORTS = {9030: None, 9031: {}, 9032: DROP}
WORDS = "anchor berth crane dock ebb flow gale hull jib keel lee mast nord oar pier quay rope sail tide wind".split()


def message(rng, i, size):
    if i % 5 == 4:
        return rng.randbytes(size)
    return f"{i} " + " ".join(rng.choice(WORDS) for _ in range(size // 5 + 1))[:size]


async def answer(ws, path="/"):
    rng, i = random.Random(ws.local_address[1]), 0
    async for _ in ws:
        await ws.send(message(rng, i, rng.choice([5, 40, 200, 1000, 4000])))
        i += 1
        if i % 9 == 0:
            await ws.ping(f"beat {i}".encode())


async def talk(address, port, parameters):
    rng = random.Random(port * 7)
    extensions = None if parameters is None else [Ask(client_max_window_bits=True, **parameters)]
    async with ws_log.connect(f"ws://{address}:{port}/feed", compression=None, extensions=extensions) as ws:
        await asyncio.sleep(0.2)
        for i in range(45):
            await ws.send(message(rng, i, rng.choice([5, 40, 200, 1000, 4000, 9000])))
            await ws.recv()
            await asyncio.sleep(0.01)


async def serve(address):
    for port, parameters in PORTS.items():
        extensions = None if parameters is None else [Grant(**parameters)]
        await ws_log.serve(answer, address, port, compression=None, extensions=extensions)
    await asyncio.Future()


async def call(address):
    await asyncio.gather(*(talk(address, port, parameters) for port, parameters in PORTS.items()))


asyncio.run({"serve": serve, "call": call}[sys.argv[1]](sys.argv[2]))
