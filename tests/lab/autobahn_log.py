# SPDX-License-Identifier: MIT
"""What one end of one case logs: every frame (first byte, length, mask), every message (opcode, length, SHA-256), in order for
each direction. One line of JSON a connection, into $LAB_LOG/autobahn.END.jsonl."""
import hashlib
import json
import os

OPCODES = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
WAYS = ("to-server", "to-client")


class Log:
    def __init__(self, end, case, **facts):
        self.end_name = end
        self.row = {"case": case, **facts, "frames": {way: [] for way in WAYS}, "messages": {way: [] for way in WAYS}}

    def frame(self, way, first, length, masked):
        """Alike frames in a row are one entry with a count."""
        entry, frames = [f"{first:02x}", length, masked], self.row["frames"][way]
        if frames and frames[-1][:3] == entry:
            frames[-1][3] += 1
        else:
            frames.append([*entry, 1])

    def message(self, way, opcode, payload):
        self.row["messages"][way].append([OPCODES[opcode], len(payload), hashlib.sha256(payload).hexdigest()])
        if opcode == 8:
            # The first close frame of a direction is the one that counts.
            self.row.setdefault("close", {}).setdefault(way, int.from_bytes(payload[:2], "big") if len(payload) > 1 else None)

    def end(self, **facts):
        self.row.update(facts)
        with open(os.path.join(os.environ.get("LAB_LOG", "."), f"autobahn.{self.end_name}.jsonl"), "a", encoding="utf-8") as out:
            out.write(json.dumps(self.row) + "\n")
