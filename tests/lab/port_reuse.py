#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""port_reuse.py ADDRESS PORT: four connections, one after the other, all from local port 40100 to the same server port.

HTTP ended by RST, WebSocket ended by FIN, WebSocket again with other words, and a connection that says nothing.
"""
import asyncio
import socket
import struct
import sys
import time

import ws_log
from lablog import Flow

WHERE = (sys.argv[1], int(sys.argv[2]))


def connect():
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", 40100))
    sock.connect(WHERE)
    return sock


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    time.sleep(0.1)


async def talk(nth, words):
    ws_log.Client.nth = nth
    sock = await asyncio.to_thread(connect)
    async with ws_log.connect(f"ws://{WHERE[0]}:{WHERE[1]}/", sock=sock, compression=None) as ws:
        for word in words:
            await ws.send(word)
            await ws.recv()


def main():
    sock = connect()
    flow = Flow(sock.getsockname(), WHERE, "client", nth=1, app="http", layers=["tcp", "http"], note="ended by RST")
    sock.sendall(b"GET / HTTP/1.1\r\nHost: reuse.example\r\nUser-Agent: lab-reuse\r\n\r\n")
    sock.recv(65536)
    flow.request(method="GET", url="/", status=426)
    reset(sock)
    asyncio.run(talk(2, ["first life", "of this port"]))
    time.sleep(2.2)
    asyncio.run(talk(3, ["second life", "same port", "other words"]))
    time.sleep(2.2)
    sock = connect()
    Flow(sock.getsockname(), WHERE, "client", nth=4, app="none", layers=["tcp"], note="ended by RST, no byte")
    reset(sock)


main()
