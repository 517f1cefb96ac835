#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""http_raw.py pipeline|split|old|chunks ADDRESS PORT HOST: requests that curl does not send.

pipeline: four requests in one segment, answers read afterwards. split: one request a few bytes at a time.
old: HTTP/1.0 without keep-alive, so the server's close ends the body. chunks: a chunked body with extensions and trailers. The server's own log counts the requests.
"""
import socket
import sys
import time

mode, address, port, host = sys.argv[1:5]
sock = socket.create_connection((address, int(port)))
sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
paths = ["/", "/style.css", "/missing", "/logo.png"]
if mode == "pipeline":
    ends = ["keep-alive"] * 3 + ["close"]
    sock.sendall("".join(f"GET {p} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: lab-pipeline\r\nConnection: {e}\r\n\r\n"
                         for p, e in zip(paths, ends)).encode())
elif mode == "split":
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: lab-split\r\nConnection: close\r\n\r\n".encode()
    for i in range(0, len(request), 3):
        sock.sendall(request[i:i + 3])
        time.sleep(0.005)
elif mode == "chunks":
    sock.sendall((f"PUT /api/upload HTTP/1.1\r\nHost: {host}\r\nUser-Agent: lab-chunks\r\nTransfer-Encoding: chunked\r\n"
                  "Trailer: X-Sum\r\nConnection: close\r\n\r\n5;name=value\r\nhello\r\n0A\r\n0123456789\r\n0\r\nX-Sum: 15\r\n\r\n").encode())
else:
    sock.sendall(f"GET /api/close HTTP/1.0\r\nHost: {host}\r\nUser-Agent: lab-old\r\n\r\n".encode())
while sock.recv(65536):
    pass
sock.close()
