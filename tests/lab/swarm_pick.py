#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""swarm_pick.py OUT.pcap LIMIT EACH KIND,KIND... CAPTURE...: a small capture out of large ones: of each kind in turn, each pair of clients and IP version in
turn, at most EACH flows, first those that are long enough to say something, the shortest of them; whole flows, never parts, and their truth. Each kind has
its share of LIMIT bytes. No two flows may have the same addresses and ports."""
import json
import re
import sys
from collections import defaultdict

import pcap_flows

ENOUGH = 28                                                    # packets: more than the 20 that a test may cut off


def groups(flows, told, out):
    for flow in flows:
        fact = told.get(("udp" if flow.proto == pcap_flows.UDP else "tcp", flow.client, flow.server, flow.nth))
        if fact and fact.get("kind") in out and flow.nth == 1:
            who = fact.get("client_is", "").split("/")[0], fact.get("server_is", ""), flow.client[0] == "["
            out[fact["kind"]][who].append((flow, fact))


def in_turn(by_who, each):
    """The flows of one kind: one of each pair of clients, then the second of each."""
    for rows in by_who.values():
        rows.sort(key=lambda row: (len(row[0].packets) < ENOUGH, abs(len(row[0].packets) - ENOUGH), row[0].packets[0].time))
    for turn in range(each):
        yield from (rows[turn] for rows in by_who.values() if turn < len(rows))


def size(flow):
    return sum(16 + len(p.frame) for p in flow.packets)


def main():
    target, limit, each, kinds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4].split(",")
    head, picked, ends, found = None, [], set(), {kind: defaultdict(list) for kind in kinds}
    for path in sys.argv[5:]:
        head, packets = pcap_flows.packets(path)
        truth = json.load(open(re.sub(r"\.pcap$", ".truth.json", path)))
        groups(pcap_flows.flows(packets), {(t.get("transport", "tcp"), t["client"], t["server"], t.get("nth", 1)): t for t in truth}, found)
    for kind in kinds:
        used = 0
        for flow, fact in in_turn(found[kind], each):
            key = flow.proto, frozenset((flow.client, flow.server))
            if key not in ends and used + size(flow) <= limit // len(kinds):
                ends.add(key)
                used += size(flow)
                picked.append((flow, fact))
    with open(target, "wb") as out:
        out.write(head)
        for packet in sorted((p for flow, _ in picked for p in flow.packets), key=lambda p: p.time):
            out.write(packet.head + packet.frame)
    picked.sort(key=lambda row: row[0].packets[0].time)
    with open(re.sub(r"\.pcap$", ".truth.json", target), "w") as out:
        out.write("[\n" + ",\n".join(" " + json.dumps(fact, ensure_ascii=False) for _, fact in picked) + "\n]\n")
    print(f"{target}: {len(picked)} flows, {sum(size(flow) for flow, _ in picked)} bytes", file=sys.stderr)


main()
