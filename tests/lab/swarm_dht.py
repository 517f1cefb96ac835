#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""swarm_dht.py ADDRESS NODE:PORT...: DHT queries that the clients here do not send: scrapes (BEP 33), want n4 and n6 (BEP 32), mutable items (BEP 44), samples
(BEP 51), an unknown method, a broken token, keys in other orders, a read-only node (BEP 43), one socket for each node. No BitTorrent client: our own words."""
import os
import random
import socket
import sys

from lablog import Flow

def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    return b"d" + b"".join(bencode(key) + bencode(value[key]) for key in sorted(value)) + b"e"


def queries():
    target = os.urandom(20)
    yield b"ping", {}, {}
    yield b"find_node", {b"target": target, b"want": [b"n4", b"n6"]}, {}
    yield b"get_peers", {b"info_hash": target, b"scrape": 1, b"noseed": 1}, {}
    yield b"sample_infohashes", {b"target": target}, {b"v": b"PW\0\1"}
    yield b"get", {b"target": target, b"seq": 4}, {b"ro": 1}
    yield b"put", {b"k": os.urandom(32), b"salt": b"harbour", b"seq": 4, b"sig": os.urandom(64), b"token": b"none", b"v": b"oranges"}, {}
    yield b"announce_peer", {b"info_hash": target, b"implied_port": 1, b"port": 6881, b"token": b"wrong"}, {}
    yield b"berth", {b"target": target}, {b"t": os.urandom(4)}


def main():
    address, nodes = sys.argv[1], sys.argv[2:]
    me = os.urandom(20)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for node in nodes:
        host, port = node.rsplit(":", 1)
        host = host.strip("[]")
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((address, 0))
        sock.settimeout(0.3)
        Flow(sock.getsockname(), (host, int(port)), "client", transport="udp", app="bittorrent", layers=["udp", "bittorrent"], kind="dht",
             client_is="swarm_dht.py", note="our own queries")
        rows = list(queries())
        random.shuffle(rows)
        for method, arguments, more in rows[:random.choice([1, 3, 8])]:
            message = {b"a": {b"id": me, **arguments}, b"q": method, b"t": os.urandom(2), b"y": b"q", **more}
            sock.sendto(bencode(message), (host, int(port)))
            try:
                sock.recv(4096)
            except TimeoutError:
                pass
        sock.close()


main()
