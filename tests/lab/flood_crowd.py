# SPDX-License-Identifier: MIT
"""flood_crowd.py SERVER PORT ADDRESS...: people with browsers, one at each address, for 80 seconds.

Each loads a page with its parts (over as many connections as a browser opens), reads, loads the next; every third has a chat open
beside it (WebSocket; a message now and then, a ping every ten seconds); every fifth is in a hurry and reloads.
"""
import asyncio
import json
import os
import random
import sys

import aiohttp

SERVER, PORT, ADDRESSES = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
SECONDS = 80
PARTS = ["/style.css", "/chat.js", "/logo.png"] + [f"/style.css?v={n}" for n in range(4)] + [f"/chat.js?v={n}" for n in range(3)]
BASE = f"http://{SERVER}:{PORT}"
LOG = open(os.path.join(os.environ.get("LAB_LOG", "."), "crowd.json"), "w")


async def get(session, path, count):
    try:
        async with session.get(BASE + path) as answer:
            await answer.read()
            count["requests"] += 1
    except (aiohttp.ClientError, OSError):
        count["failed"] += 1                       # the server has other worries


async def page(session, count):
    await get(session, "/", count)
    await asyncio.gather(*(get(session, part, count) for part in PARTS))


async def chat(session, end, count):
    try:
        await talk(session, end, count)
    except (aiohttp.ClientError, OSError, TypeError):
        count["failed"] += 1


async def talk(session, end, count):
    async with session.ws_connect(BASE + "/chat") as socket:
        turn = 0
        while asyncio.get_running_loop().time() < end:
            await asyncio.sleep(random.uniform(1, 4))
            turn += 1
            if turn % 4 == 0:
                await socket.ping(b"here")
            await socket.send_str(f"ship {turn} asks for a berth")
            await socket.receive()
            count["messages"] += 1


async def person(number, address, end):
    count = {"requests": 0, "messages": 0, "failed": 0}
    await asyncio.sleep(random.uniform(0, 8))
    connector = aiohttp.TCPConnector(local_addr=(address, 0), limit_per_host=6)
    async with aiohttp.ClientSession(connector=connector) as session:
        chatting = asyncio.create_task(chat(session, end - 2, count)) if number % 3 == 0 else None
        while asyncio.get_running_loop().time() < end - 6:
            for _ in range(3 if number % 5 == 0 else 1):
                await page(session, count)
            await asyncio.sleep(random.uniform(6, 18))
        if chatting:
            await chatting
    return address, count


async def main():
    random.seed(80)
    end = asyncio.get_running_loop().time() + SECONDS
    done = await asyncio.gather(*(person(n, a, end) for n, a in enumerate(ADDRESSES)))
    json.dump(dict(done), LOG)
    LOG.close()

asyncio.run(main())
