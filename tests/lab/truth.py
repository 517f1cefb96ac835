#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""truth.py LOGDIR NAME.truth.json [NAME.pcap] | --reformat NAME.truth.json: join the endpoints' logs into one truth file.

Where both endpoints logged a flow's messages, they must agree; a difference ends the run. With a capture, every flow of the
truth must have packets in it (addresses and ports are all that is read), and flows that nobody vouches for are listed.
"""
import glob
import json
import subprocess
import sys


def load(folder):
    flows = {}
    for path in sorted(glob.glob(folder + "/*.jsonl")):
        for line in open(path):
            if not line.strip():
                continue
            entry = json.loads(line)
            flow = flows.setdefault((entry.get("client"), entry["server"], entry.get("transport", "tcp"), entry.get("nth")),
                                    {"defaults": {}, "facts": {}, "messages": {}, "requests": {}})
            by = entry.get("by", "client")
            flow["facts"].update(entry.get("fact", {}))
            for word, value in entry.get("default", {}).items():
                flow["defaults"][word] = value
            if "message" in entry:
                flow["messages"].setdefault(by, []).append(entry["message"])
            if "request" in entry:
                flow["requests"].setdefault(by, []).append(entry["request"])
    return flows


def one_way(messages, direction):
    return [(m["opcode"], m["length"], m["sha256"]) for m in messages if m["direction"] == direction]


def agree(key, sides):
    """Both endpoints' lists, direction by direction. An endpoint may have left before the other's last words."""
    if len(sides) < 2:
        return
    for direction in ("to-server", "to-client"):
        a, b = (one_way(side, direction) for side in sides.values())
        control = {"ping", "pong", "close"}
        if {m[0] for m in a} & control != {m[0] for m in b} & control:      # one of the libraries hides its control frames
            a, b = ([m for m in side if m[0] not in control] for side in (a, b))
        if a != b and a[:len(b)] != b and b[:len(a)] != a:
            sys.exit(f"{key}: the endpoints disagree {direction}:\n  {a}\n  {b}")


def build(key, flow):
    client, server, transport, nth = key
    out = {"client": client, "server": server}
    if transport != "tcp":
        out["transport"] = transport
    if nth:
        out["nth"] = nth
    out.update(flow["facts"] if "app" in flow["facts"] else {**flow["defaults"], **flow["facts"]})
    agree(key, flow["messages"])
    if flow["messages"]:
        out["messages"] = max(flow["messages"].values(), key=lambda side: (len(side), sum("rtt_ms" in m for m in side)))
    if flow["requests"]:
        requests = max(flow["requests"].values(), key=len)
        for request in requests:
            if request.pop("upgrade", "").lower() == "websocket" and request["status"] != 101:
                out.setdefault("ladder", "refused")
        out["requests"] = len(requests)
        out["http"] = requests
    return out


def seen(capture):
    """The (client, server) pairs of a capture as "address:port", by SYN; UDP by first packet."""
    fields = ["ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.flags.syn", "tcp.flags.ack"]
    command = ["tshark", "-nr", capture, "-Y", "tcp", "-T", "fields", "-E", "occurrence=l"]
    for field in fields:
        command += ["-e", field]
    pairs, firsts = set(), set()
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        s4, s6, sport, d4, d6, dport, syn, ack = (line.split("\t") + [""] * 8)[:8]
        src = f"{s4}:{sport}" if s4 else f"[{s6}]:{sport}"
        dst = f"{d4}:{dport}" if d4 else f"[{d6}]:{dport}"
        pairs |= {(src, dst)}
        if syn in ("1", "True") and ack in ("0", "False", ""):
            firsts |= {(src, dst)}
    return pairs, firsts


def first_words(truth, capture):
    """Over UDP the client is who spoke first. A peer's own log may see that the other way round (it opened the uTP inside)."""
    fields = [word for field in ("ip.src", "udp.srcport", "ip.dst", "udp.dstport") for word in ("-e", field)]
    lines = subprocess.run(["tshark", "-nr", capture, "-Y", "udp && ip", "-T", "fields", "-E", "occurrence=l", *fields],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    order = {}
    for number, line in enumerate(lines):
        src, sport, dst, dport = line.split("\t")
        order.setdefault((f"{src}:{sport}", f"{dst}:{dport}"), number)
    for flow in truth:
        pair = flow["client"], flow["server"]
        if flow.get("transport") == "udp" and order.get(pair[::-1], len(lines)) < order.get(pair, len(lines)):
            flow["client"], flow["server"] = pair[::-1]


def main():
    folder, target, capture = (sys.argv + [""])[1:4]
    if folder == "--reformat":
        return write(json.load(open(target)), target)
    truth = [build(key, flow) for key, flow in load(folder).items()]
    truth.sort(key=lambda flow: (flow["server"], flow["client"] or "", flow.get("nth", 1)))
    if capture:
        pairs, firsts = seen(capture)
        for flow in truth:
            if flow.get("transport", "tcp") == "tcp" and flow["client"] and (flow["client"], flow["server"]) not in pairs:
                sys.exit(f"no packet of {flow['client']} > {flow['server']} in {capture}")
        first_words(truth, capture)
        known = {(flow["client"], flow["server"]) for flow in truth}
        for client, server in sorted(firsts - known):
            if (None, server) not in known:
                print(f"nobody vouches for {client} > {server}", file=sys.stderr)
    for flow in truth:
        if "app" not in flow:
            sys.exit(f"{flow['client']} > {flow['server']}: no app")
    return write(truth, target)


def write(truth, target):
    with open(target, "w") as out:
        out.write("[\n" + ",\n".join(render(flow) for flow in truth) + "\n]\n")


def render(flow):
    """One line a flow, one line a message: short to read and to diff."""
    lists = {"messages": flow.pop("messages", None), "http": flow.pop("http", None)}
    text = json.dumps(flow, ensure_ascii=False)
    for word, rows in lists.items():
        if rows is not None:
            body = ",\n".join("   " + json.dumps(row, ensure_ascii=False) for row in rows)
            text = f'{text[:-1]},\n  "{word}": [\n{body}]}}'
    return " " + text


main()
