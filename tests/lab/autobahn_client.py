#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""autobahn_client.py call frames|load|load-full ADDRESS PORT | truth NAME.cases.json LOGDIR...: the client of the cases in autobahn_cases.py.

One connection a case, one after the other; the frames are written by hand, and every one that left is logged. What comes back is read with
a reader of ten lines, so that the client's log knows what the server sent. "truth" joins the logs of the two ends; they must agree.
"call" takes a pattern for the case numbers, too.
"""
import base64
import itertools
import json
import re
import select
import socket
import sys
import time
import zlib

import autobahn_cases as cases
from autobahn_cases import CLOSE, CONT, PING, Chopped, Frame, Message, Turn, Wait
from autobahn_log import Log

PATIENCE = 1.0                                                 # seconds without a byte, and the client leaves
PORTS = itertools.count(20001)                                 # each case has a port of its own
KEYS = [bytes.fromhex(key) for key in ("37fa213d", "c4d2e96b", "5e0f8871")]


class Inflater:
    def __init__(self, extensions, side):
        self.on = "permessage-deflate" in extensions
        self.fresh = side + "_no_context_takeover" in extensions
        self.stream, self.window = None, b""

    def message(self, payload):
        """A final block (BFINAL) ends a DEFLATE stream, not the window (RFC 7692 s7.1.1): the next stream begins with it."""
        if self.stream is None or self.fresh:
            self.stream, self.window = zlib.decompressobj(-15), b""
        whole, left = b"", payload + b"\0\0\xff\xff"
        while left:
            whole += self.stream.decompress(left)
            self.window = (self.window + whole)[-32768:]
            left = self.stream.unused_data
            if self.stream.eof:
                self.stream = zlib.decompressobj(-15, zdict=self.window)
        return whole


class Deflater:
    def __init__(self, extensions, huffman):
        bits = re.search(r"client_max_window_bits=(\d+)", extensions)
        self.on = "permessage-deflate" in extensions
        self.fresh = "client_no_context_takeover" in extensions
        self.bits = max(9, int(bits[1])) if bits else 15
        self.strategy = zlib.Z_HUFFMAN_ONLY if huffman else zlib.Z_DEFAULT_STRATEGY
        self.packer = None

    def message(self, payload):
        if self.packer is None or self.fresh:
            self.packer = zlib.compressobj(6, zlib.DEFLATED, -self.bits, 8, self.strategy)
        return cases.pack(payload, self.packer) if payload else b"\0"


class Joiner:
    """Frames of one direction into messages. What breaks the rules is no message."""
    def __init__(self, inflater, log, way):
        self.inflater, self.log, self.way, self.opcode, self.parts, self.packed = inflater, log, way, None, [], False

    def frame(self, first, payload):
        opcode, fin, rsv = first & 15, first >> 7, first >> 4 & 7
        if opcode > 7:
            if opcode in (8, 9, 10) and fin and not rsv:
                self.log.message(self.way, opcode, payload)
            return
        if bool(opcode) == (self.opcode is not None) or opcode > 2 or (rsv and not (rsv == 4 and self.inflater.on and opcode)):
            return
        if opcode:
            self.opcode, self.parts, self.packed = opcode, [], bool(rsv)
        self.parts.append(payload)
        if fin:
            self.whole(b"".join(self.parts))
            self.opcode = None

    def whole(self, payload):
        try:
            payload = self.inflater.message(payload) if self.packed else payload
            if self.opcode == 1:
                payload.decode()
        except (zlib.error, UnicodeDecodeError):
            return
        self.log.message(self.way, self.opcode, payload)


class Client:
    def __init__(self, case, address, port):
        self.case, self.sock = case, socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind(("", next(PORTS)))
        self.sock.connect((address, port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.log = Log("client", case.number, client="%s:%d" % self.sock.getsockname(), server="%s:%d" % self.sock.getpeername())
        self.sent = self.owed = self.back = 0
        self.out, self.got, self.at = bytearray(), bytearray(), 0
        self.closed = self.ended = self.gone = False           # our close frame is out; the server says no more; nor does it listen
        self.answer = None                                     # a close frame that is to be answered, when the frame in hand is written
        self.shake_hands(address, port)
        self.deflater = Deflater(self.extensions, case.huffman)
        self.to_server = Joiner(Inflater(self.extensions, "client"), self.log, "to-server")
        self.to_client = Joiner(Inflater(self.extensions, "server"), self.log, "to-client")

    def shake_hands(self, address, port):
        offer = f"Sec-WebSocket-Extensions: {self.case.offer}\r\n" if self.case.offer else ""
        key = base64.b64encode(f"case {self.case.number:>11}".encode()).decode()
        self.sock.sendall((f"GET {self.case.path()} HTTP/1.1\r\nHost: {address}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{offer}\r\n").encode())
        while b"\r\n\r\n" not in self.got:
            data = self.sock.recv(65536)
            if not data:
                sys.exit(f"{self.case.number}: no answer")
            self.got += data
        head, _, rest = self.got.partition(b"\r\n\r\n")
        if b" 101 " not in head.splitlines()[0]:
            sys.exit(f"{self.case.number}: {head}")
        answer = re.search(rb"(?im)^sec-websocket-extensions: *(.*?)\r?$", head)
        self.extensions = answer[1].decode() if answer else ""
        self.got = bytearray(rest)
        self.log.row["extensions"] = self.extensions

    # What goes out

    def write(self, data):
        """All of it, reading meanwhile: the echo of a large message must not block both ends."""
        view = memoryview(data)
        while view and not self.gone:
            readable, writable, _ = select.select([] if self.ended else [self.sock], [self.sock], [], PATIENCE)
            try:
                if readable:
                    self.read()
                if writable:
                    view = view[self.sock.send(view[:1 << 18]):]
            except OSError:
                self.gone = self.ended = True
            self.gone |= not readable and not writable

    def put(self, data):
        """In the case's own pieces."""
        if self.case.write == "together":
            self.out += data
        elif self.case.write == "frames":
            self.write(data)
        else:
            step = 1 if self.case.write == "octets" else self.case.write
            for at in range(0, len(data), step):
                self.write(data[at:at + step])

    def frame(self, frame, put=True):
        key = KEYS[self.sent % len(KEYS)]
        self.sent += 1
        wire = frame.wire(key)
        if put:
            self.put(wire)
        if self.gone:                                          # nobody can say how much of it went out
            return b""
        if frame.length < 0:                                   # a length that may not be is no frame, and no message
            self.log.frame("to-server", frame.first_byte(), len(frame.payload), frame.key is not None)
            self.to_server.frame(frame.first_byte(), frame.payload)
            self.owed += frame.opcode == PING or (frame.fin and frame.opcode < 3)
        self.closed |= frame.opcode == CLOSE
        return wire

    def message(self, message):
        packed = self.deflater.on and not message.plain
        payload = self.deflater.message(message.payload) if packed else message.payload
        step = message.fragment or max(1, len(payload))
        for at in range(0, max(1, len(payload)), step):
            self.frame(Frame(CONT if at else message.opcode, payload[at:at + step], at + step >= len(payload), 4 if packed and not at else 0))

    def flush(self):
        out, self.out = self.out, bytearray()
        self.write(out)

    # What comes in

    def read(self):
        data = self.sock.recv(1 << 18)
        if not data:
            self.ended = True
        self.got += data
        self.take()

    def take(self):
        while self.one_frame():
            pass
        del self.got[:self.at]
        self.at = 0

    def one_frame(self):
        at, got = self.at, self.got
        if len(got) < at + 2:
            return False
        length, head = got[at + 1] & 127, 2
        if length > 125:
            size = 2 if length == 126 else 8
            if len(got) < at + 2 + size:
                return False
            length, head = int.from_bytes(got[at + 2:at + 2 + size], "big"), 2 + size
        key = got[at + head:at + head + 4] if got[at + 1] & 128 else None
        head += 4 if key else 0
        if len(got) < at + head + length:
            return False
        payload, first = bytes(got[at + head:at + head + length]), got[at]
        self.at = at + head + length
        self.log.frame("to-client", first, length, key is not None)
        self.to_client.frame(first, cases.mask(payload, key) if key else payload)
        self.back += first >> 7 and first & 15 in (0, 1, 2, 10)
        if first & 15 == CLOSE and not self.closed:
            self.answer = payload[:2] if "say" not in self.case.query else b""
        return True

    def answer_close(self):
        """Only between frames. After it nothing more is said."""
        if self.answer is None or self.closed or self.gone:
            return False
        self.case.write = "frames"
        self.frame(Frame(CLOSE, self.answer))
        return True

    def wait(self, until, seconds):
        """Reads until something is so, or nothing has come for so long."""
        while not self.ended and not until():
            try:
                if not select.select([self.sock], [], [], seconds)[0]:
                    return
                self.read()
            except OSError:
                self.gone = self.ended = True

    def play(self):
        self.take()                                            # what came together with the 101
        for step in self.case.steps() if callable(self.case.steps) else self.case.steps:
            self.step(step)
            if self.answer_close():
                break
        self.flush()
        if self.case.closes and self.answer is None:
            self.wait(lambda: self.back >= self.owed, 60)
            self.case.write = "frames"
            self.frame(cases.close())
        self.wait(lambda: self.answer is not None, PATIENCE)
        self.answer_close()
        self.wait(lambda: False, PATIENCE)
        self.sock.close()
        self.log.end(offer=self.case.offer)

    def step(self, step):
        if isinstance(step, Turn):
            self.flush()
            self.wait(lambda: self.back >= self.owed or self.answer is not None, 60)
        elif isinstance(step, Wait):
            self.flush()
            end = time.monotonic() + step.seconds
            self.wait(lambda: time.monotonic() > end, step.seconds)
        elif isinstance(step, Message):
            self.message(step)
        elif isinstance(step, Chopped):
            self.chopped(step)
        else:
            self.frame(step)

    def chopped(self, step):
        wire, start = self.frame(step.frame, put=False), 0
        for cut in [*step.cuts, len(wire)]:
            self.write(wire[start:cut])
            start = cut
            self.wait(lambda: False, 0.2)


def call(which, address, port, only=""):
    chosen = cases.frames_cases() if which == "frames" else cases.load_cases(cases.FULL if which == "load-full" else cases.SMALL)
    for case in chosen:
        if re.match(only, case.number):
            Client(case, address, int(port)).play()


def begins_with(whole, start):
    return flat(whole)[:len(flat(start))] == flat(start)


def flat(frames):
    return [frame[:3] for frame in frames for _ in range(frame[3])] if frames and len(frames[0]) == 4 else frames


def data_of(messages):
    return [message for message in messages if message[0] in ("text", "binary")]


def joined(client, server):
    """One case. What the client says it sent went on the wire; what it says it got came from there. The server's log agrees, as far as the
    server took what came (after its own close it takes no more) and as far as its last words left it before it dropped the connection."""
    number = client["case"]
    row = {"case": number, "library": server["library"], **{key: client[key] for key in ("client", "server", "offer", "extensions", "frames")}}
    said, taken = client["messages"]["to-server"], server["messages"]["to-server"]
    sent, got = server["messages"]["to-client"], client["messages"]["to-client"]
    for what, whole, start in (("frames", server["frames"]["to-client"], client["frames"]["to-client"]), ("messages", sent, got)):
        if not begins_with(whole, start) and not (what == "messages" and "x.14" in number):
            sys.exit(f"{number}: {what}: the server sent {whole[:9]}, the client got {start[:9]}")
    row["messages"] = {"to-server": said, "to-client": "echo" if got == said else got}
    if data_of(said) != data_of(taken):
        row["taken"] = data_of(taken)                          # what the server made of it, where that is something else
    row["close"] = {"client": client.get("close", {}).get("to-server", "none"), "server": client.get("close", {}).get("to-client", "none")}
    return row


def truth(target, *folders):
    rows = []
    for folder in folders:
        ends = {}
        for end in ("client", "server"):
            with open(f"{folder}/autobahn.{end}.jsonl", encoding="utf-8") as lines:
                ends[end] = {row["case"]: row for row in map(json.loads, lines)}
        if ends["client"].keys() != ends["server"].keys():
            sys.exit(f"{folder}: cases that only one end knows: {sorted(ends['client'].keys() ^ ends['server'].keys())}")
        rows += [joined(ends["client"][number], ends["server"][number]) for number in ends["client"]]
    with open(target, "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")


if __name__ == "__main__":
    {"call": call, "truth": truth}[sys.argv[1]](*sys.argv[2:])
