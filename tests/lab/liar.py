#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""liar.py wrong-accept|ssh ADDRESS PORT [HOST PORT]: a small server of our own that answers every WebSocket upgrade with 101, and then lies.

wrong-accept: the Sec-WebSocket-Accept is made from another key. ssh: the Accept is right, but what follows is no WebSocket: the
connection is joined, byte for byte, to HOST PORT (a real sshd). Made for the captures; no program of the field behaves so by default.
"""
import base64
import hashlib
import socket
import sys
import threading

from lablog import Flow

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def read_request(sock):
    text = b""
    while b"\r\n\r\n" not in text:
        data = sock.recv(1)                          # one by one: what follows the request belongs to the tunnel
        if not data:
            raise ConnectionError("no request")
        text += data
    return {k.strip().lower(): v.strip() for k, _, v in (l.partition(b":") for l in text.split(b"\r\n")[1:])}


def serve(sock, peer, mode, target):
    flow = Flow(peer, sock.getsockname(), "server")
    key = read_request(sock)[b"sec-websocket-key"]
    if mode == "wrong-accept":
        key = b"AAAAAAAAAAAAAAAAAAAAAA=="
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    flow.request(method="GET", status=101)
    if mode == "wrong-accept":
        flow.fact(app="http", layers=["tcp", "http"], ladder="granted", note="101, but Sec-WebSocket-Accept answers another key; the client leaves")
        sock.recv(1000)
        sock.close()
        return
    flow.fact(app="ssh", layers=["tcp", "http", "ssh"], ladder="unframed",
              note="a right 101, then raw SSH and no WebSocket frame: a tunnel in disguise")
    inner = socket.create_connection(target)
    back = threading.Thread(target=pump, args=(inner, sock))
    back.start()
    pump(sock, inner)
    back.join()
    sock.close()


def main():
    mode, address, port = sys.argv[1:4]
    target = (sys.argv[4], int(sys.argv[5])) if mode == "ssh" else None
    listener = socket.create_server((address, int(port)))
    while True:
        sock, peer = listener.accept()
        threading.Thread(target=serve, args=(sock, peer, mode, target), daemon=True).start()


main()
