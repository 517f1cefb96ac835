#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""negatives_files.py serve|fetch FOLDER ADDRESS: each file from a port of its own, bare; and to a port of its own.
negatives_files.py vnc ADDRESS PORT N: a viewer that asks for pictures.  game ADDRESS PORT N: datagrams as Teeworlds' clients send them."""
import asyncio
import os
import random
import socket
import struct
import sys
import time

DOWN, UP = 12000, 22000


def files(folder):
    return sorted(os.path.join(folder, f) for f in os.listdir(folder) if os.path.isfile(os.path.join(folder, f)) and "." in f)


async def serve(folder, address):
    async def sink(reader, writer):
        while await reader.read(65536):
            pass
        writer.close()

    for n, path in enumerate(files(folder)):
        async def give(reader, writer, path=path):
            writer.write(open(path, "rb").read())
            await writer.drain()
            writer.close()
        await asyncio.start_server(give, address, DOWN + n)
        await asyncio.start_server(sink, address, UP + n)
    await asyncio.Event().wait()


def fetch(folder, address):
    for n, path in enumerate(files(folder)):
        with socket.create_connection((address, DOWN + n), 5) as s:
            while s.recv(65536):
                pass
        with socket.create_connection((address, UP + n), 5) as s:
            s.sendall(open(path, "rb").read())


def vnc(address, port, n):
    rng = random.Random(n)
    with socket.create_connection((address, port), 5) as s:
        s.settimeout(0.3)
        s.sendall(s.recv(12))
        s.recv(99)
        s.sendall(b"\x01")
        s.recv(99)
        s.sendall(b"\x01")
        s.recv(999)
        s.sendall(struct.pack("!BxHiii", 2, 3, rng.choice([0, 7, 16]), 1, 0))
        for i in range(rng.randrange(2, 20)):
            s.sendall(struct.pack("!BBHHHH", 3, i > 0, 0, 0, 640, 480))
            s.sendall(struct.pack("!BBHH", 5, 0, rng.randrange(640), rng.randrange(480)))
            if rng.random() < 0.5:
                s.sendall(struct.pack("!BBxxI", 4, 1, 0x61))
            try:
                while s.recv(65536):
                    pass
            except TimeoutError:
                pass


def game(address, port, n):
    rng = random.Random(n)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(0.1)
    token = rng.randbytes(4)
    for i in range(20):
        if i % 3 == 0:
            s.sendto(b"\x04\x00\x00\xff\xff\xff\xff\x05" + token + b"\0" * 512, (address, port))
        else:
            s.sendto(b"\x21\xff\xff\xff\xff" + token + b"\xff\xff\xff\xffgie3" + rng.randbytes(1), (address, port))
        try:
            s.recv(2000)
        except TimeoutError:
            pass
        time.sleep(0.02)


what = sys.argv[1]
if what == "serve":
    asyncio.run(serve(*sys.argv[2:4]))
elif what == "fetch":
    fetch(*sys.argv[2:4])
else:
    {"vnc": vnc, "game": game}[what](sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
