#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""swarm_truth.py LOGDIR NAME.pcap [--udp KIND]: NAME.truth.json of a capture of many peers.

First the endpoints' own logs (*.jsonl, as truth.py reads them; aria2.ADDRESS.log). A connection between two programs that log none of it is what they were told to
do: plan.jsonl says which client runs at which address with which listening port, what its connections open with, and what it selects of an offer;
--udp what all speak between their UDP ports. A connection without a byte is nothing; what nobody vouches for is counted and told.
Of the packets only addresses, ports, sizes and times are read.
"""
import argparse
import glob
import json
import re
import sys

import pcap_flows
import swarm_aria2

LAYERS = {"peer": ["tcp", "bittorrent"], "mse": ["tcp", "mse"], "mse-unanswered": ["tcp", "mse"], "mse-rc4": ["tcp", "mse"], "mse-plain": ["tcp", "mse", "bittorrent"],
          "utp": ["udp", "utp", "bittorrent"], "utp-mse-rc4": ["udp", "utp", "mse"], "utp-mse-plain": ["udp", "utp", "mse", "bittorrent"],
          "utp-mse": ["udp", "utp", "mse"], "dht": ["udp", "bittorrent"], "lsd": ["udp", "bittorrent"], "udp-tracker": ["udp", "bittorrent"],
          "http-tracker": ["tcp", "http", "bittorrent"], "webseed": ["tcp", "http", "bittorrent"], "utp-unanswered": ["udp", "utp"]}
GROUPS = ("239.192.152.143", "[ff15::efc0:988f]")
KEY, PROOF, SELECTION = 96, 56, 14                             # bytes, least
TURNS = 4                                                      # of an encrypted handshake
MANY = 60                                                      # packets: it came to its end
BARE = 40                                                      # bytes: a uTP header, perhaps with an extension
BETTER = ("mse-rc4", "mse-plain")                              # than "mse", which says only that keys were exchanged


def split(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def load_logs(folder):
    told = {}
    for path in sorted(glob.glob(folder + "/*.jsonl")):
        if path.endswith("/plan.jsonl"):
            continue
        for line in open(path):
            entry = json.loads(line)
            key = (entry.get("transport", "tcp"), frozenset((entry["client"], entry["server"])))
            facts = told.setdefault(key, {"requests": 0})
            fact = dict(entry.get("fact", {}))
            if any(facts.get("kind", "").endswith(word) for word in BETTER) and fact.get("kind", "").endswith("mse"):
                for word in ("kind", "layers", "encrypted"):
                    fact.pop(word, None)                       # the other side closed before it had logged what was selected
            if facts.get("kind", "").startswith("webseed"):
                fact = {}                                      # a peer's own log calls its web seed a peer
            if {facts.get("kind"), fact.get("kind")} == {"udp-tracker", "dht"}:
                fact.pop("kind")
            facts.update(fact)
            facts["requests"] += "request" in entry
            facts.setdefault("initiator", entry["client"])
    return told


def load_plan(folder):
    plan = {}
    try:
        for line in open(folder + "/plan.jsonl"):
            entry = json.loads(line)
            plan[entry["at"]] = entry
    except FileNotFoundError:
        pass
    return plan


def from_plan(flow, plan, args):
    client, server = (plan.get(split(end)[0]) for end in (flow.client, flow.server))
    host, port = split(flow.server)
    if flow.proto == pcap_flows.UDP:
        if host in GROUPS:
            return {"kind": "lsd", **({"client_is": client["client"]} if client else {})}
        # Who asks does it from the port where he listens, perhaps of somebody whose port he learnt wrongly; uTP may have a port for each connection.
        mine = client and server and split(flow.client)[1] in client["ports"]
        theirs = args.udp == "utp" and client and server and port in server["ports"]
        if not args.udp or not (mine or theirs):
            return None
        if args.udp == "utp" and not flow.bytes[1]:
            return {"kind": "utp-unanswered", "client_is": client["client"], "server_is": server["client"]}
        kind = args.udp
        if kind == "utp":
            kind = {"peer": "utp", "mse-rc4": "utp-mse-rc4", "mse-plain": "utp-mse-plain", None: None}[agreed(client, server)]
        return {"kind": kind, "client_is": client["client"], "server_is": server["client"]} if kind else None
    if client and server and port in server["ports"]:
        kind = agreed(client, server)
        if kind:
            return {"kind": kind, "client_is": client["client"], "server_is": server["client"]}
    return None


def agreed(client, server):
    """What a connection must be by what the one side was told to open with and to offer, and the other to select; None if that leaves a choice."""
    if client["opens"] == "clear":
        return "peer"
    selected = [word for word in server["selects"].split() if word in client["offers"].split()]
    return "mse-" + selected[0] if client["opens"] == "mse" and selected else None


def describe(flow, facts):
    out = {"client": flow.client, "server": flow.server}
    if flow.proto == pcap_flows.UDP:
        out["transport"] = "udp"
    if flow.nth > 1:
        out["nth"] = flow.nth
    kind = facts["kind"]
    out |= {"app": facts.get("app", "bittorrent"), "layers": facts.get("layers") or LAYERS[kind], "kind": kind, "encrypted": "mse" in kind}
    for word in ("info_hash", "client_is", "server_is", "initiator", "note"):
        if word in facts and not (word == "initiator" and facts[word] == flow.client):
            out[word] = facts[word]
    if "http" in out["layers"] and facts.get("requests"):
        out["requests"] = facts["requests"]
    return out


def judge(flow, told, plan, args):
    transport = "udp" if flow.proto == pcap_flows.UDP else "tcp"
    facts = told.get((transport, frozenset((flow.client, flow.server))))
    if transport == "tcp" and not sum(flow.bytes):
        return {"client": flow.client, "server": flow.server, **({"nth": flow.nth} if flow.nth > 1 else {}), "app": "none", "layers": ["tcp"],
                "note": "a connection without a byte"}
    names = [plan.get(split(end)[0], {}).get("client") for end in (flow.client, flow.server)]
    names = {word: name for word, name in zip(("client_is", "server_is"), names) if name}
    if id(flow) in args.aria2 and not (facts and "kind" in facts):
        facts = {"kind": args.aria2[id(flow)]}
    facts = {**names, **facts} if facts and "kind" in facts else from_plan(flow, plan, args)
    if not facts:
        return None
    if transport == "tcp" and facts["kind"].startswith("mse"):
        facts = shortened(flow, facts)
    if facts["kind"].startswith("utp-mse") and all(p.size <= BARE for p in flow.packets if p.src == flow.server):
        facts = {**facts, "kind": "utp-unanswered", "layers": LAYERS["utp-unanswered"], "note": "acknowledged, and nothing said"}
    return describe(flow, facts)


def shortened(flow, facts):
    """An encrypted handshake that did not get to its end is no encrypted connection, whatever its ends meant to select. What ended it is told by its turns:
    a key, the other's, a proof, the selection."""
    kind, note = how_far(flow)
    return {**facts, "kind": kind, "layers": LAYERS[kind], "note": note} if kind else facts


def how_far(flow):
    """Of a flow that was to be encrypted: (None, None) if it came to a selection, else what it is called, and why."""
    if min(flow.bytes) < KEY:
        return "mse-unanswered", "a key that was not answered"
    if flow.bytes[0] < KEY + PROOF or flow.bytes[1] < KEY + SELECTION or len(flow.packets) < MANY and len(pcap_flows.turns(flow)) < TURNS:
        return "mse", "an encrypted handshake that ended early"
    return None, None


def from_aria2(folder, flows, plan):
    told = {}
    for at, entry in plan.items():
        if entry["client"].startswith("aria2"):
            for path in glob.glob(f"{folder}/aria2.{at.strip('[]').replace(':', '-')}.log"):
                told |= swarm_aria2.tell(path, at, [f for f in flows if f.proto == pcap_flows.TCP and at in (split(f.client)[0], split(f.server)[0])])
    return told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("logs")
    parser.add_argument("capture")
    parser.add_argument("--udp", choices=["dht", "utp"])
    args = parser.parse_args()
    told, plan = load_logs(args.logs), load_plan(args.logs)
    flows = pcap_flows.flows(pcap_flows.packets(args.capture)[1])
    args.aria2 = from_aria2(args.logs, flows, plan)
    truth, unknown, counts = [], [], {}
    for flow in flows:
        entry = judge(flow, told, plan, args)
        if not entry:
            unknown.append(f"{flow.client} > {flow.server}")
            continue
        entry["start"] = round(flow.packets[0].time, 6)
        entry["packets"] = len(flow.packets)
        entry["sizes"] = flow.bytes
        counts[entry.get("kind", "nothing")] = counts.get(entry.get("kind", "nothing"), 0) + 1
        truth.append(entry)
    for line in unknown[:10]:
        print(f"nobody vouches for {line}", file=sys.stderr)
    print(f"{args.capture}: {counts}, {len(unknown)} that nobody vouches for", file=sys.stderr)
    with open(re.sub(r"\.pcap$", "", args.capture) + ".truth.json", "w") as out:
        out.write("[\n" + ",\n".join(" " + json.dumps(entry, ensure_ascii=False) for entry in truth) + "\n]\n")


if __name__ == "__main__":
    main()
