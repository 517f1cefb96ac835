#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""connect_ws.py PROXY PORT URL: a WebSocket through HTTP CONNECT (python3-websocket); logs what it says on the proxy's connection."""
import sys

import websocket

from lablog import Flow

proxy, port, url = sys.argv[1:4]
ws = websocket.create_connection(url, http_proxy_host=proxy, http_proxy_port=int(port), proxy_type="http")
flow = Flow(ws.sock.getsockname(), ws.sock.getpeername(), "client", app="websocket", layers=["tcp", "http", "connect", "http", "websocket"],
            ladder="framed", requests=2, note="CONNECT, then the upgrade inside")
names = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
for word in ("through the wall", "x" * 2000):
    flow.message("to-server", "text", word)
    ws.send(word)
    opcode, data = ws.recv_data(True)
    flow.message("to-client", names[opcode], data)
flow.message("to-server", "close", b"\x03\xe8")
ws.send(b"\x03\xe8", websocket.ABNF.OPCODE_CLOSE)
answer = ws.recv_frame()                                       # recv_data() would answer the answer
flow.message("to-client", names[answer.opcode], answer.data)
ws.shutdown()
