#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is called BitTorrent and is not? Captures in which nothing is (or whose truth says which flows are), kind by kind (a capture is
a kind; KIND.crowd.pcap and KIND.middle.pcap are counted with KIND), two ways each:
whole   the capture as it is
cut     the first 20 packets of each flow are missing, where so many and six with payload more are there
falsepos.py PROGRAM FOLDER|CAPTURE... [--hits FILE] [--no-ndpi] [--no-cut] [--json FILE]    ndpiReader's answers stand beside ours, if it is installed.
The exit status is 1 when anything was called so `strong` or surer."""
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

CUT = 20          # packets
LEFT = 6          # a cut flow counts when so many packets with payload are left
GRADES = ("guess", "probable", "strong", "certain")
NAMES = {"bittorrent", "utp", "dht", "mse"}
CLASSIC = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")


def address(event, side):
    host = event[side + "_ip"]
    return f"[{pcap_flows.short(host)}]:{event[side + '_port']}" if ":" in host else f"{host}:{event[side + '_port']}"


def ends(event):
    return frozenset((address(event, "src"), address(event, "dest")))


def ask_us(program, path):
    """The flows, and those that are called BitTorrent."""
    out = subprocess.run([program, "analyze", "-q", "--eve", "-", path], capture_output=True, text=True, check=False)
    flows = [e for e in map(json.loads, out.stdout.splitlines()) if e["event_type"] == "flow" and e.get("proto") in ("TCP", "UDP")
             and "none" != e["portwarden"].get("app")]
    return flows, [e for e in flows if e["portwarden"].get("app") in NAMES or NAMES & set(e["portwarden"]["layers"])]


def ask_ndpi(path):
    """The ends of the flows that ndpiReader calls BitTorrent."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as table:
        subprocess.run(["ndpiReader", "-i", path, "-C", table.name, "-q"], capture_output=True, check=False)
        out = []
        for row in csv.DictReader(open(table.name, errors="replace")):
            if "BitTorrent" in (row["ndpi_proto"] or ""):
                sides = [(row[s + "_ip"], row[s + "_port"]) for s in ("src", "dst")]
                out.append(frozenset(f"[{pcap_flows.short(h)}]:{p}" if ":" in h else f"{h}:{p}" for h, p in sides))
        return out


def truths(path):
    """The ends of the flows that are BitTorrent, by the truth beside the capture."""
    told = re.sub(r"\.pcap(ng)?(\.zst|\.gz)?$", ".truth.json", path)
    rows = json.load(open(told)) if told != path and os.path.exists(told) else []
    both, servers = set(), set()
    for t in rows:
        if t["app"] == "bittorrent" or "bittorrent" in t.get("layers", []):
            if t["client"]:
                both.add(frozenset((t["client"], t["server"])))
            else:
                servers.add(t["server"])
    return both, servers


def write_cut(path, out):
    """Each flow without its first packets; how many flows are left."""
    try:
        head, packets = pcap_flows.packets(path)
    except (ValueError, struct.error):          # not of a form that can be cut; whole is enough
        return 0
    order = {id(p): n for n, p in enumerate(packets)}
    rows, left = [], 0
    for flow in pcap_flows.flows(packets):
        rest = flow.packets[CUT:]
        if sum(1 for p in rest if p.size) >= LEFT:
            left += 1
            rows += [(order[id(p)], p.head + p.frame) for p in rest]
    out.write(head + b"".join(row for _, row in sorted(rows)))
    out.flush()
    return left


class Count:
    def __init__(self):
        self.flows, self.grades, self.ndpi = 0, dict.fromkeys(GRADES, 0), 0

    def cells(self, ndpi):
        sure = self.grades["strong"] + self.grades["certain"]
        share = f" ({100 * self.grades['probable'] / self.flows:.2f} %)" if self.flows and self.grades["probable"] else ""
        return [str(self.flows), f"{self.grades['probable']}{share}", str(sure)] + ([str(self.ndpi)] if ndpi else [])


def measure(args, path, way, count, hits):
    both, servers = truths(path)

    def honest(pair):
        return pair not in both and not pair & servers

    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        if way == "cut" and not write_cut(path, file):
            return
        where = file.name if way == "cut" else path
        flows, called = ask_us(args.program, where)
        count.flows += sum(honest(ends(e)) for e in flows)
        for e in called:
            if not honest(ends(e)):
                continue
            grade = e["portwarden"].get("confidence", "guess")
            count.grades[grade] += 1
            if hits:
                why = "; ".join(f"[{v['packet']}] {v['what']} {v.get('detail', '')}"[:140] for v in e["portwarden"].get("evidence", []))
                hits.write(f"{path} {way} {e['proto']} {address(e, 'src')} > {address(e, 'dest')} packet {e.get('pcap_cnt')}: {grade}, "
                           f"{' > '.join(e['portwarden']['layers'])}: {why}\n")
        if not args.no_ndpi:
            count.ndpi += sum(honest(pair) for pair in ask_ndpi(where))


def captures(paths):
    for path in paths:
        for name in sorted(glob.glob(os.path.join(path, "**/*"), recursive=True)) if os.path.isdir(path) else [path]:
            if re.search(r"\.pcap(ng)?$", name) and open(name, "rb").read(4) in CLASSIC:
                yield name


def kind_of(path):
    return re.sub(r"(\.crowd|\.middle)?\.pcap(ng)?$", "", os.path.basename(path))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--hits")
    parser.add_argument("--json")
    parser.add_argument("--no-ndpi", action="store_true")
    parser.add_argument("--no-cut", action="store_true")
    args = parser.parse_args()
    args.no_ndpi = args.no_ndpi or shutil.which("ndpiReader") is None
    hits = open(args.hits, "w") if args.hits else None
    ways = ("whole",) if args.no_cut else ("whole", "cut")
    counts = defaultdict(lambda: {way: Count() for way in ways})
    for path in captures(args.paths):
        for way in ways:
            measure(args, path, way, counts[kind_of(path)][way], hits)
    titles = [f"{name}{'' if way == 'whole' else ', cut'}" for way in ways
              for name in ["flows", "probable", "strong"] + ([] if args.no_ndpi else ["ndpiReader"])]
    print("| kind | " + " | ".join(titles) + " |\n|---|" + "---|" * len(titles))
    total = {way: Count() for way in ways}
    for kind, row in counts.items():
        print(f"| {kind} | " + " | ".join(c for way in ways for c in row[way].cells(not args.no_ndpi)) + " |")
        for way in ways:
            total[way].flows += row[way].flows
            total[way].ndpi += row[way].ndpi
            for grade in GRADES:
                total[way].grades[grade] += row[way].grades[grade]
    print("| all | " + " | ".join(c for way in ways for c in total[way].cells(not args.no_ndpi)) + " |")
    if args.json:
        json.dump({kind: {way: vars(c) for way, c in row.items()} for kind, row in counts.items()}, open(args.json, "w"), indent=1)
    return any(c.grades["strong"] + c.grades["certain"] for c in total.values())


sys.exit(main())
