#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rewrites a capture in ways that a network may, and that must not change what is said of it.

    mutate.py KIND SEED IN OUT        KIND: see KINDS at the end

Only TCP directly in IPv4 or IPv6 is touched, whole packets with a good (or offloaded) checksum; all else is copied."""
import random
import struct
import sys
from dataclasses import dataclass, replace

TCP = 6
SYN, FIN, RST, ACK = 0x02, 0x01, 0x04, 0x10
MAGICS = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}
ETHERNET = 1
ETHERTYPES = {0x0800, 0x86DD}
VLANS = {0x8100, 0x88A8, 0x9100}


@dataclass
class Frame:
    """A captured packet. `link`: bytes before the IP header, None where it is not ours to touch."""
    time: tuple
    data: bytes
    wire: int
    linktype: int
    link: bytes = None
    ip: bytes = b""          # headers of IP
    tcp: bytes = b""         # header of TCP, options included
    payload: bytes = b""
    tail: bytes = b""        # Ethernet padding
    offloaded: bool = False  # the checksum is the pseudo header's
    key: tuple = None        # (address, port) of the sender, then of the receiver

    @property
    def flags(self):
        return self.tcp[13]

    @property
    def seq(self):
        return struct.unpack_from(">I", self.tcp, 4)[0]


# --- reading and writing -------------------------------------------------------------------------------------------

def read_pcap(blob):
    order = MAGICS[blob[:4]]
    snaplen, linktype = struct.unpack_from(order + "II", blob, 16)
    at = 24
    while at + 16 <= len(blob):
        seconds, fraction, captured, wire = struct.unpack_from(order + "IIII", blob, at)
        at += 16
        yield Frame((seconds, fraction), blob[at:at + captured], wire, linktype)
        at += captured


def read(path):
    """The header of the file, and its frames."""
    with open(path, "rb") as f:
        blob = f.read()
    return blob[:24], [parse(frame) for frame in read_pcap(blob)]


def write(path, header, frames):
    order = MAGICS[header[:4]]
    with open(path, "wb") as f:
        f.write(header[:16] + struct.pack(order + "I", 1 << 18) + header[20:])
        for frame in frames:
            f.write(struct.pack(order + "IIII", *frame.time, len(frame.data), frame.wire) + frame.data)


def link_length(frame):
    """Bytes before the IP header, or None."""
    data = frame.data
    if frame.linktype == ETHERNET:
        at = 12
        while struct.unpack_from(">H", data, at)[0] in VLANS:
            at += 4
        return at + 2 if struct.unpack_from(">H", data, at)[0] in ETHERTYPES else None
    # PPP, raw IP, loopback, Linux cooked v1 and v2
    return {9: 4 if data[:2] == b"\xff\x03" else 2, 101: 0, 0: 4, 108: 4, 113: 16, 276: 20}.get(frame.linktype)


def parse(frame):
    """Finds IP and TCP; the frame as it is when there are none."""
    try:
        at = link_length(frame)
        if at is None:
            return frame
        version = frame.data[at] >> 4
        if version == 4:
            return parse_ip(frame, at, (frame.data[at] & 15) * 4, *struct.unpack_from(">H", frame.data, at + 2))
        if version == 6:
            return parse_ip(frame, at, 40, 40 + struct.unpack_from(">H", frame.data, at + 4)[0])
    except (struct.error, IndexError):
        pass
    return frame


def parse_ip(frame, at, header_len, total):
    packet = frame.data[at:at + total]
    ip, rest = packet[:header_len], packet[header_len:]
    source, target = addresses(ip)
    frame.key = ((source, 0), (target, 0))
    if len(frame.data) < frame.wire or len(packet) < total or len(rest) < 20 or ip[9 if header_len < 40 else 6] != TCP:
        return frame
    if ip[0] >> 4 == 4 and struct.unpack_from(">H", ip, 6)[0] & 0x3FFF:
        return frame  # a fragment
    tcp_len = (rest[12] >> 4) * 4
    given = struct.unpack_from(">H", rest, 16)[0]
    offloaded = given == fold(pseudo(ip, len(rest)))
    if not offloaded and fold(pseudo(ip, len(rest)) + word_sum(rest)) != 0xFFFF:
        return frame  # a bad checksum is there for a reason
    sport, dport = struct.unpack_from(">HH", rest)
    return replace(frame, link=frame.data[:at], ip=ip, tcp=rest[:tcp_len], payload=rest[tcp_len:],
                   tail=frame.data[at + total:], offloaded=offloaded, key=((source, sport), (target, dport)))


def addresses(ip):
    return (ip[12:16], ip[16:20]) if ip[0] >> 4 == 4 else (ip[8:24], ip[24:40])


def word_sum(data):
    return sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))


def fold(total):
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo(ip, length):
    return word_sum(b"".join(addresses(ip))) + TCP + length


def ipv4_checksum(ip):
    ip = ip[:10] + b"\0\0" + ip[12:]
    return ip[:10] + struct.pack(">H", 0xFFFF ^ fold(word_sum(ip))) + ip[12:]


def with_length(ip, payload_len):
    if ip[0] >> 4 == 4:
        return ipv4_checksum(ip[:2] + struct.pack(">H", len(ip) + payload_len) + ip[4:])
    return ip[:4] + struct.pack(">H", len(ip) - 40 + payload_len) + ip[6:]


def build(frame, **changes):
    """The frame again, with lengths and checksums that fit."""
    f = replace(frame, **changes)
    segment = f.tcp[:16] + b"\0\0" + f.tcp[18:] + f.payload
    ip = with_length(f.ip, len(segment))
    checksum = fold(pseudo(ip, len(segment)))
    if not f.offloaded:
        checksum = 0xFFFF ^ fold(checksum + word_sum(segment))
    data = f.link + ip + segment[:16] + struct.pack(">H", checksum) + segment[18:]
    return replace(f, ip=ip, data=data, wire=len(data), tail=b"")


def is_data(frame):
    return frame.link is not None and len(frame.payload) > 0


# --- the kinds -----------------------------------------------------------------------------------------------------

def pieces_of(frame, cuts):
    """The segment cut at these places; SYN stays with the first, FIN and PSH with the last piece."""
    edges = [0, *cuts, len(frame.payload)]
    for start, end in zip(edges, edges[1:]):
        flags = frame.flags if end == len(frame.payload) else frame.flags & ~(FIN | 0x08)
        if start > 0:
            flags &= ~SYN
        seq = frame.seq + start + (1 if start > 0 and frame.flags & SYN else 0)
        tcp = frame.tcp[:4] + struct.pack(">I", seq & 0xFFFFFFFF) + frame.tcp[8:13] + bytes([flags]) + frame.tcp[14:]
        yield build(frame, tcp=tcp, payload=frame.payload[start:end])


def resegment(frames, rng):
    """Every segment in up to five, cut anywhere."""
    for frame in frames:
        if is_data(frame) and len(frame.payload) > 1:
            count = min(rng.randrange(5), len(frame.payload) - 1)
            yield from pieces_of(frame, sorted(rng.sample(range(1, len(frame.payload)), count)))
        else:
            yield frame


def bytewise(frames, rng):
    """The first bytes of each direction one by one, the rest in halves."""
    budget = {}
    for frame in frames:
        if not is_data(frame):
            yield frame
            continue
        left = budget.setdefault(frame.key, 700)
        budget[frame.key] -= len(frame.payload)
        if len(frame.payload) <= left:
            yield from pieces_of(frame, range(1, len(frame.payload)))
        else:
            yield from pieces_of(frame, [rng.randrange(1, len(frame.payload))] if len(frame.payload) > 1 else [])


def duplicate(frames, rng):
    """A third of the segments twice, the copy at once or some packets later."""
    late = []
    for frame in frames:
        yield frame
        if frame.link is not None and frame.flags & SYN:  # nothing outlives its connection (RFC 9293 s3.4.3)
            late = [(n, f) for n, f in late if {*f.key} != {*frame.key}]
        late = [(n - 1, f) for n, f in late]
        for _, f in [x for x in late if x[0] <= 0]:
            yield replace(f, time=frame.time)
        late = [x for x in late if x[0] > 0]
        if is_data(frame) and not frame.flags & (SYN | RST | FIN) and rng.random() < 0.33:
            late.append((rng.randrange(6), frame))


def runs(frames):
    """Neighbours that may have overtaken each other: data of one direction that nobody answered in between."""
    run = []
    for frame in frames:
        if is_data(frame) and not frame.flags & (SYN | RST) and (not run or run[-1].key == frame.key):
            run.append(frame)
            continue
        yield run
        run = []
        if is_data(frame) and not frame.flags & (SYN | RST):
            run.append(frame)
        else:
            yield [frame]
    yield run


def shuffle_run(run, rng, window=6):
    times, order = [f.time for f in run], []
    left = list(run)
    while left:
        order.append(left.pop(rng.randrange(min(window, len(left)))))
    return [replace(f, time=t) for f, t in zip(order, times)]


def reorder(frames, rng):
    """Cut, then shuffled within a window, as far as nobody else spoke in between. Not the first data of a connection
    whose start was not captured: what comes before it is nowhere."""
    started = set()
    for run in runs(resegment(frames, rng)):
        if len(run) > 1 and run[0].key in started:
            yield from shuffle_run(run, rng)
        else:
            yield from run
        started.update(f.key for f in run if is_data(f) or (f.link is not None and f.flags & SYN))
        started.update(f.key[::-1] for f in run if f.link is not None and f.flags & SYN)


class Shift:
    """What is added to the sequence numbers of each direction: a new connection gets a new one."""

    def __init__(self, rng):
        self.rng, self.first, self.by = rng, {}, {}

    def of(self, key, seq, syn=False):
        if key not in self.by or (syn and self.first[key] != seq):
            self.first[key] = seq
            self.by[key] = (0xFFFFFFFF - self.rng.randrange(300) - seq) & 0xFFFFFFFF
        return self.by[key]


def wrap(frames, rng):
    """Sequence numbers that pass 2^32 within the first bytes of each direction. All packets of two hosts, or none."""
    frames = list(frames)
    spared = {frozenset(a for a, _ in f.key) for f in frames if f.link is None and f.key}
    shift = Shift(rng)
    for frame in frames:
        if frame.link is None or frozenset(a for a, _ in frame.key) in spared:
            yield frame
            continue
        ack = struct.unpack_from(">I", frame.tcp, 8)[0]
        seq = (frame.seq + shift.of(frame.key, frame.seq, frame.flags & SYN)) & 0xFFFFFFFF
        if frame.flags & ACK:
            ack = (ack + shift.of(frame.key[::-1], ack)) & 0xFFFFFFFF
        yield build(frame, tcp=frame.tcp[:4] + struct.pack(">II", seq, ack) + frame.tcp[12:])


def fragment_frames(frame, rng, identifier):
    body = frame.data[len(frame.link) + len(frame.ip):len(frame.data) - len(frame.tail)]
    v4 = frame.ip[0] >> 4 == 4
    units = (len(body) - 1) // 8
    # The TCP header stays whole: RFC 3128.
    first = (len(frame.tcp) + 7) // 8
    cuts = sorted(8 * n for n in rng.sample(range(first, units + 1), min(3, units + 1 - first)))
    edges = [0, *cuts, len(body)]
    out = []
    for start, end in zip(edges, edges[1:]):
        more = end < len(body)
        if v4:
            ip = frame.ip[:4] + struct.pack(">HH", identifier & 0xFFFF, start // 8 | (0x2000 if more else 0)) + frame.ip[8:]
            ip = with_length(ip, end - start)
        else:
            extension = struct.pack(">BBHI", frame.ip[6], 0, start | (1 if more else 0), identifier)
            ip = frame.ip[:6] + bytes([44]) + frame.ip[7:] + extension
            ip = with_length(ip, end - start)
        data = frame.link + ip + body[start:end]
        out.append(replace(frame, data=data, wire=len(data), link=None))
    rng.shuffle(out)
    return out


def fragment(frames, rng):
    """Half of the data packets in IP fragments, in any order."""
    for n, frame in enumerate(frames):
        if is_data(frame) and not frame.offloaded and len(frame.ip) in (20, 40) and rng.random() < 0.5:
            yield from fragment_frames(frame, rng, 0x10000 + n)
        else:
            yield frame


def vlan(frames, rng):
    """An 802.1Q tag, or two, around everything."""
    tags = struct.pack(">HH", 0x8100, rng.randrange(1, 4095))
    if rng.random() < 0.5:
        tags = struct.pack(">HH", 0x88A8, rng.randrange(1, 4095)) + tags
    for frame in frames:
        if frame.linktype == ETHERNET and len(frame.data) >= 14:
            data = frame.data[:12] + tags + frame.data[12:]
            frame = replace(frame, data=data, wire=frame.wire + len(tags), link=None)
        yield frame


def everything(frames, rng):
    """All of it at once."""
    for kind in (wrap, reorder, duplicate, fragment):
        frames = kind(frames, rng)
    return frames


KINDS = {"resegment": resegment, "bytewise": bytewise, "duplicate": duplicate, "reorder": reorder, "wrap": wrap,
         "fragment": fragment, "vlan": vlan, "everything": everything}


def mutate(kind, seed, source, target):
    header, frames = read(source)
    write(target, header, list(KINDS[kind](frames, random.Random(seed))))


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] not in KINDS:
        sys.exit(__doc__ + "\nKINDS: " + " ".join(KINDS))
    mutate(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
