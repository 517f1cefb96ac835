# SPDX-License-Identifier: MIT
"""The flows of a classic pcap file with Ethernet frames (or one packed with zstd): addresses, ports, sizes and times, nothing of what is in them."""
import functools
import ipaddress
import struct
import subprocess

TCP, UDP = 6, 17
SYN, ACK = 2, 16


class Packet:
    __slots__ = ("head", "frame", "time", "proto", "src", "dst", "flags", "size")


@functools.cache
def short(host):
    return str(ipaddress.ip_address(host))


@functools.cache
def name(host, port):
    """As in the truth files: address:port, IPv6 in brackets and in its shortest form."""
    return f"[{short(host)}]:{port}" if len(host) == 16 else f"{short(host)}:{port}"


def load(path):
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
    with open(path, "rb") as file:
        return file.read()


def decode(head, frame):
    kind = frame[12:14]
    if kind == b"\x08\x00" and len(frame) >= 34:
        size = (frame[14] & 15) * 4
        proto, hosts, at = frame[23], (frame[26:30], frame[30:34]), 14 + size
        end = 14 + struct.unpack_from("!H", frame, 16)[0]
    elif kind == b"\x86\xdd" and len(frame) >= 54:
        proto, hosts, at = frame[20], (frame[22:38], frame[38:54]), 54
        end = 54 + struct.unpack_from("!H", frame, 18)[0]
    else:
        return None
    if proto not in (TCP, UDP) or len(frame) < at + 8:
        return None
    packet = Packet()
    seconds, micro = struct.unpack_from("<II", head)
    packet.head, packet.frame, packet.time, packet.proto = head, frame, seconds + micro / 1e6, proto
    ports = struct.unpack_from("!HH", frame, at)
    packet.src, packet.dst = name(hosts[0], ports[0]), name(hosts[1], ports[1])
    packet.flags = frame[at + 13] if proto == TCP else 0
    packet.size = end - at - ((frame[at + 12] >> 4) * 4 if proto == TCP else 8)
    return packet


def packets(path):
    """(file header, packets): those that are neither TCP nor UDP are left out."""
    data = load(path)
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    if magic != 0xA1B2C3D4 or link != 1:
        raise ValueError(f"{path}: not a pcap of Ethernet frames")
    out, at = [], 24
    while at + 16 <= len(data):
        have = struct.unpack_from("<I", data, at + 8)[0]
        packet = decode(data[at:at + 16], data[at + 16:at + 16 + have])
        if packet:
            out.append(packet)
        at += 16 + have
    return data[:24], out


class Flow:
    def __init__(self, proto, client, server):
        self.proto, self.client, self.server = proto, client, server
        self.packets, self.bytes, self.nth = [], [0, 0], 1

    def add(self, packet):
        self.packets.append(packet)
        self.bytes[packet.src != self.client] += packet.size


def flows(all_packets):
    """In the order of their first packets. A TCP flow's client sent the SYN (else the first packet); a SYN with another sequence number after
    a connection that is over begins a new flow between the same two."""
    known, out, count = {}, [], {}
    for packet in all_packets:
        key = (packet.proto, *sorted((packet.src, packet.dst)))
        flow = known.get(key)
        syn = packet.proto == TCP and packet.flags & (SYN | ACK) == SYN
        if flow and syn and len(flow.packets) > 2 and any(p.flags & 5 for p in flow.packets[-8:]):
            flow = None
        if not flow:
            ends = (packet.dst, packet.src) if packet.proto == TCP and packet.flags & (SYN | ACK) == SYN | ACK else (packet.src, packet.dst)
            flow = known[key] = Flow(packet.proto, *ends)
            way = (packet.proto, *ends)
            flow.nth = count[way] = count.get(way, 0) + 1
            out.append(flow)
        flow.add(packet)
    return out


def turns(flow):
    """Of a TCP flow, [client's?, bytes] for all that one side said until the other spoke, by the order in which the capture completed it: sequence
    numbers and sizes, nothing of what is in them."""
    out, after, early = [], [None, None], [{}, {}]
    for packet in flow.packets:
        side = packet.src != flow.client
        at = 54 if packet.frame[12:14] == b"\x86\xdd" else 14 + (packet.frame[14] & 15) * 4
        first = struct.unpack_from("!I", packet.frame, at + 4)[0]
        if packet.flags & SYN:
            after[side] = first + 1 & 0xFFFFFFFF
        elif packet.size:
            after[side] = first if after[side] is None else after[side]
            early[side][first] = max(packet.size, early[side].get(first, 0))
        while fits := [s for s, size in early[side].items() if after[side] - s & 0xFFFFFFFF < 1 << 31]:
            end = fits[0] + early[side].pop(fits[0]) & 0xFFFFFFFF
            new = end - after[side] & 0xFFFFFFFF
            if 0 < new < 1 << 31:
                after[side] = end
                if not out or out[-1][0] != (not side):
                    out.append([not side, 0])
                out[-1][1] += new
    return out
