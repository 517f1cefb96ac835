#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""raw_peer.py serve|call SHAPE ADDRESS PORT: protocols of nobody, over plain TCP.

SHAPE: lines (a text chat), prefixed (16-bit length, then that many bytes), random (uniform bytes), silent (connects, says
nothing, leaves), server-first (text that only the server speaks), half (client talks, server never answers), mse-like (uniform bytes in flights as
long as those of encrypted BitTorrent: 96 to 608 bytes each way first; what it is not).
"""
import random
import socket
import struct
import sys
import time
from hashlib import sha256

from lablog import Flow

LINES = ["hello, is this the harbour office?\n", "yes. what do you carry?\n", "oranges, 40 crates\n", "papers please\n",
         "sent by fax this morning\n", "then berth 7, and welcome\n", "thank you, out\n"]


def prefixed(rng, kind, size):
    body = struct.pack("!BHI", kind, rng.randrange(65536), size) + bytes(rng.randrange(48, 91) for _ in range(size))
    return struct.pack("!H", len(body)) + body


def script(shape):
    """(who speaks, bytes) in turn; who is 0 for the client."""
    rng = random.Random(7)
    if shape == "lines":
        return [(i % 2, line.encode()) for i, line in enumerate(LINES)]
    if shape == "prefixed":
        return [(i % 2, prefixed(rng, i % 5, rng.choice([3, 17, 90, 400]))) for i in range(24)]
    if shape == "random":
        return [(i % 2, rng.randbytes(rng.choice([64, 700, 1300]))) for i in range(12)]
    if shape == "mse-like":
        return [(i % 2, rng.randbytes(size)) for i, size in enumerate([311, 452, 388, 140, 68, 1200, 90, 4000, 68, 900])]
    if shape == "server-first":
        return [(1, f"tick {i} wind NW {i + 3} kn\n".encode()) for i in range(10)]
    if shape == "half":
        return [(0, f"sensor=7 seq={i} t=20.{i}\n".encode()) for i in range(8)]
    return []


def play(sock, shape, me, flow):
    sent, received = b"", b""
    for who, data in script(shape):
        if who == me:
            sock.sendall(data)
            sent += data
            time.sleep(0.02)
        else:
            while len(data) > 0:
                got = sock.recv(len(data))
                if not got:
                    raise ConnectionError("the peer left")
                received, data = received + got, data[len(got):]
    out, back = ("to-server", "to-client") if me == 0 else ("to-client", "to-server")
    flow.fact(bytes={out: len(sent), back: len(received)},
              sha256={out: sha256(sent).hexdigest(), back: sha256(received).hexdigest()})


def facts(shape):
    if shape == "silent":
        return {"app": "none", "layers": ["tcp"], "note": "handshake and FIN, never a byte"}
    seems = {"may_seem": "bittorrent"} if shape == "mse-like" else {}
    return {"app": "raw", "layers": ["tcp"], **seems, "note": {
        "lines": "text lines both ways", "prefixed": "binary messages after a 16-bit length", "random": "uniform random bytes both ways",
        "mse-like": "uniform random bytes in flights shaped like MSE, and no BitTorrent at all", "server-first": "text lines from the server only", "half": "text lines from the client only"}[shape]}


def main():
    mode, shape, address, port = sys.argv[1:5]
    if mode == "serve":
        listener = socket.create_server((address, int(port)), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        while True:
            sock, peer = listener.accept()
            flow = Flow(peer, sock.getsockname(), "server", **facts(shape))
            play(sock, shape, 1, flow)
            if sock.recv(1) != b"":
                raise AssertionError("the client said more than its script")
            sock.close()
    sock = socket.create_connection((address, int(port)))
    flow = Flow(sock.getsockname(), sock.getpeername(), "client", **facts(shape))
    play(sock, shape, 0, flow)
    time.sleep(0.3)
    sock.close()


main()
