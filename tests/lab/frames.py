#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""frames.py serve|call ADDRESS PORT [deflate]: every shape of frame, legal and not, one connection each.

The server is python3-websockets (ws_log.py), which answers and logs; the client writes its frames by hand. An illegal frame is
in no log: the flow says "illegal" instead, and the server's close code says that a real endpoint saw it the same way. From the
illegal frame on, the client's direction is nobody's truth, except for messages that the server had already taken. With "deflate":
the shapes of permessage-deflate instead, among them the examples of RFC 7692 section 7.2.3 and a message of 50 MiB in 50 kB.
"""
import asyncio
import random
import socket
import sys
import time
import zlib

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory as Grant

import ws_log
from lablog import Flow

TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def frame(opcode, payload=b"", fin=True, rsv=0, key=b"\x37\xfa\x21\x3d", length_bytes=None):
    if isinstance(payload, str):
        payload = payload.encode()
    n = len(payload)
    size = length_bytes if length_bytes is not None else 0 if n < 126 else 2 if n < 65536 else 8
    mask = 0x80 if key is not None else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode, mask | (n if size == 0 else 126 if size == 2 else 127)])
    head += n.to_bytes(size, "big") if size else b""
    if key is None:
        return head + payload
    return head + key + bytes(b ^ key[i & 3] for i, b in enumerate(payload))


def text(n):
    return ("portwarden " * (n // 11 + 1))[:n]


def cases():
    """name, illegal (or None), frames. Without a close at the end the client just leaves (FIN)."""
    rng = random.Random(3)
    bye = frame(CLOSE, b"\x03\xe8")
    yield "text-lengths", None, [frame(TEXT, text(n)) for n in (0, 1, 124, 125, 126, 127, 128, 1000, 65535, 65536, 65537)] + [bye]
    yield "binary-70k", None, [frame(BINARY, rng.randbytes(70000), key=rng.randbytes(4)), bye]
    yield "zero-mask", None, [frame(TEXT, "a mask of zeros hides nothing", key=b"\0\0\0\0"), bye]
    yield "fragments-with-pings", None, [
        frame(TEXT, "one ", fin=False), frame(PING, "p1"), frame(CONT, "two ", fin=False), frame(PING), frame(PONG, "nobody asked"),
        frame(CONT, "three"), bye]
    yield "empty-fragments", None, [frame(BINARY, b"", fin=False), frame(CONT, b"", fin=False), frame(CONT, b"x", fin=False), frame(CONT, b""),
                                    frame(TEXT, ""), frame(TEXT, "", fin=False), frame(CONT, ""), bye]
    yield "many-fragments", None, [frame(TEXT, "0", fin=False)] + [frame(CONT, str(i % 10), fin=False) for i in range(1, 199)] + [frame(CONT, "!"), bye]
    ship = "\u2693\U0001f6a2".encode()
    yield "utf8-cut-inside-a-character", None, [frame(TEXT, ship[:2], fin=False), frame(CONT, ship[2:5], fin=False), frame(CONT, ship[5:]), bye]
    yield "ping-125", None, [frame(PING, text(125)), frame(PONG, text(125)), frame(PING, bytes(range(100))), bye]
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999):
        yield f"close-{code}", None, [frame(TEXT, "x"), frame(CLOSE, code.to_bytes(2, "big") + b"reason")]
    yield "close-empty", None, [frame(TEXT, "x"), frame(CLOSE)]
    yield "close-reason-123", None, [frame(CLOSE, b"\x03\xe8" + text(123).encode())]
    yield "no-close", None, [frame(TEXT, "then the client leaves without a word")]

    yield "long-length-form", "length-form", [frame(TEXT, "five!", length_bytes=2), frame(TEXT, "eight", length_bytes=8), bye]
    yield "invalid-utf8", "utf8", [frame(TEXT, b"caf\xe9 au lait"), bye]
    yield "invalid-utf8-overlong", "utf8", [frame(TEXT, b"\xc0\xaf"), bye]
    yield "invalid-utf8-surrogate", "utf8", [frame(TEXT, b"\xed\xa0\x80"), bye]
    yield "invalid-utf8-ends-early", "utf8", [frame(TEXT, b"anchor \xe2\x9a"), bye]
    yield "unmasked-client-frame", "unmasked", [frame(TEXT, "bare", key=None)]
    yield "rsv1-without-deflate", "rsv", [frame(TEXT, "odd", rsv=4)]
    yield "rsv2", "rsv", [frame(TEXT, "odd", rsv=2)]
    yield "rsv3", "rsv", [frame(PING, "odd", rsv=1)]
    for opcode in (3, 7, 11, 15):
        yield f"opcode-{opcode}", "opcode", [frame(opcode, "what is this")]
    yield "ping-126", "control-length", [frame(PING, text(126))]
    yield "ping-fragmented", "control-fragmented", [frame(PING, "a", fin=False), frame(CONT, "b")]
    yield "continuation-first", "continuation", [frame(CONT, "of what?")]
    yield "text-inside-fragments", "interleaved", [frame(TEXT, "one", fin=False), frame(TEXT, "two")]
    yield "close-one-byte", "close-length", [frame(CLOSE, b"\x03")]
    for code in (0, 999, 1004, 1005, 1006, 1015, 2999):
        yield f"close-code-{code}", "close-code", [frame(CLOSE, code.to_bytes(2, "big"))]
    yield "close-reason-not-utf8", "close-utf8", [frame(CLOSE, b"\x03\xe8\xff\xfe")]
    yield "length-top-bit", "length", [b"\x82\xff\x80\x00\x00\x00\x00\x00\x00\x05" + b"\0\0\0\0" + b"hello"]
    yield "data-after-close", "after-close", [bye, frame(TEXT, "too late")]


def deflated(payload, packer=None):
    packer = packer or zlib.compressobj(9, zlib.DEFLATED, -15)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def deflate_cases():
    """As cases(). RSV1 is rsv=4."""
    bye = frame(CLOSE, b"\x03\xe8")
    hello = bytes.fromhex("f248cdc9c90700")
    yield "rfc-one-block", None, [frame(TEXT, hello, rsv=4), bye]
    yield "rfc-fragments", None, [frame(TEXT, hello[:3], rsv=4, fin=False), frame(PING, "between"), frame(CONT, hello[3:]), bye]
    yield "rfc-shared-window", None, [frame(TEXT, hello, rsv=4), frame(TEXT, bytes.fromhex("f200110000"), rsv=4), bye]
    yield "rfc-stored-block", None, [frame(TEXT, bytes.fromhex("000500faff48656c6c6f00"), rsv=4), bye]
    yield "rfc-two-blocks", None, [frame(TEXT, bytes.fromhex("f248050000 00ffffcac9c90700".replace(" ", "")), rsv=4), bye]
    yield "rfc-final-block", None, [frame(TEXT, bytes.fromhex("f348cdc9c9070000"), rsv=4), bye]
    yield "empty-message", None, [frame(TEXT, b"\x00", rsv=4), frame(BINARY, b"\x00", rsv=4), bye]
    yield "not-compressed-between", None, [frame(TEXT, hello, rsv=4), frame(TEXT, "plain"), frame(TEXT, bytes.fromhex("f200110000"), rsv=4), bye]
    packer, words = zlib.compressobj(9, zlib.DEFLATED, -15), b"".join(b"berth %d, ship %d; " % (i, i * i) for i in range(900))
    large = deflated(words, packer)
    yield "many-fragments", None, [frame(TEXT if i == 0 else CONT, large[i:i + 40], rsv=0 if i else 4, fin=i + 40 >= len(large))
                                   for i in range(0, len(large), 40)] + [frame(TEXT, deflated(words, packer), rsv=4), bye]
    yield "fifty-mebibytes", None, [frame(BINARY, deflated(bytes(50 << 20)), rsv=4), bye]

    yield "reserved-block-type", "deflate", [frame(TEXT, hello, rsv=4), frame(TEXT, b"\x07\xff\xff", rsv=4)]
    yield "distance-too-far", "deflate", [frame(TEXT, bytes.fromhex("f200110000"), rsv=4)]
    yield "stored-length-wrong", "deflate", [frame(BINARY, bytes.fromhex("000500000048656c6c6f"), rsv=4)]
    yield "rsv1-on-continuation", "rsv", [frame(TEXT, hello[:3], rsv=4, fin=False), frame(CONT, hello[3:], rsv=4)]
    yield "rsv1-on-ping", "rsv", [frame(PING, hello, rsv=4)]
    yield "utf8-after-inflation", "utf8", [frame(TEXT, deflated(b"caf\xe9"), rsv=4)]


def call(address, port, shapes=""):
    for name, illegal, parts in deflate_cases() if shapes else cases():
        sock = socket.create_connection((address, port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(1.5)
        flow = Flow(sock.getsockname(), sock.getpeername(), "client", case=name)
        if illegal:
            flow.fact(illegal=illegal)
        if name == "long-length-form":
            flow.fact(note="lengths in more bytes than they need: RFC 6455 forbids it, the server takes it")
        sock.sendall((f"GET /{name} HTTP/1.1\r\nHost: frames.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                      + ("Sec-WebSocket-Extensions: permessage-deflate\r\n" if shapes else "") + "\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += sock.recv(1)
        rest = b""
        if illegal:
            parts = [frame(TEXT, "a good frame first"), *parts]
        for i, part in enumerate(parts):
            try:
                sock.sendall(part)
                if name == "data-after-close":
                    continue
                if i % 3 == 2:
                    time.sleep(0.01)
            except OSError:
                break
        try:
            if name == "no-close":
                time.sleep(0.1)
                sock.shutdown(socket.SHUT_WR)
            while data := sock.recv(65536):
                rest += data
        except OSError:
            pass
        sock.close()
        time.sleep(0.02)


async def answer(ws, path="/"):
    """Short answers, so that the server's direction has messages too: the size of what came."""
    async for message in ws:
        await ws.send(f"{len(message)}" if isinstance(message, str) else len(message).to_bytes(4, "big"))


async def serve(address, port, shapes=""):
    extensions = [Grant()] if shapes else None
    async with ws_log.serve(answer, address, port, compression=None, extensions=extensions, max_size=None, close_timeout=0.5):
        await asyncio.Future()


if __name__ == "__main__":
    where = (sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
    if sys.argv[1] == "serve":
        asyncio.run(serve(*where))
    else:
        call(*where)
