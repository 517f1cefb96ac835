#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""punch.py gap|midstream WHOLE.pcap WHOLE.truth.json OUT.pcap OUT.truth.json: remove packets, and say what is lost.

gap: some data packets from the middle of every direction. midstream: the first third of the capture, up to the inside of a large frame. editcap removes them. The
whole capture has no retransmission, so a removed packet is a hole. In the truth every message gets "complete": are all its bytes
still there? If not, "lost" says whether its "header" is hit too, or only its "payload". A compressed message that is complete, but
follows a loss in a direction that keeps its context, gets "inflate": "maybe": the words it refers to may be gone.
"""
import json
import random
import re
import subprocess
import sys

import check_truth


def packets(capture):
    """Number, source, destination, sequence number, length of payload, of every packet."""
    fields = ["frame.number", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "tcp.seq_raw", "tcp.len"]
    command = ["tshark", "-nr", capture, "-T", "fields"] + [word for field in fields for word in ("-e", field)]
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        number, src, sport, dst, dport, seq, length = line.split("\t")
        yield int(number), f"{src}:{sport}", f"{dst}:{dport}", int(seq), int(length)


def lose_some(rows, spans):
    """Data packets to remove: per direction one that cuts a payload, one that takes a header, and two more."""
    rng, gone = random.Random(5), set()
    for way, messages in sorted(spans.items()):
        base, _, start = WAYS[way]
        here = [(n, (seq - base) & 0xffffffff, length) for n, s, d, seq, length in rows if (s, d) == way and length]
        here = [(n, at - start, length) for n, at, length in here if at >= start][4:-6]
        inner = [n for n, at, length in here if any(head <= at and at + length <= end for _, head, end in messages)]
        heads = [n for n, at, length in here if any(at <= first < at + length for first, _, _ in messages)]
        gone |= set(rng.sample(inner, min(2, len(inner)))) | set(rng.sample(heads, min(2, len(heads))))
    return gone


def cut_inside(rows, spans):
    """The number of a packet near a third of the capture, that leaves a client's large frame begun and not ended."""
    for n, src, dst, seq, length in rows[len(rows) // 3:]:
        base, _, start = WAYS[src, dst]
        end = ((seq - base) & 0xffffffff) - start + length
        if dst.endswith(":9030") and length and any(head < end < last for _, head, last in spans[src, dst]):
            return n
    sys.exit("no large frame to cut")


def main():
    mode, capture, truth, out, out_truth = sys.argv[1:6]
    rows, flows, told = list(packets(capture)), check_truth.segments(capture), json.load(open(truth))
    spans = {}
    for flow in told:
        for way in ((flow["client"], flow["server"]), (flow["server"], flow["client"])):
            data = check_truth.join(flows[way][0])
            start = data.index(b"\r\n\r\n") + 4
            WAYS[way] = (flows[way][0][0][0], data[:start], start)
            spans[way] = [span for _, _, span in check_truth.frames(data[start:])]
    gone = lose_some(rows, spans) if mode == "gap" else set(range(1, cut_inside(rows, spans) + 1))
    holes = {}
    for n, src, dst, seq, length in rows:
        if n in gone and length:
            base, _, start = WAYS[src, dst]
            at = ((seq - base) & 0xffffffff) - start
            holes.setdefault((src, dst), []).append((at, at + length))
    for flow in told:
        retell(flow, spans, holes, mode)
    ranges = [str(n) for n in sorted(gone)] if mode == "gap" else [f"1-{max(gone)}"]
    subprocess.run(["editcap", "-F", "pcap", capture, out, *ranges], check=True)
    with open(out_truth, "w") as file:
        file.write(json.dumps(told))


def retell(flow, spans, holes, mode):
    flow["incomplete"] = True
    flow["note"] = f"{'packets removed from the middle' if mode == 'gap' else 'the start was not captured'}; port {flow['server'].split(':')[1]} of long_talk.py"
    if mode == "midstream":
        flow.pop("ladder"), flow.pop("requests", 0), flow.pop("http", 0)
        flow["layers"] = ["tcp", "websocket"]
    for direction, way in (("to-server", (flow["client"], flow["server"])), ("to-client", (flow["server"], flow["client"]))):
        word = b"client_no_context_takeover" if direction == "to-server" else b"server_no_context_takeover"
        answer = WAYS[flow["server"], flow["client"]][1]
        packed = re.search(rb"(?im)^sec-websocket-extensions:.*permessage-deflate", answer)
        keeps, hurt = packed and word not in answer, False
        own = [m for m in flow["messages"] if m["direction"] == direction]
        for message, (first, head, end) in zip(own, spans[way], strict=True):
            hit = [(a, b) for a, b in holes.get(way, []) if a < end and first < b]
            message["complete"] = not hit
            data = message["opcode"] in ("text", "binary")
            if hit:
                message["lost"] = "header" if any(a < head for a, b in hit) else "payload"
                hurt = hurt or data
            elif keeps and hurt and data:
                message["inflate"] = "maybe"


WAYS = {}                                                      # (source, destination): first sequence number, HTTP head, its length
main()
