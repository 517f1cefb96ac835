#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""chat_client.py URL USER [--plain] [--origin ORIGIN] [--say N]: joins the chat of chat_server.py, talks, pings and leaves."""
import argparse
import asyncio
import json

import ws_log


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("user")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--origin")
    parser.add_argument("--say", type=int, default=4)
    args = parser.parse_args()
    try:
        async with ws_log.connect(args.url, compression=None if args.plain else "deflate", origin=args.origin) as ws:
            async def listen():
                async for _ in ws:
                    pass
            ears = asyncio.create_task(listen())
            await ws.send(json.dumps({"type": "join", "user": args.user}))
            for i in range(args.say):
                await ws.send(json.dumps({"type": "say", "text": f"{args.user} says {'hello ' * (i + 1)}\u2693"}))
                await asyncio.sleep(0.15)
            await ws.send(json.dumps({"type": "history", "lines": 40}))
            await (await ws.ping(b"still there?"))
            await asyncio.sleep(0.3)
            await ws.close(1000, "bye")
            await ears
    except ws_log.websockets.InvalidStatusCode as refused:
        print("refused:", refused.status_code)


asyncio.run(main())
