#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""swarm_announce.py OWN-ADDRESS TRACKER-ADDRESS PORT: announces and scrapes that the clients here do not send, each from a port of its own: obfuscated (BEP 8),
as a list of dictionaries, without peer ids, a scrape of three, and over UDP with URL data (BEP 41), a scrape and a nonsense. No BitTorrent client: our own words."""
import hashlib
import os
import random
import socket
import struct
import sys
from urllib.parse import quote

from lablog import Flow

own, tracker, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
FAMILY = socket.AF_INET6 if ":" in own else socket.AF_INET
HASH = hashlib.sha1(b"oranges").digest()
PEER = b"-PW0001-" + os.urandom(12)


def http(path, **fields):
    sock = socket.socket(FAMILY, socket.SOCK_STREAM)
    sock.bind((own, 0))
    sock.connect((tracker, port))
    Flow(sock.getsockname(), sock.getpeername(), "client", app="bittorrent", layers=["tcp", "http", "bittorrent"], kind="http-tracker",
         client_is="swarm_announce.py", note="our own words")
    query = "&".join(f"{word}={quote(value, safe='')}" for word, value in fields.items())
    host = f"[{tracker}]" if ":" in tracker else tracker
    sock.sendall(f"GET {path}?{query} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: swarm\r\nConnection: close\r\n\r\n".encode())
    while sock.recv(4096):
        pass
    sock.close()


def udp(action):
    sock = socket.socket(FAMILY, socket.SOCK_DGRAM)
    sock.bind((own, 0))
    sock.settimeout(1)
    Flow(sock.getsockname(), (tracker, port), "client", transport="udp", app="bittorrent", layers=["udp", "bittorrent"], kind="udp-tracker",
         client_is="swarm_announce.py", note="our own words")
    number = random.getrandbits(32)
    sock.sendto(struct.pack("!QII", 0x41727101980, 0, number), (tracker, port))
    connection = sock.recv(64)[8:16]
    if action == 1:
        url = b"/announce?berth=7"
        rest = HASH + PEER + struct.pack("!QQQIIIiH", 0, 70000, 0, 2, 0, 7, -1, 6881) + bytes([2, len(url)]) + url + b"\1\0"
    else:
        rest = HASH + hashlib.sha1(b"lemons").digest() if action == 2 else b""
    sock.sendto(connection + struct.pack("!II", action, number) + rest, (tracker, port))
    sock.recv(4096)
    sock.close()


common = {"peer_id": PEER, "port": b"6881", "uploaded": b"0", "downloaded": b"0", "left": b"70000"}
http("/announce", info_hash=HASH, **common, compact=b"1", event=b"started", numwant=b"50", key=b"1f2e")
http("/announce", info_hash=HASH, **common, compact=b"0")
http("/announce", info_hash=HASH, **common, compact=b"0", no_peer_id=b"1")
http("/announce", sha_ih=hashlib.sha1(HASH).digest(), **common, compact=b"1", iv=os.urandom(8))
http("/announce", info_hash=b"short", **common)
http("/scrape", info_hash=HASH)
udp(1)
udp(2)
udp(9)
