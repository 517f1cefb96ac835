# SPDX-License-Identifier: MIT
"""The endpoints' log: one JSON object a line, into $LAB_LOG/NAME.jsonl. truth.py joins the lines of a flow.

An endpoint says who the flow is ("client", "server"; both "address:port") and what it sent and received itself.
"""
import hashlib
import json
import os
import sys

OUT = open(os.path.join(os.environ.get("LAB_LOG", "."),
                        f"{os.path.basename(sys.argv[0] or 'python')}.{os.getpid()}.jsonl"), "a", buffering=1)


def name(address):
    """A socket address as address:port, IPv6 in brackets."""
    host, port = address[0], address[1]
    if host.startswith("::ffff:"):
        host = host[7:]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Flow:
    def __init__(self, client, server, by, nth=None, transport=None, **facts):
        self.key = {"client": client if isinstance(client, str) else name(client),
                    "server": server if isinstance(server, str) else name(server), "by": by}
        if nth:
            self.key["nth"] = nth                              # the nth connection of these two addresses and ports
        if transport:
            self.key["transport"] = transport
        self.fact(**facts)

    def fact(self, **facts):
        OUT.write(json.dumps({**self.key, "fact": facts}) + "\n")

    def message(self, direction, opcode, payload, **more):
        if isinstance(payload, str):
            payload = payload.encode()
        OUT.write(json.dumps({**self.key, "message": {
            "direction": direction, "opcode": opcode, "length": len(payload),
            "sha256": hashlib.sha256(payload).hexdigest(), **more}}) + "\n")

    def request(self, **request):
        OUT.write(json.dumps({**self.key, "request": request}) + "\n")
