#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""http_backend.py ADDRESS PORT: aiohttp. /api/now JSON, /api/upload counts what is posted, /api/stream a chunked answer.

Logs its requests when a client talks to it directly (no X-Lab-Client); behind nginx, nginx's own log is the truth.
"""
import asyncio
import sys

from aiohttp import web

from lablog import Flow

FLOWS = {}


@web.middleware
async def log(request, handler):
    response = await handler(request)
    if "X-Lab-Client" not in request.headers:
        peer = request.transport.get_extra_info("peername")
        if peer not in FLOWS:
            FLOWS[peer] = Flow(peer, request.transport.get_extra_info("sockname"), "server", app="http", layers=["tcp", "http"])
        FLOWS[peer].request(method=request.method, url=request.path_qs, status=response.status)
    return response


async def now(request):
    return web.json_response({"now": "2026-01-01T09:00:00Z", "berths": list(range(12))})


async def upload(request):
    return web.json_response({"bytes": len(await request.read())}, status=201)


async def stream(request):
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    for i in range(6):
        await response.write(f"crate {i} of 6: oranges, weighed and sealed\n".encode() * 8)
        await asyncio.sleep(0.03)
    await response.write_eof()
    return response


async def close_delimited(request):
    response = web.StreamResponse(headers={"Content-Type": "text/plain", "Connection": "close"})
    response.force_close()
    await response.prepare(request)
    await response.write(b"no length, no chunks: the end is the end\n" * 20)
    await response.write_eof()
    return response


app = web.Application(middlewares=[log], client_max_size=1 << 22)
app.add_routes([web.get("/api/now", now), web.post("/api/upload", upload), web.put("/api/upload", upload), web.get("/api/stream", stream),
                web.get("/api/close", close_delimited)])
web.run_app(app, host=sys.argv[1], port=int(sys.argv[2]), print=None, access_log=None)
