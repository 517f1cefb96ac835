#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much BitTorrent is recognised? Captures with their truth (pcaps/README.md), flow by flow, four ways each:
whole    the capture as it is: what one flow teaches may help the next (correlation)
alone    every flow between addresses of its own: it has only itself
cut      the first 20 packets of each peer connection are missing (tracker, DHT and discovery are not cut)
cut alone   both
A connection that was to be encrypted (mse-rc4, mse-plain by what its ends were told) and ended before the selection is in a row of its own: "mse, told mse-rc4".
recall.py PROGRAM FOLDER|CAPTURE... [--misses FILE] [--no-ndpi] [--json FILE]    ndpiReader's answers stand beside ours, if it is installed.
"""
import argparse
import csv
import glob
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lab"))
import pcap_flows  # noqa: E402
import swarm_truth  # noqa: E402

CUT = 20          # packets
LEFT = 6          # a cut flow counts when so many packets with payload are left
WAYS = ("whole", "alone", "cut", "cut alone")
GRADES = ("guess", "probable", "strong", "certain")
OPEN_KINDS = ("http-tracker", "udp-tracker", "dht", "lsd", "webseed", "webseed-bep19", "webtorrent", "webrtc")          # never cut
ENCRYPTED = ("mse-rc4", "mse-plain", "mse", "mse, told mse-rc4", "mse, told mse-plain", "mse-unanswered", "mse-unanswered, told mse-rc4",
             "mse-unanswered, told mse-plain")
ORDER = ("peer", *ENCRYPTED, "utp", "utp-mse-rc4", "utp-mse-plain", "utp-mse", "utp-unanswered", *OPEN_KINDS)


def ones(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def moved(packet, number, server_first):
    """The same packet between two hosts of its own; checksums as right as they were (RFC 1624 s3)."""
    frame = bytearray(packet.frame)
    six = frame[12:14] == b"\x86\xdd"
    at, size = (22, 16) if six else (26, 4)
    transport = 54 if six else 14 + (frame[14] & 15) * 4
    old = ones(bytes(frame[at:at + 2 * size]))
    client = (b"\xfd\x80" + bytes(8) if six else b"") + struct.pack("!BBH", 10, 1 + (number >> 16), number & 0xFFFF) + (b"\0\1" if six else b"")
    server = (b"\xfd\x81" + bytes(8) if six else b"") + struct.pack("!BBH", 10, 101 + (number >> 16), number & 0xFFFF) + (b"\0\2" if six else b"")
    frame[at:at + 2 * size] = server + client if server_first else client + server
    if not six:
        frame[24:26] = b"\0\0"
        frame[24:26] = struct.pack("!H", ones(bytes(frame[14:transport])) ^ 0xFFFF)
    place = transport + (16 if packet.proto == pcap_flows.TCP else 6)
    was = struct.unpack_from("!H", frame, place)[0]
    if was or packet.proto == pcap_flows.TCP:
        sums = (was ^ 0xFFFF) + (old ^ 0xFFFF) + ones(bytes(frame[at:at + 2 * size]))
        while sums >> 16:
            sums = (sums & 0xFFFF) + (sums >> 16)
        frame[place:place + 2] = struct.pack("!H", (sums ^ 0xFFFF) or 0xFFFF)
    return bytes(frame)


def end(event, side):
    address = event[side + "_ip"]
    return f"[{pcap_flows.short(address)}]:{event[side + '_port']}" if ":" in address else f"{address}:{event[side + '_port']}"


def ask_us(program, path):
    """{(protocol, ends): [grade of each flow, in order]}; -1: not BitTorrent."""
    out = subprocess.run([program, "analyze", "-q", "--eve", "-", path], capture_output=True, text=True, check=False)
    if out.returncode:
        sys.exit(f"{path}: portwarden ended with {out.returncode}: {out.stderr[-2000:]}")
    answers = defaultdict(list)
    for line in out.stdout.splitlines():
        e = json.loads(line)
        if e["event_type"] != "flow" or e.get("proto") not in ("TCP", "UDP"):
            continue
        own = e["portwarden"]
        ours = own.get("app") == "bittorrent" or {"mse", "bittorrent"} & set(own["layers"])
        grade = GRADES.index(own.get("confidence", "guess")) if ours else -1
        answers[e["proto"], frozenset((end(e, "src"), end(e, "dest")))].append((e["flow"]["start"], grade))
    return {key: [grade for _, grade in sorted(rows)] for key, rows in answers.items()}


def ask_ndpi(path):
    with tempfile.NamedTemporaryFile(suffix=".csv") as table:
        subprocess.run(["ndpiReader", "-i", path, "-C", table.name, "-q"], capture_output=True, check=False)
        answers = defaultdict(list)
        for row in csv.DictReader(open(table.name, errors="replace")):
            ends = []
            for side in ("src", "dst"):
                address = row[side + "_ip"]
                port = row[side + "_port"]
                ends.append(f"[{pcap_flows.short(address)}]:{port}" if ":" in address else f"{address}:{port}")
            proto = {"6": "TCP", "17": "UDP"}.get(row["protocol"])
            answers[proto, frozenset(ends)].append((row["first_seen"], 2 if "BitTorrent" in row["ndpi_proto"] else -1))
        return {key: [grade for _, grade in sorted(rows)] for key, rows in answers.items()}


def look_up(answers, proto, client, server, nth):
    rows = answers.get(("UDP" if proto == pcap_flows.UDP else "TCP", frozenset((client, server))), [])
    return rows[min(nth, len(rows)) - 1] if rows else -1


class Capture:
    """The flows of one capture that somebody vouches for, and the four files made of them."""

    def __init__(self, path, truth):
        self.path = path
        self.head, self.packets = pcap_flows.packets(path)
        told = {(t.get("transport", "tcp"), frozenset((t["client"], t["server"])), t.get("nth", 1)): t for t in truth if t["client"]}
        groups = {t["server"]: t for t in truth if not t["client"]}
        self.flows = []
        for flow in pcap_flows.flows(self.packets):
            transport = "udp" if flow.proto == pcap_flows.UDP else "tcp"
            fact = told.get((transport, frozenset((flow.client, flow.server)), flow.nth)) or groups.get(flow.server)
            if fact and (fact["app"] == "bittorrent" or "webseed" in fact.get("kind", "")):
                self.flows.append((flow, on_the_wire(flow, kind_of(fact))))

    def cut(self, flow, kind):
        return flow.packets if kind in OPEN_KINDS else flow.packets[CUT:]

    def counted(self, way, flow, kind):
        if not way.startswith("cut"):
            return True
        return kind not in OPEN_KINDS and sum(1 for p in flow.packets[CUT:] if p.size) >= LEFT

    def write(self, way, out):
        """The packets of that way, in the order of time; False if the capture itself will do."""
        if way == "whole" and not self.path.endswith(".zst"):
            return False
        rows = []
        if way == "cut":
            gone = {id(p) for flow, kind in self.flows if kind not in OPEN_KINDS for p in flow.packets[:CUT]}
            rows = [(p.time, n, p.head, p.frame) for n, p in enumerate(self.packets) if id(p) not in gone]
        elif way == "whole":
            rows = [(p.time, n, p.head, p.frame) for n, p in enumerate(self.packets)]
        else:
            for number, (flow, kind) in enumerate(self.flows, 1):
                for n, p in enumerate(flow.packets if way == "alone" else self.cut(flow, kind)):
                    rows.append((p.time, n, p.head, moved(p, number, p.src != flow.client)))
        rows.sort(key=lambda row: row[:2])
        out.write(self.head)
        for _, _, head, frame in rows:
            out.write(head + frame)
        out.flush()
        return True

    def ends(self, way, number, flow):
        if not way.endswith("alone"):
            return flow.client, flow.server
        ports = [e.rsplit(":", 1)[1] for e in (flow.client, flow.server)]
        if flow.client.startswith("["):
            words = f"a{1 + (number >> 16):02x}:{number & 0xFFFF:x}", f"a{101 + (number >> 16):02x}:{number & 0xFFFF:x}"
            return f"[{pcap_flows.short('fd80:0:0:0:0:' + words[0] + ':1')}]:{ports[0]}", f"[{pcap_flows.short('fd81:0:0:0:0:' + words[1] + ':2')}]:{ports[1]}"
        parts = number >> 8 & 255, number & 255
        return f"10.{1 + (number >> 16)}.{parts[0]}.{parts[1]}:{ports[0]}", f"10.{101 + (number >> 16)}.{parts[0]}.{parts[1]}:{ports[1]}"


def on_the_wire(flow, kind):
    """By lengths and turns alone: what was told may have been meant, and never happened."""
    early = swarm_truth.how_far(flow)[0] if kind in swarm_truth.BETTER else None
    return f"{early}, told {kind}" if early else kind


def kind_of(fact):
    kind = fact.get("kind", "webtorrent" if "websocket" in fact.get("layers", []) else "peer")
    if kind == "peer" and fact.get("transport") == "udp":
        return "utp"
    if kind == "mse" and "note" in fact:                       # of captures that were made before there were finer words
        return "mse-rc4" if "(RC4)" in fact["note"] else "mse-plain" if "handshake only" in fact["note"] else "mse"
    return kind


def measure(program, capture, counts, misses, ndpi):
    for way in WAYS:
        with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
            path = file.name if capture.write(way, file) else capture.path
            ours = ask_us(program, path)
            theirs = ask_ndpi(path) if ndpi else {}
        for number, (flow, kind) in enumerate(capture.flows, 1):
            if not capture.counted(way, flow, kind):
                continue
            client, server = capture.ends(way, number, flow)
            nth = 1 if way.endswith("alone") else flow.nth
            grade = look_up(ours, flow.proto, client, server, nth)
            row = counts[kind][way]
            row["flows"] += 1
            for name, least in (("any", 0), ("probable", 1), ("strong", 2)):
                row[name] += grade >= least
            row["ndpi"] += look_up(theirs, flow.proto, client, server, nth) >= 0
            if grade < 1 and misses:
                misses.write(f"{os.path.basename(capture.path)} {way} {kind} {'udp' if flow.proto == 17 else 'tcp'} {flow.client} {flow.server} "
                             f"{len(flow.packets)} packets {flow.bytes[0]}/{flow.bytes[1]} B, {'a guess' if grade == 0 else 'nothing'}\n")


def share(n, of):
    return f"{100 * n / of:.1f} %" if of and n != of else "100 %" if of else "-"


def table(counts, ndpi):
    print("| kind | way | flows | any grade | probable | strong |" + (" ndpiReader |" if ndpi else ""))
    print("|---|---|---|---|---|---|" + ("---|" if ndpi else ""))
    for kind in sorted(counts, key=lambda k: (ORDER.index(k) if k in ORDER else 99, k)):
        for way in WAYS:
            row = counts[kind][way]
            if row["flows"]:
                cells = [f"{row[c]} ({share(row[c], row['flows'])})" for c in ("any", "probable", "strong") + (("ndpi",) if ndpi else ())]
                print(f"| {kind} | {way} | {row['flows']} | " + " | ".join(cells) + " |")


def captures(paths):
    for path in paths:
        for name in sorted(glob.glob(os.path.join(path, "*"))) if os.path.isdir(path) else [path]:
            truth = re.sub(r"\.pcap(\.zst)?$", ".truth.json", name)
            if truth != name and os.path.exists(truth):
                told = json.load(open(truth))
                if any(t["app"] == "bittorrent" for t in told):
                    yield name, told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--misses")
    parser.add_argument("--json")
    parser.add_argument("--no-ndpi", action="store_true")
    args = parser.parse_args()
    ndpi = not args.no_ndpi and shutil.which("ndpiReader") is not None
    if not ndpi and not args.no_ndpi:
        print("no ndpiReader here (Debian: libndpi-bin): the table goes without it", file=sys.stderr)
    counts = defaultdict(lambda: defaultdict(lambda: dict.fromkeys(("flows", "any", "probable", "strong", "ndpi"), 0)))
    misses = open(args.misses, "w") if args.misses else None
    for name, told in captures(args.paths):
        try:
            capture = Capture(name, told)
        except ValueError as error:
            print(error, file=sys.stderr)
            continue
        measure(args.program, capture, counts, misses, ndpi)
    table(counts, ndpi)
    if args.json:
        json.dump(counts, open(args.json, "w"), indent=1)


main()
