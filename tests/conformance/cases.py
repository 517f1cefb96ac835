# SPDX-License-Identifier: MIT
"""The cases' truth, what is expected of each, and what portwarden says of each flow."""
import json
import re
import subprocess
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAYS = ("to-server", "to-client")
OPCODES = {"continuation": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}


class Rule:
    """One line of autobahn.expect."""
    def __init__(self, pattern, code, anomalies, why, line=0):
        self.pattern, self.code, self.why, self.line, self.used = pattern, int(code) if code != "-" else None, why, line, False
        self.anomalies = set() if anomalies == "none" else set(anomalies.split(","))
        self.legal = not self.anomalies
        self.others = dict(re.findall(r"(\w+):(\w+|-)", why[why.find("["):])) if "[" in why else {}

    def code_of(self, library):
        """The close code that this library answered with; None: none; "any": not a question of the rules."""
        other = self.others.get(library.split()[0])
        if other is not None:
            return None if other == "-" else int(other)
        return self.code if self.code else "any"


LEGAL = Rule("", "-", "none", "legal")


class Rules:
    def __init__(self):
        self.rules = []
        for number, line in enumerate((ROOT / "tests/conformance/autobahn.expect").read_text().splitlines()):
            if line and not line.startswith("#"):
                self.rules.append(Rule(*line.split(None, 3), number))

    def of(self, number):
        for rule in self.rules:
            if fnmatchcase(number, rule.pattern):
                rule.used = True
                return rule
        return LEGAL

    def unused(self):
        return [rule.pattern for rule in self.rules if not rule.used]


def messages(case, way):
    """The server of a legal case echoes all that the client says, its close frame too."""
    logged = case["messages"][way]
    return case["messages"]["to-server"] if logged == "echo" else logged


class Flow:
    def __init__(self):
        self.frames, self.messages = {way: [] for way in WAYS}, {way: [] for way in WAYS}
        self.anomalies, self.close_codes, self.layers = [], [], []

    def add(self, event, way):
        own = event.get("portwarden", {})
        if event["event_type"] == "websocket_frame":
            opcode = event["websocket"]["opcode"]
            code = OPCODES[opcode] if opcode in OPCODES else int(opcode.removeprefix("unknown-"))
            first = event["websocket"]["fin"] << 7 | own["rsv"] << 4 | code
            self.frames[way].append((f"{first:02x}", own["length"], own["masked"]))
        elif event["event_type"] == "websocket":
            self.messages[way].append([event["websocket"]["opcode"], own["length"], own.get("sha256")])
        elif event["event_type"] == "anomaly":
            self.anomalies.append(event["anomaly"]["event"])
            self.close_codes.append(own.get("close_code"))
        elif event["event_type"] == "flow":
            self.layers = own["layers"]


def end(event, which):
    return f"{event[which + '_ip']}:{event[which + '_port']}"


def flows(program, captures):
    """{(case, server): Flow}: the case is in the path. The server's port is below 10000, the client's is not."""
    command = [program, "analyze", "-q", "--eve", "-", "--frames", "--payload", "base64", "--payload-limit", "1", *map(str, captures)]
    found, names = defaultdict(Flow), {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            event = json.loads(line)
            if "flow_id" not in event:
                continue
            way = "to-server" if event["dest_port"] < 10000 else "to-client"
            found[event["flow_id"]].add(event, way)
            if event["event_type"] == "websocket_handshake":
                names[event["flow_id"]] = (event["portwarden"]["path"].split("/")[-1].split("?")[0], end(event, "dest"))
    if run.returncode != 0:
        raise SystemExit(f"FAILED {command[0]}: exit {run.returncode}")
    return {names.get(flow_id, (flow_id, "no handshake")): flow for flow_id, flow in found.items()}
