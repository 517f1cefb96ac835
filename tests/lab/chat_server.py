#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""chat_server.py ADDRESS PORT [--plain] [--origin ORIGIN]: a JSON chat room on python3-websockets.

Everything said goes to everyone in the room. /v1 is answered with 426, a foreign origin (with --origin) with 403.
"""
import argparse
import asyncio
import http
import json

import ws_log

ROOM = set()


async def handler(ws, path="/"):
    ROOM.add(ws)
    user = "?"
    try:
        await ws.send(json.dumps({"type": "welcome", "motd": "be kind", "room": "lobby"}))
        async for text in ws:
            said = json.loads(text)
            if said["type"] == "join":
                user = said["user"]
                reply = {"type": "joined", "user": user, "users": len(ROOM)}
            elif said["type"] == "history":
                reply = {"type": "history", "lines": [f"line {i}: the harbour opens at dawn, bring the papers" for i in range(said["lines"])]}
            else:
                reply = {"type": "said", "user": user, "text": said["text"]}
            for peer in list(ROOM) if reply["type"] != "history" else [ws]:
                if peer.open:
                    await peer.send(json.dumps(reply))
    except ws_log.websockets.ConnectionClosed:
        pass
    finally:
        ROOM.discard(ws)


async def refuse_v1(path, headers):
    if path.startswith("/v1"):
        return http.HTTPStatus.UPGRADE_REQUIRED, [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Content-Type", "text/plain")], b"use /v2\n"
    return None


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("--plain", action="store_true", help="no permessage-deflate")
    parser.add_argument("--origin")
    args = parser.parse_args()
    options = {"compression": None if args.plain else "deflate"}
    if args.origin:
        options["origins"] = [args.origin, None]
    async with ws_log.serve(handler, args.address, args.port, process_request=refuse_v1, **options):
        await asyncio.Future()


asyncio.run(main())
