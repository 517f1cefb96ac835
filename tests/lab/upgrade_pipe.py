#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""upgrade_pipe.py fake|framed ADDRESS PORT HOST: a ProxyCommand for ssh through a WebSocket upgrade.

fake: asks for the upgrade, then passes standard input and output as they are (the client's part of liar.py ssh).
framed: an honest tunnel (python3-websocket), one binary message per read, logged; websockify is at the other end.
"""
import os
import select
import socket
import sys

import websocket

from lablog import Flow


def fake(address, port, host):
    sock = socket.create_connection((address, port))
    key = "x3JJHMbDL1EzLkh9GBhXDw=="
    sock.sendall((f"GET /tunnel HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    while True:
        for ready in select.select([sock, 0], [], [])[0]:
            data = sock.recv(65536) if ready is sock else os.read(0, 65536)
            if not data:
                return
            if ready is sock:
                os.write(1, data)
            else:
                sock.sendall(data)


def framed(address, port, host):
    ws = websocket.create_connection(f"ws://{address}:{port}/", host=host, subprotocols=["binary"])
    flow = Flow(ws.sock.getsockname(), ws.sock.getpeername(), "client", app="ssh", layers=["tcp", "http", "websocket", "ssh"],
                ladder="framed", note="SSH in the binary messages of an honest WebSocket (websockify)")
    flow.request(method="GET", url="/", status=101)
    names = {websocket.ABNF.OPCODE_BINARY: "binary", websocket.ABNF.OPCODE_TEXT: "text", websocket.ABNF.OPCODE_CLOSE: "close",
             websocket.ABNF.OPCODE_PING: "ping", websocket.ABNF.OPCODE_PONG: "pong"}
    while True:
        for ready in select.select([ws.sock, 0], [], [])[0]:
            if ready == 0:
                data = os.read(0, 65536)
                if not data:
                    flow.message("to-server", "close", b"\x03\xe8")
                    ws.send(b"\x03\xe8", websocket.ABNF.OPCODE_CLOSE)
                    answer = ws.recv_frame()
                    flow.message("to-client", names[answer.opcode], answer.data)
                    return
                flow.message("to-server", "binary", data)
                ws.send_binary(data)
            else:
                opcode, data = ws.recv_data(True)
                flow.message("to-client", names[opcode], data)
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    return
                os.write(1, data)


mode, address, port, host = sys.argv[1:5]
{"fake": fake, "framed": framed}[mode](address, int(port), host)
