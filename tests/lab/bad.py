#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bad.py GOOD.pcap GOOD.pcapng FOLDER: damaged copies of a good capture, one kind of damage each. All deterministic.

FOLDER/truth.json says for each file how many packets stand before the damage (they must be reported), and whether the file as a
whole is "readable": yes, no (exit code 1), or null where both answers can be defended.
"""
import json
import os
import random
import struct
import sys

pcap, pcapng = (open(path, "rb").read() for path in sys.argv[1:3])
folder = sys.argv[3]
os.makedirs(folder, exist_ok=True)


TRUTH = {}


def write(name, data, packets=None, readable=None):
    TRUTH[name] = {"packets": packets, "readable": readable}
    with open(os.path.join(folder, name), "wb") as out:
        out.write(data)


def record(data, index):
    at = 24
    for _ in range(index):
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
    return at


def patch(data, at, value, form="<I"):
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form):]


def block(data, kind, index):
    at = 0
    while at < len(data):
        this, size = struct.unpack_from("<II", data, at)
        if this == kind:
            if index == 0:
                return at
            index -= 1
        at += size
    raise IndexError


COUNT = 0
end = 24
while end < len(pcap):
    end += 16 + struct.unpack_from("<I", pcap, end + 8)[0]
    COUNT += 1
tenth = record(pcap, 10)
write("empty.pcap", b"", 0, False)
write("not-a-capture.txt", b"This is a text file. It opens like a sentence and not like a capture.\n" * 20, 0, False)
write("header-only.pcap", pcap[:24], 0, True)
write("header-cut.pcap", pcap[:17], 0, False)
write("cut-in-record-header.pcap", pcap[:tenth + 7], 10, False)
write("cut-in-packet.pcap", pcap[:tenth + 16 + 20], 10, False)
write("record-too-long.pcap", patch(pcap, tenth + 8, 0x7fffffff), 10, False)
write("record-length-negative.pcap", patch(pcap, tenth + 8, 0xffffffff), 10, False)
write("original-shorter-than-included.pcap", patch(pcap, tenth + 12, 10), COUNT, None)
write("unknown-linktype.pcap", patch(pcap, 20, 4242), 0, False)
write("unknown-version.pcap", patch(pcap, 4, 99, "<H"), 0, None)
write("microseconds-over-a-million.pcap", patch(pcap, tenth + 4, 5_000_000), COUNT, None)
write("time-goes-back.pcap", patch(pcap, tenth, struct.unpack_from("<I", pcap, tenth)[0] - 86400 * 365), COUNT, True)
rng = random.Random(1)
write("random-bytes.pcap", pcap[:24] + rng.randbytes(4000), 0, False)
garbled = bytearray(pcap)
for _ in range(200):                                           # flips in the packets, never in the records' headers
    at = record(pcap, rng.randrange(5, 30))
    garbled[at + 16 + rng.randrange(struct.unpack_from("<I", pcap, at + 8)[0])] ^= 1 << rng.randrange(8)
write("flipped-bits.pcap", bytes(garbled), COUNT, True)

packet = block(pcapng, 6, 10)
interface = block(pcapng, 1, 0)
write("ng-cut-in-block.pcapng", pcapng[:packet + 40], 10, False)
write("ng-cut-in-block-header.pcapng", pcapng[:packet + 5], 10, False)
write("ng-block-length-0.pcapng", patch(pcapng, packet + 4, 0), 10, False)
write("ng-block-length-7.pcapng", patch(pcapng, packet + 4, 7), 10, False)
write("ng-block-length-huge.pcapng", patch(pcapng, packet + 4, 0xfffffff0), 10, False)
size, = struct.unpack_from("<I", pcapng, packet + 4)
write("ng-trailing-length-differs.pcapng", patch(pcapng, packet + size - 4, size + 4), 10, False)
write("ng-captured-length-huge.pcapng", patch(pcapng, packet + 20, 0x10000000), 10, False)
write("ng-unknown-interface.pcapng", patch(pcapng, packet + 8, 77), 10, False)
write("ng-no-interface.pcapng", pcapng[:interface] + pcapng[block(pcapng, 6, 0):], 0, False)
write("ng-unknown-block.pcapng", pcapng[:packet] + struct.pack("<III4sI", 0x0badcafe, 20, 0, b"what", 20)[:20] + pcapng[packet:], COUNT, True)
write("ng-byte-order-garbage.pcapng", patch(pcapng, 8, 0x12345678), 0, False)
write("gzip-cut.pcap.gz", b"\x1f\x8b\x08\0\0\0\0\0\x02\x03" + b"\x4b\x4c", 0, False)
TRUTH["zero-length-records.pcap"] = {"packets": COUNT + 8, "readable": True}      # made by relink.py and editcap: 8 records of nothing
TRUTH["snaplen-96.pcap"] = {"packets": COUNT, "readable": True}
with open(os.path.join(folder, "truth.json"), "w") as out:
    out.write("{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(facts)}" for name, facts in sorted(TRUTH.items())) + "\n}\n")
