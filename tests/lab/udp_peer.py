#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""udp_peer.py serve|call ADDRESS PORT: datagrams of many sizes, echoed. Those larger than the MTU leave as IP fragments.

Odd ports carry text, even ports random bytes.
"""
import random
import socket
import sys
from hashlib import sha256

from lablog import Flow, name

mode, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
sizes = [0, 1, 100, 1200, 1473, 3000, 9000, 20000, 50]
if mode == "serve":
    sock.bind((address, port))
    while True:
        data, peer = sock.recvfrom(65536)
        sock.sendto(data, peer)
rng = random.Random(port)
sock.connect((address, port))
sock.settimeout(3)
flow = Flow(sock.getsockname(), f"[{address}]:{port}" if family == socket.AF_INET6 else f"{address}:{port}", "client", transport="udp",
            app="raw", layers=["udp"], note="echoed datagrams; the large ones travel as IP fragments")
out, back = b"", b""
for size in sizes:
    data = (b"tide table: high water 06:12, low water 12:31\n" * (size // 46 + 1))[:size] if port & 1 else rng.randbytes(size)
    sock.send(data)
    out += data
    back += sock.recv(65536)
flow.fact(datagrams={"to-server": len(sizes), "to-client": len(sizes)}, bytes={"to-server": len(out), "to-client": len(back)},
          sha256={"to-server": sha256(out).hexdigest(), "to-client": sha256(back).hexdigest()})
