#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a real kernel's application reads of overlapping bytes, and what portwarden does.

overlap.py send PCAP TRUTH [COUNT]            makes the two files, in a network namespace of its own
overlap.py compare PCAP TRUTH PORTWARDEN      the same? Segments that touch are counted, not judged

The other end of a TUN device is this program: it writes each packet of its connections by hand, so that no kernel of its own gets in
between, and the server's socket is the kernel's. Each connection upgrades to WebSocket and sends one text message whose bytes are
disputed: by segments (the seven ways in which two can lie to each other, then COUNT sets by chance), or by fragments of the segment
that carries them; what the kernel drops comes again, whole, as "!". PCAP has the packets of both directions, TRUTH what was read, by
the client's port.
"""
import base64
import collections
import fcntl
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

HOST, PEER, PORT = "10.99.0.1", "10.99.0.2", 8080
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
LENGTH = 240  # bytes of each message
HEADER = struct.pack(">BBHI", 0x81, 0xfe, LENGTH, 0)  # RFC 6455 s5.2, a mask of zeros
REQUEST = (b"GET /overlap HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
ANSWER = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")  # the sample of RFC 6455 s1.3


def checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff - total


class Wire:
    """The TUN device, and the capture of what passes."""

    def __init__(self, path):
        self.ip_id = 0  # what a dropped datagram leaves behind must not meet the next
        self.tun = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.tun, 0x400454ca, struct.pack("16sH22x", b"pw0", 0x1001))  # TUNSETIFF: IFF_TUN | IFF_NO_PI
        for command in (f"addr add {HOST}/24 dev pw0", "link set pw0 up", "link set lo up"):
            subprocess.run(["ip", *command.split()], check=True)
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))

    def note(self, packet):
        now = time.time_ns() // 1000
        self.file.write(struct.pack("<IIII", now // 1000000, now % 1000000, len(packet), len(packet)) + packet)

    def send(self, packet):
        self.note(packet)
        os.write(self.tun, packet)

    def receive(self, seconds):
        while select.select([self.tun], [], [], seconds)[0]:
            packet = os.read(self.tun, 65535)
            if packet[0] >> 4 == 4 and packet[9] == 6:
                self.note(packet)
                return packet
        return None


class Connection:
    def __init__(self, wire, server, port):
        self.wire, self.port, self.isn, self.ack = wire, port, random.getrandbits(32), 0
        self.send(SYN, -1)
        self.ack = struct.unpack(">I", self.hear(lambda p: p[33] & SYN)[24:28])[0] + 1
        self.send(ACK, 0)
        self.app = server.accept()[0]
        self.send(ACK | PSH, 0, REQUEST)
        self.app.settimeout(5)
        got = b""
        while len(got) < len(REQUEST):
            got += self.app.recv(4096)
        self.app.sendall(ANSWER)
        self.hear(lambda p: len(p) > 40 + len(ANSWER) - 1)
        self.ack += len(ANSWER)
        self.start = len(REQUEST)
        self.send(ACK, self.start)

    def hear(self, wanted):
        while True:
            packet = self.wire.receive(5)
            if packet is None:
                raise TimeoutError(f"port {self.port}: the kernel is silent")
            if struct.unpack(">H", packet[22:24])[0] == self.port and wanted(packet):
                return packet

    def segment(self, flags, at, data=b""):
        head = struct.pack(">HHIIBBHHH", self.port, PORT, (self.isn + 1 + at) & 0xffffffff, self.ack & 0xffffffff, 0x50, flags, 64000, 0, 0)
        pseudo = socket.inet_aton(PEER) + socket.inet_aton(HOST) + struct.pack(">BBH", 0, 6, len(head) + len(data))
        return head[:16] + struct.pack(">H", checksum(pseudo + head + data)) + head[18:] + data

    def packet(self, payload, offset=0, more=False):
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), self.wire.ip_id, offset // 8 | (0x2000 if more else 0), 64, 6, 0)
        head += socket.inet_aton(PEER) + socket.inet_aton(HOST)
        return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload

    def send(self, flags, at, data=b""):
        self.wire.ip_id += 1
        self.wire.send(self.packet(self.segment(flags, at, data)))

    def message(self, at, data):
        """Bytes of the message's text, from its byte `at` on."""
        self.send(ACK | PSH, self.start + len(HEADER) + at, data)

    def finish(self):
        """What the application read."""
        end = self.start + len(HEADER) + LENGTH
        got = b""
        while len(got) < len(HEADER) + LENGTH:
            got += self.app.recv(4096)
        self.send(FIN | ACK, end)
        self.app.close()
        self.ack = struct.unpack(">I", self.hear(lambda p: p[33] & FIN)[24:28])[0] + 1
        self.send(ACK, end + 1)
        return got[len(HEADER):].decode()


def by_segments(connection, pieces, fill):
    """`pieces`: (from, to, letter) in the order of arrival, all behind a hole; `fill`: where the segment that fills it ends."""
    connection.send(ACK | PSH, connection.start, HEADER)
    for begin, end, letter in pieces:
        connection.message(begin, letter.encode() * (end - begin))
    connection.message(0, b"0" * fill)
    for at in range(0, LENGTH, 40):  # what nobody had
        connection.message(at, b"!" * (min(at + 40, LENGTH) - at))


def by_fragments(connection, pieces):
    """The segment that carries the message, in fragments: the first 48 bytes, `pieces`, then what is missing; then whole. Two words of
    each four bytes mirror each other, so that the checksum is right whoever wins."""
    def segment(letter):
        text = bytes((ord(letter) if at % 4 < 2 else 219 - ord(letter)) for at in range(LENGTH))
        return connection.segment(ACK | PSH, connection.start, HEADER + text)

    whole = 20 + len(HEADER) + LENGTH
    have = set(range(0, 6))
    connection.wire.ip_id += 1
    for begin, end, letter in [(0, 48, "a"), *pieces, *((0, 0, "l"),) * 40]:
        if begin == end:  # the first hole
            missing = [unit for unit in range((whole + 7) // 8) if unit not in have]
            if not missing:
                break
            begin, end = missing[0] * 8, missing[0] * 8 + 8
        have |= set(range(begin // 8, end // 8))
        connection.wire.send(connection.packet(segment(letter)[begin:min(end, whole)], begin, end < whole))
    connection.send(ACK | PSH, connection.start, HEADER + b"!" * LENGTH)


WAYS = {  # of the new segment to the old one, [80, 160)
    "begins earlier, ends earlier": (40, 120), "begins earlier, ends as it": (40, 160), "begins earlier, ends later": (40, 200),
    "begins with it, ends earlier": (80, 120), "begins with it, ends as it": (80, 160), "begins with it, ends later": (80, 200),
    "begins later, ends within": (100, 120), "begins later, ends as it": (100, 160), "begins later, ends later": (100, 200),
}


def by_chance(count, adjacent):
    """Segments at random; with `adjacent`, some begin where another ends (Linux may join those)."""
    while True:
        pieces = []
        for n in range(random.randint(2, count)):
            begin = random.randint(1, LENGTH - 2)
            pieces.append((begin, random.randint(begin + 1, min(begin + 100, LENGTH)), "abcdefghijkl"[n]))
        begins, ends = {p[0] for p in pieces}, {p[1] for p in pieces}
        if bool(begins & ends) == adjacent:
            return pieces


def fragments_by_chance():
    pieces = []
    for n in range(random.randint(2, 5)):
        begin = random.randint(6, 30)
        pieces.append((8 * begin, 8 * random.randint(begin + 1, min(begin + 8, 33)), "bcdef"[n]))
    return pieces


def cases(count):
    for name, new in WAYS.items():
        yield name, lambda c, new=new: by_segments(c, [(80, 160, "a"), (*new, "b")], 40)
    for fill in (1, 60, 80, 120, 160, 200):
        yield f"in order, up to {fill}", lambda c, fill=fill: by_segments(c, [(80, 160, "a")], fill)
    for n in range(count):
        yield f"by chance {n}", lambda c: by_segments(c, by_chance(8, False), random.choice((1, 1, 1, 30, 120)))
    for n in range(count // 4):
        yield f"touching {n}", lambda c: by_segments(c, by_chance(8, True), 1)
    for name, (begin, end) in WAYS.items():
        yield f"a fragment {name}", lambda c, b=begin, e=end: by_fragments(c, [(80, 160, "b"), (b // 8 * 8 + 8, e // 8 * 8, "c")])
    for n in range(count):
        yield f"fragments by chance {n}", lambda c: by_fragments(c, fragments_by_chance())


def send(capture, truth, count="200"):
    random.seed(1)
    wire = Wire(capture)
    server = socket.create_server((HOST, PORT), backlog=16)
    read = {}
    for n, (name, run) in enumerate(cases(int(count))):
        connection = Connection(wire, server, 20000 + n)
        run(connection)
        read[20000 + n] = {"case": name, "read": connection.finish()}
    wire.file.close()
    with open(truth, "w", encoding="ascii") as out:
        json.dump(read, out, indent=1)
    return 0


def compare(capture, truth, program):
    run = subprocess.run([program, "analyze", "-q", "--eve", "-", "--payload", "base64", capture], capture_output=True, text=True, check=True)
    said = collections.defaultdict(str)
    for event in map(json.loads, run.stdout.splitlines()):
        if event["event_type"] == "websocket":
            said[str(event["src_port"])] += base64.b64decode(event["websocket"].get("payload_base64", "")).decode("latin1")
    same, differ, touching = 0, 0, collections.Counter()
    for port, case in json.load(open(truth, encoding="ascii")).items():
        good = said[port] == case["read"]
        if case["case"].startswith("touching"):
            touching[good] += 1
        elif good:
            same += 1
        else:
            differ += 1
            print(f"{case['case']} (port {port})\n    the application read {case['read']}\n    portwarden says      {said[port]}")
    print(f"kernel {os.uname().release}: {same} the same, {differ} not; of segments that touch {touching[True]} and {touching[False]}")
    return differ > 0


sys.exit({"send": send, "compare": compare}[sys.argv[1]](*sys.argv[2:]))
