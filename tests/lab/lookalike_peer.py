#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""lookalike_peer.py serve ADDRESS | call ADDRESS: random bytes in the lengths of protocols that no program of Debian's speaks, each kind
on a port of its own, several connections of each; nobody understands a byte, only the lengths are right."""
import random
import socket
import sys
import threading
import time

from lablog import Flow

TIMES = 5


def after(rng, few, small=200, large=4000):
    return [(i & 1, rng.randrange(1, large if i & 1 and rng.random() < 0.3 else small)) for i in range(2 * rng.randrange(few))]


def shaped(rng):
    return [(0, rng.randrange(96, 609)), (1, rng.randrange(96, 609)), *after(rng, 12)]


def four_flights(rng):
    return [(0, rng.randrange(96, 609)), (1, rng.randrange(96, 609)), (0, 124), (1, 82), *after(rng, 12)]


def then_file(rng):
    return [(0, rng.randrange(96, 609)), (1, rng.randrange(96, 609)), (0, rng.randrange(56, 600))] + [(1, 16384), (0, 20)] * rng.randrange(1, 4)


def mtproto(rng):
    tail = [(i & 1, 1 + 4 * rng.randrange(14, 200)) for i in range(2 * rng.randrange(8))]
    return [(0, 64 + 41), (1, 85), (0, 341), (1, 653), (0, 397), (1, 73), *tail]


def bitcoin(rng):
    tail = [(i & 1, 20 + rng.randrange(60)) for i in range(2 * rng.randrange(12))]
    return [(0, 64 + rng.randrange(400)), (1, 64 + rng.randrange(400)), (0, 36 + rng.randrange(150)), (1, 36 + rng.randrange(150)), *tail]


def rlpx_old(rng):
    return [(0, 307), (1, 210)] + [(i & 1, 32 + 16 * rng.randrange(1, 20) + 16) for i in range(2 * rng.randrange(2, 10))]


def rlpx(rng):
    return [(0, -rng.randrange(300, 560)), (1, -rng.randrange(250, 520))] + rlpx_old(rng)[2:]


def typed(rng):
    keys = [(0, 17 * rng.choice([1, 1, 1, 2])) if i % 2 == 0 else (1, rng.choice([17, 17, 77])) for i in range(2 * rng.randrange(6, 24))]
    return [(0, 32 + rng.randrange(200)), (1, 48 + rng.randrange(200)), (0, 64), (1, 17), *keys]


def store(rng):
    request, head = 17 + rng.randrange(60), rng.randrange(40)
    return [(0, rng.randrange(96, 300)), (1, rng.randrange(96, 300))] + [(0, request), (1, head + 16384)] * rng.randrange(2, 4)


KINDS = {9001: ("random, MSE's lengths", shaped), 9002: ("random, MSE's lengths in four flights", four_flights), 9003: ("random, MSE's lengths, then a file", then_file),
         9004: ("MTProto's lengths", mtproto), 9005: ("Bitcoin v2's lengths, little garbage", bitcoin), 9006: ("RLPx's lengths", rlpx_old),
         9007: ("RLPx's lengths (EIP-8)", rlpx), 9008: ("keys typed, 17 bytes each", typed), 9009: ("blocks asked for, 16 KiB each", store)}

PLAIN = (9004, 9007)          # anybody can tell: the lengths of the first two flights are no keys', or stand before them


def play(sock, script, me, rng):
    for who, size in script:
        if who != me:
            left = abs(size)
            while left:
                got = len(sock.recv(left))
                if not got:
                    return
                left -= got
        elif size < 0:                                   # says its length first
            sock.sendall((-size - 2).to_bytes(2, "big") + rng.randbytes(-size - 2))
        else:
            sock.sendall(rng.randbytes(size))
            time.sleep(0.002)


def serve(address, port):
    listener = socket.create_server((address, port), backlog=64)
    for n in range(TIMES):
        sock, peer = listener.accept()
        seems = {} if port in PLAIN else {"may_seem": "bittorrent"}
        Flow(peer, sock.getsockname(), "server", app="raw", layers=["tcp"], note=KINDS[port][0] + "; not BitTorrent", **seems)
        play(sock, KINDS[port][1](random.Random(port * 100 + n)), 1, random.Random(f"server {port} {n}"))
        sock.close()


def call(address, port):
    for n in range(TIMES):
        with socket.create_connection((address, port), 5) as sock:
            play(sock, KINDS[port][1](random.Random(port * 100 + n)), 0, random.Random(f"client {port} {n}"))
            time.sleep(0.05)


mode, where = sys.argv[1:3]
threads = [threading.Thread(target=serve if mode == "serve" else call, args=(where, port)) for port in KINDS]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
