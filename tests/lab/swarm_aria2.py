# SPDX-License-Identifier: MIT
"""What aria2 logged of its connections (--log-level=debug): when, with whom, who opened it, which handshake, what was selected."""
import re
from datetime import datetime

LINE = re.compile(r"^(\S+ \S+) \[\w+\] \[(\w+)\.cc:\d+\] (?:CUID#(\d+) - )?(.*)$")


class Connection:
    def __init__(self, when, remote, incoming):
        self.when, self.remote, self.incoming = when, remote, incoming
        self.keys, self.selected, self.hands = False, None, False

    @property
    def kind(self):
        if self.keys:
            return {None: "mse", "plaintext": "mse-plain", "ARC4": "mse-rc4"}[self.selected]
        return "peer" if self.hands else None

    def hear(self, text):
        if "Sending public key" in text or "DH initialized" in text:
            self.keys = True
        elif text.startswith(("peer prefers", "peer provides")):
            self.selected = text.rstrip(".").rsplit(" ", 1)[1]
        elif " handshake peerId=" in text:
            self.hands = True


def connections(path):
    out, running, accepted = [], {}, None
    for line in open(path, errors="replace"):
        found = LINE.match(line)
        if not found:
            continue
        stamp, source, cuid, text = found.groups()
        if source == "PeerListenCommand" and text.startswith("Accepted the connection from "):
            accepted = text.rsplit(" ", 1)[1].rstrip(".")
        elif source == "PeerListenCommand" and text.startswith("Added CUID#") and accepted:
            running[text.split("#")[1].split()[0]] = Connection(moment(stamp), accepted, True)
            out.append(running[text.split("#")[1].split()[0]])
            accepted = None
        elif source == "PeerInitiateConnectionCommand" and text.startswith("Connecting to "):
            running[cuid] = Connection(moment(stamp), text.rsplit(" ", 1)[1].rstrip("."), False)
            out.append(running[cuid])
        elif cuid in running:
            running[cuid].hear(text)
    return out


def moment(stamp):
    return datetime.fromisoformat(stamp).timestamp()


def bracketed(endpoint):
    host, port = endpoint.rsplit(":", 1)
    host = host.strip("[]").removeprefix("::ffff:")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def tell(path, address, flows):
    """{flow: kind} of aria2 at that address. Its log has both ports of a connection that came in; of one that it opened, only the other's: the nth that it
    opened to a place is the nth SYN that went there."""
    told, opened = {}, {}
    by_ends = {(f.client, f.server): f for f in flows}
    for connection in connections(path):
        remote = bracketed(connection.remote)
        if connection.incoming:
            for (client, server), flow in by_ends.items():
                if client == remote and server.rsplit(":", 1)[0] == address:
                    told[id(flow)] = connection.kind
        else:
            opened.setdefault(remote, []).append(connection)
    for remote, calls in opened.items():
        for flow in (f for f in flows if f.server == remote and f.client.rsplit(":", 1)[0] == address):
            while calls and calls[0].when < flow.packets[0].time - 0.5:
                calls.pop(0)                                   # no SYN came of it
            if calls and calls[0].when < flow.packets[0].time + 0.2:
                told[id(flow)] = calls.pop(0).kind
    return {flow: kind for flow, kind in told.items() if kind}
