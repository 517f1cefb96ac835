# SPDX-License-Identifier: MIT
"""What tshark says of each flow of a capture: frames, messages, and its remarks (expert information) about WebSocket."""
import hashlib
import re
import subprocess
from collections import defaultdict

from cases import WAYS

FIELD = re.compile(r'<field name="([\w.]*)"(?: showname="([^"]*)")?.*? show="([^"]*)"(?: value="([0-9a-f]*)")?', re.DOTALL)
PROTO = re.compile(r'<proto name="([\w.]+)"')
# A message's payload, unmasked, put together and inflated; a text stands in the first, binary in the second.
PAYLOADS = ("websocket.payload.text", "data.data", "websocket.payload.ping", "websocket.payload.pong")
REMARKS = ("Decompression failed", "Dissector for Websocket Opcode", "Malformed")


def version():
    first = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    return first.split()[2].rstrip(".")


class Seen:
    def __init__(self):
        self.frames, self.messages, self.remarks = {way: [] for way in WAYS}, {way: [] for way in WAYS}, set()


class Packet:
    """One packet of PDML, line by line."""
    def __init__(self):
        self.ends, self.frames, self.messages, self.remarks, self.close = {}, [], [], set(), ""

    def proto(self, name):
        self.end_close()
        if name == "websocket":
            self.frames.append({})

    def field(self, name, label, show, value):
        word = name.removeprefix("websocket.")
        if name in ("ip.src", "ip.dst", "tcp.srcport", "tcp.dstport"):
            self.ends[name] = show
        elif word in ("fin", "rsv", "opcode", "mask", "payload_length", "payload_length_ext_16", "payload_length_ext_64") and self.frames:
            self.frames[-1][word] = int(show, 0)
        elif name in PAYLOADS and value:
            self.messages.append(value)
        elif word in ("payload.close.status_code", "payload.close.reason"):
            self.close += value or ""
        self.remarks |= {remark for remark in REMARKS if remark in show or remark in (label or "")}

    def end_close(self):
        if self.close:
            self.messages.append(self.close)
        self.close = ""

    def told(self, found):
        self.end_close()
        ends = [f"{self.ends['ip.' + end]}:{self.ends['tcp.' + end + 'port']}" for end in ("src", "dst")]
        way = "to-server" if int(self.ends["tcp.dstport"]) < 10000 else "to-client"
        seen = found[tuple(ends if way == "to-server" else ends[::-1])]
        seen.frames[way] += [frame_of(f) for f in self.frames if "opcode" in f]
        seen.messages[way] += [hashlib.sha256(bytes.fromhex(m)).hexdigest() for m in self.messages]
        seen.remarks |= self.remarks


def frame_of(f):
    length = f.get("payload_length", 0)
    length = f.get("payload_length_ext_16", length) if length == 126 else f.get("payload_length_ext_64", length) if length == 127 else length
    return f"{f['fin'] << 7 | f['rsv'] << 4 | f['opcode']:02x}", length, bool(f["mask"])


def whole_tags(lines):
    """A text with line ends in it is an attribute of several lines; its own ">" is escaped."""
    tag = ""
    for line in lines:
        tag += line
        if "<" not in tag or line.rstrip("\n").endswith(">"):
            yield tag
            tag = ""


def flows(capture):
    command = ["tshark", "-nr", str(capture), "-Y", "websocket", "-T", "pdml", "-J", "ip tcp websocket data _ws.malformed",
               "-o", "tcp.reassemble_out_of_order:TRUE", "-o", "http.tcp.port:0-65535"]
    found, packet = defaultdict(Seen), Packet()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        for line in whole_tags(run.stdout):
            if "<field " in line:
                match = FIELD.search(line)
                if match:
                    packet.field(*match.groups())
            elif "<proto " in line:
                match = PROTO.search(line)
                if match:
                    packet.proto(match[1])
            elif "</packet>" in line:
                packet.told(found)
                packet = Packet()
    if run.returncode != 0:
        raise SystemExit(f"FAILED {command[0]}: exit {run.returncode}")
    return found
