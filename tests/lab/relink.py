#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""relink.py MODE IN.pcap OUT.pcap [NUMBER]: the same packets under other headers. IN is a classic little-endian Ethernet capture.

raw null loop ppp pppoe     another link type (DLT 101, 0, 108, 9; pppoe stays Ethernet)
qinq NUMBER                 an 802.1ad tag in front of what is there
mpls gre ipip vxlan         tunnels between two routers
fragment NUMBER             IPv4 and IPv6 fragments of NUMBER payload bytes; every third packet's fragments in reverse order
bigendian nanosecond        the file's byte order, or its time stamps' unit (times 1000)
zero                        every fifth record has no byte at all (included length 0)
"""
import struct
import sys


def read(path):
    data = open(path, "rb").read()
    magic, = struct.unpack_from("<I", data)
    if magic not in (0xa1b2c3d4, 0xa1b23c4d) or struct.unpack_from("<I", data, 20)[0] != 1:
        sys.exit(f"{path}: not a little-endian Ethernet pcap")
    at = 24
    while at < len(data):
        seconds, parts, size, original = struct.unpack_from("<IIII", data, at)
        yield seconds, parts, data[at + 16:at + 16 + size], original
        at += 16 + size


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[:len(data) & ~1])) + (data[-1] << 8 if len(data) & 1 else 0)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(protocol, source, target, body, ident=1):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), ident, 0x4000, 64, protocol, 0, source, target)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


ROUTERS = bytes([10, 99, 0, 1]), bytes([10, 99, 0, 2])
DOWN, UP = (b"\x02\0\0\0\0\x01", b"\x02\0\0\0\0\x02")


def split(packet, size, reverse, ident):
    """IP fragments of one IP packet; size is a multiple of 8."""
    if packet[0] >> 4 == 4:
        head = (packet[0] & 15) * 4
        body, out = packet[head:struct.unpack_from("!H", packet, 2)[0]], []
        for at in range(0, len(body), size):
            part = body[at:at + size]
            more = 0x2000 if at + size < len(body) else 0
            top = packet[:2] + struct.pack("!HHH", head + len(part), ident, more | at // 8) + packet[8:10] + b"\0\0" + packet[12:head]
            out.append(top[:10] + struct.pack("!H", checksum(top)) + top[12:] + part)
    else:
        body, out = packet[40:40 + struct.unpack_from("!H", packet, 4)[0]], []
        for at in range(0, len(body), size):
            part = body[at:at + size]
            extra = struct.pack("!BBHI", packet[6], 0, at | (at + size < len(body)), ident)
            out.append(packet[:4] + struct.pack("!HB", 8 + len(part), 44) + packet[7:40] + extra + part)
    return out[::-1] if reverse else out


def rewrite(mode, frame, number, count):
    """The new packets of one Ethernet frame."""
    kind, ip = frame[12:14], frame[14:]
    family = 4 if kind == b"\x08\0" else 6
    if mode == "raw":
        return [ip]
    if mode == "null":
        return [struct.pack("<I", 2 if family == 4 else 10) + ip]
    if mode == "loop":
        return [struct.pack("!I", 2 if family == 4 else 30) + ip]
    protocol = b"\0\x21" if family == 4 else b"\0\x57"
    if mode == "ppp":
        return [b"\xff\x03" + protocol + ip]
    if mode == "pppoe":
        return [frame[:12] + b"\x88\x64\x11\0" + struct.pack("!HH", 0x1234, len(ip) + 2) + protocol + ip]
    if mode == "qinq":
        return [frame[:12] + b"\x88\xa8" + struct.pack("!H", number) + frame[12:]]
    if mode == "mpls":
        return [frame[:12] + b"\x88\x47" + struct.pack("!II", 100 << 12 | 64, 200 << 12 | 1 << 8 | 64) + ip]
    if mode == "gre":
        return [DOWN + UP + b"\x08\0" + ipv4(47, *ROUTERS, b"\0\0" + kind + ip)]
    if mode == "ipip":
        return [DOWN + UP + b"\x08\0" + ipv4(4 if family == 4 else 41, *ROUTERS, ip)]
    if mode == "vxlan":
        inner = struct.pack("!II", 0x08000000, 42 << 8) + frame
        return [DOWN + UP + b"\x08\0" + ipv4(17, *ROUTERS, struct.pack("!HHHH", 50000, 4789, 8 + len(inner), 0) + inner)]
    if mode == "fragment" and len(ip) > number + 40:
        return [frame[:14] + part for part in split(ip, number, count % 3 == 0, count)]
    if mode == "zero" and count % 5 == 0:
        return [frame, b""]
    return [frame]


def main():
    mode, source, target = sys.argv[1:4]
    number = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    order = ">" if mode == "bigendian" else "<"
    link = {"raw": 101, "null": 0, "loop": 108, "ppp": 9}.get(mode, 1)
    nano = mode == "nanosecond"
    with open(target, "wb") as out:
        out.write(struct.pack(order + "IHHiIII", 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 262144, link))
        for count, (seconds, parts, frame, _) in enumerate(read(source)):
            for packet in rewrite(mode, frame, number, count):
                out.write(struct.pack(order + "IIII", seconds, parts * 1000 if nano else parts, len(packet), len(packet)) + packet)


main()
