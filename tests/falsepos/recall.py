#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much of a WebSocket must be left to be recognised without its handshake? Every WebSocket flow of the captures,
its first k packets cut off for many k, each cut with addresses of its own in one new capture; a table by the messages
that end behind the cut.   recall.py PROGRAM CAPTURE..."""
import json
import struct
import subprocess
import sys
import tempfile
from collections import defaultdict

PROGRAM = sys.argv[1]
CUTS = 12  # of each flow, spread evenly
FEW = [(1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 10**9)]


def eve(capture):
    out = subprocess.run([PROGRAM, "analyze", "-q", "--eve", "-", capture], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in out.stdout.splitlines()]


def packets(path):
    """Ethernet and IPv4: (frame header, link header, IP packet)."""
    data = open(path, "rb").read()
    if struct.unpack_from("<I", data)[0] not in (0xA1B2C3D4, 0xA1B23C4D) or struct.unpack_from("<I", data, 20)[0] != 1:
        return
    at, n = 24, 0
    while at + 16 <= len(data):
        _, _, have, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + have]
        n += 1
        if frame[12:14] == b"\x08\x00" and frame[23] == 6:
            yield n, data[at:at + 16], frame
        at += 16 + have


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def moved(frame, number):
    """The same packet between other hosts; TCP's checksum 0 is one that the card was to fill in."""
    ip = bytearray(frame[14:])
    size = (ip[0] & 15) * 4
    for at in (12, 16):
        ip[at + 1:at + 3] = struct.pack("!H", number)
    ip[10:12] = b"\0\0"
    ip[10:12] = struct.pack("!H", checksum(bytes(ip[:size])))
    ip[size + 16:size + 18] = b"\0\0"
    return frame[:14] + bytes(ip)


def ends(frame):
    ip = frame[14:]
    size = (ip[0] & 15) * 4
    return frozenset([(ip[12:16], ip[size:size + 2]), (ip[16:20], ip[size + 2:size + 4])])


def address(e, end):
    return bytes(int(x) for x in e[end + "_ip"].split(".")), struct.pack("!H", e[end + "_port"])


def main():
    seen = defaultdict(lambda: [0, 0, 0, 0])
    total = defaultdict(int)
    for capture in [a for a in sys.argv[2:] if a != "-v"]:
        events = [e for e in eve(capture) if e.get("proto") == "TCP" and "." in e.get("src_ip", "")]
        messages = defaultdict(list)
        for e in events:
            if e["event_type"] == "websocket" and "websocket" in e:
                messages[e["flow_id"]].append((e["pcap_cnt"], address(e, "src")))
        flows = {e["flow_id"]: e for e in events if e["event_type"] == "flow" and messages.get(e["flow_id"])
                 and "websocket" in e["portwarden"]["layers"]}
        frames = defaultdict(list)
        for n, head, frame in packets(capture):
            frames[ends(frame)].append((n, head, frame))
        cuts, number = {}, 0
        with tempfile.NamedTemporaryFile(suffix=".pcap") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for flow, e in flows.items():
                mine = [p for p in frames[frozenset([address(e, "src"), address(e, "dest")])]
                        if any(p[0] <= m[0] for m in messages[flow])]
                first = messages[flow][0][0]
                places = [i for i, p in enumerate(mine) if p[0] >= first]
                for i in places[::max(1, len(places) // CUTS)]:
                    number += 1
                    cuts[number] = (flow, mine[i][0])
                    for n, head, frame in mine[i:]:
                        out.write(head + moved(frame, number))
            out.flush()
            for e in eve(out.name) if number else []:
                if e["event_type"] != "flow" or e["proto"] != "TCP":
                    continue
                flow, at = cuts[struct.unpack("!H", address(e, "src")[0][1:3])[0]]
                client = address(flows[flow], "src")
                left = [m for m in messages[flow] if m[0] >= at]
                up = sum(1 for m in left if m[1] == client)
                key = (min(up, 10**9), len(left) - up)
                total["cuts"] += 1
                own = e["portwarden"]
                grade = ["probable", "strong", "certain"].index(own["confidence"]) + 1 \
                    if own["layers"][1] == "websocket" else 0
                if grade == 0 and "-v" in sys.argv and min(key) > 3:
                    print(e["pcap_filename"], capture, at, key, own["layers"], number)
                seen[key][grade] += 1
    rows = [("both ways, at least", lambda u, d, a, b: a <= min(u, d) <= b),
            ("client only", lambda u, d, a, b: d == 0 and a <= u <= b),
            ("server only", lambda u, d, a, b: u == 0 and a <= d <= b)]
    print("| messages left | cut flows | recognised | probable | strong | certain |\n|---|---|---|---|---|---|")
    for name, test in rows:
        for a, b in FEW:
            sums = [sum(v[g] for k, v in seen.items() if test(*k, a, b)) for g in range(4)]
            if sum(sums):
                span = f"{a}" if a == b else f"{a} to {b}" if b < 10**9 else f"{a} and more"
                print(f"| {name} {span} | {sum(sums)} | {sum(sums[1:])} ({100 * sum(sums[1:]) / sum(sums):.0f} %) | "
                      f"{sums[1]} | {sums[2]} | {sums[3]} |")
    print(f"\n{total['cuts']} cuts")


main()
