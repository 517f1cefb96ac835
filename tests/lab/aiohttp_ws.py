#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""aiohttp_ws.py serve|call|websocket-client ADDRESS PORT [WINDOW]: WebSocket peers without a log of their own.

python3-aiohttp's echo server and client, and python3-websocket's client; the other end (ws_log.py) keeps the log.
"""
import asyncio
import sys

import aiohttp
import websocket
from aiohttp import web


async def echo(request):
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    async for message in ws:
        if message.type == aiohttp.WSMsgType.TEXT:
            await ws.send_str(message.data)
            if message.data == "fragments please":
                await ws.send_str("aiohttp sends no fragments")
        elif message.type == aiohttp.WSMsgType.BINARY:
            await ws.send_bytes(message.data)
    return ws


async def call(address, port, window):
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(f"ws://{address}:{port}/", compress=window) as ws:
            for i in range(6):
                await ws.send_str(f"aiohttp says {'again and ' * i}again")
                await ws.receive()
            await ws.send_bytes(bytes(range(256)) * 10)
            await ws.receive()
            await ws.ping(b"aio")
            await ws.close(code=4000, message=b"aiohttp leaves")


def call_websocket_client(address, port):
    ws = websocket.create_connection(f"ws://{address}:{port}/old", origin="http://office.example", header=["X-Desk: 7"])
    for i in range(5):
        ws.send(f"websocket-client says {i}")
        ws.recv()
    ws.send_binary(b"\x00\x01\x02" * 50000)
    ws.recv()
    ws.ping("wc")
    ws.send_frame(websocket.ABNF.create_frame("in two ", websocket.ABNF.OPCODE_TEXT, 0))
    ws.send_frame(websocket.ABNF.create_frame("pieces", websocket.ABNF.OPCODE_CONT, 1))
    ws.recv()
    ws.close(1000, b"good night")


def main():
    mode, address, port, window = (sys.argv[1:] + ["0"])[:4]
    if mode == "serve":
        app = web.Application()
        app.add_routes([web.get("/", echo)])
        web.run_app(app, host=address, port=int(port), print=None, access_log=None)
    elif mode == "call":
        asyncio.run(call(address, int(port), int(window)))
    else:
        call_websocket_client(address, int(port))


main()
