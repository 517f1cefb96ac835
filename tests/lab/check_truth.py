#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""check_truth.py CAPTURE...: does a capture hold what its truth file says? A second opinion, written apart from portwarden.

tshark only cuts packets into fields; this script joins the segments by sequence number, reads the WebSocket frames with the
parameters that were negotiated, inflates, and compares every message with the truth. Other flows: the packets are there.
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import zlib

FIELDS = ["frame.protocols", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.seq_raw", "tcp.flags", "tcp.payload"]
OPCODES = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}


def way(protocols, s4, s6, sport, d4, d6, dport):
    """(source, destination) of the innermost IP header; tshark gives every occurrence of a field, outermost first."""
    six = protocols.rfind(":ipv6") > max(protocols.rfind(":ip:"), protocols.rfind("raw:ip:"))
    src, dst = (s6, d6) if six else (s4, d4)
    src, dst, sport, dport = (field.split(",")[-1] for field in (src, dst, sport, dport))
    return (f"[{src}]:{sport}", f"[{dst}]:{dport}") if six else (f"{src}:{sport}", f"{dst}:{dport}")


def segments(capture):
    """{(source, destination): [connection, ...]}, each connection a list of (sequence number, bytes) after its SYN."""
    command = ["tshark", "-nr", capture, "-o", "tcp.desegment_tcp_streams:false", "-Y", "tcp", "-T", "fields"]
    for field in FIELDS:
        command += ["-e", field]
    flows = {}
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        *ends, seq, flags, payload = line.split("\t")
        key = way(*ends)
        syn = int(flags, 16) & 2
        connections = flows.setdefault(key, [])
        if syn and (not connections or connections[-1][0] != (int(seq) + 1, b"")):
            connections.append([(int(seq) + 1, b"")])
        elif not connections:
            connections.append([(int(seq), b"")])
        if payload:
            connections[-1].append((int(seq), bytes.fromhex(payload.split(",")[0])))
    return flows


def requests(capture):
    """How many HTTP requests tshark sees in each direction."""
    command = ["tshark", "-nr", capture, "-Y", "http.request", "-T", "fields"]
    for field in FIELDS[:7] + ["tcp.stream", "http.request.method"]:
        command += ["-e", field]
    counts = {}
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        *ends, stream, methods = line.split("\t")
        key = way(*ends)
        counts.setdefault(key, {}).setdefault(int(stream), 0)
        counts[key][int(stream)] += methods.count(",") + 1
    return {key: [n for _, n in sorted(streams.items())] for key, streams in counts.items()}


def join(parts):
    base, out = parts[0][0], bytearray()
    for seq, data in sorted(((seq - base) & 0xffffffff, data) for seq, data in parts):
        if seq > len(out):
            return None                                        # a hole
        out[seq:seq + len(data)] = data
    return bytes(out)


def frames(data):
    at = 0
    while at + 2 <= len(data):
        first, second, head = data[at], data[at + 1], 2
        length = second & 127
        if length > 125:
            size = 2 if length == 126 else 8
            length, head = int.from_bytes(data[at + 2:at + 2 + size], "big"), 2 + size
        key = None
        if second & 128:
            key, head = data[at + head:at + head + 4], head + 4
        body = data[at + head:at + head + length]
        if len(body) < length:
            return
        if key and length:
            pad = (key * (length // 4 + 1))[:length]
            body = (int.from_bytes(body, "big") ^ int.from_bytes(pad, "big")).to_bytes(length, "big")
        yield first, body, (at, at + head, at + head + length)
        at += head + length


def messages(data, drop_context):
    inflater, opcode, parts, packed = zlib.decompressobj(-15), None, [], False
    for first, body, _ in frames(data):
        if first & 15 >= 8:
            yield OPCODES.get(first & 15, str(first & 15)), body
            continue
        if first & 15:
            opcode, parts, packed = OPCODES.get(first & 15, str(first & 15)), [], bool(first & 64)
        parts.append(body)
        if first & 128:
            whole = b"".join(parts)
            if packed:
                whole = inflater.decompress(whole + b"\0\0\xff\xff")
                if drop_context:
                    inflater = zlib.decompressobj(-15)
            yield opcode, whole


def check_flow(flow, flows):
    connections = [flows.get(key, []) for key in ((flow["client"], flow["server"]), (flow["server"], flow["client"]))]
    nth = flow.get("nth", 1) - 1
    if not connections[0] and flow.get("transport", "tcp") == "tcp":
        return "no packets"
    if "messages" not in flow or flow.get("incomplete") or "tls" in flow.get("layers", []):
        return None
    ways = [join(c[nth]) for c in connections]
    if None in ways:
        return "a hole in a flow that should be whole"
    if ways[0].startswith(b"\r\n\r\n\0\r\nQUIT\n"):             # PROXY protocol, version 2
        ways[0] = ways[0][16 + int.from_bytes(ways[0][14:16], "big"):]
    if flow.get("requests", 1) > 1:                             # the upgrade is not the first request of its connection
        asked = re.search(rb"GET [^\r\n]*\r\n(?:[^\r\n]+\r\n)*?upgrade: *websocket", ways[0], re.IGNORECASE)
        ways = [ways[0][asked.start():], ways[1][ways[1].index(b"HTTP/1.1 101 "):]]
    heads = [way.partition(b"\r\n\r\n") for way in ways]
    if "connect" in flow.get("layers", []):
        heads = [rest.partition(b"\r\n\r\n") for _, _, rest in heads]
    granted = re.search(rb"(?im)^sec-websocket-extensions:(.*)$", heads[1][0])
    parameters = granted.group(1) if granted else b""
    for direction, (_, _, data), word in (("to-server", heads[0], b"client_no_context_takeover"),
                                          ("to-client", heads[1], b"server_no_context_takeover")):
        got = []
        try:
            for op, body in messages(data, word in parameters):
                got.append((op, len(body), hashlib.sha256(body).hexdigest()))
        except zlib.error:
            if not flow.get("illegal"):
                raise
        told = [(m["opcode"], m["length"], m["sha256"]) for m in flow["messages"] if m["direction"] == direction]
        if got[:len(told)] != told if flow.get("illegal") else got != told:
            at = next((i for i, (a, b) in enumerate(zip(got, told)) if a != b), min(len(got), len(told)))
            return f"{direction}: message {at} differs ({len(got)} on the wire, {len(told)} told): {got[at:at + 1]} / {told[at:at + 1]}"
    return None


def main():
    bad = 0
    for capture in sys.argv[1:]:
        truth = re.sub(r"\.(pcap|pcapng)(\.gz|\.zst)?$", "", capture) + ".truth.json"
        if not os.path.exists(truth):
            continue
        flows, seen, told = segments(capture), requests(capture), json.load(open(truth))
        for flow in told:
            problem = check_flow(flow, flows) if flow["client"] else None
            if problem:
                bad += 1
                print(f"{capture}: {flow['client']} > {flow['server']}: {problem}")
            told_requests = flow.get("requests", 1 if "messages" in flow else 0)
            if flow["client"] and "http" in flow.get("layers", []) and "tls" not in flow.get("layers", [])[:2] and flow.get("layers", []).count("http") == 1 and not flow.get("incomplete"):
                got = seen.get((flow["client"], flow["server"]), [0])
                if got[min(flow.get("nth", 1), len(got)) - 1] != told_requests:
                    bad += 1
                    print(f"{capture}: {flow['client']} > {flow['server']}: {got} requests on the wire, {told_requests} told")
        print(f"{os.path.basename(capture)}: {len(told)} flows, {sum(len(f.get('messages', [])) for f in told)} messages")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
