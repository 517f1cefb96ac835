#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""upgrade_tricks.py serve ADDRESS PORT | call CASE ADDRESS PORT: what real programs do not do with an upgrade, and attackers may.

The server plays the part that the path asks for (/CASE); the client is raw sockets throughout, also towards real servers (tornado,
nginx, redis behind an `Upgrade: tcp`). Both log what they said and heard.
"""
import base64
import hashlib
import socket
import sys
import threading
import time

from lablog import Flow

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = b"x3JJHMbDL1EzLkh9GBhXDw=="
HIXIE_KEYS = b"4 @1  46546xW%0l 1 5", b"12998 5 Y3 1  .P00", b"^n:ds[4U"      # draft-hixie-thewebsocketprotocol-76
REDIS = ("10.80.0.40", 6379)
HTTP_OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"


def frame(opcode, payload, key=None):
    if isinstance(payload, str):
        payload = payload.encode()
    head = bytes([0x80 | opcode, (0x80 if key else 0) | len(payload)])
    return head + (key + bytes(b ^ key[i & 3] for i, b in enumerate(payload)) if key else payload)


MASK = b"\x5a\x17\xc4\x81"
HELLO, HI, BYE = "hello through the gate", "hi, come in", b"\x03\xe8bye"


def granted(*more):
    accept = base64.b64encode(hashlib.sha1(KEY + GUID).digest())
    return b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n" + b"".join(more) + b"\r\n"


def ask(path, *more, method=b"GET", version=b"13", upgrade=b"websocket", body=b""):
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    return (method + b" " + path.encode() + b" HTTP/1.1\r\nHost: gate.example\r\nUpgrade: " + upgrade + b"\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: " + KEY + b"\r\nSec-WebSocket-Version: " + version + b"\r\n" + length + b"".join(more) + b"\r\n" + body)


class Peer:
    """A socket that reads exactly what it is told to."""
    def __init__(self, sock):
        self.sock = sock
        sock.settimeout(10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.sock.sendall(data)
        time.sleep(0.02)                             # a segment of its own

    def take(self, count):
        data = b""
        while len(data) < count:
            more = self.sock.recv(count - len(data))
            if not more:
                raise ConnectionError(f"{len(data)} of {count} bytes")
            data += more
        return data

    def head(self):
        text = b""
        while not text.endswith(b"\r\n\r\n"):
            text += self.take(1)
        fields = dict((k.strip().lower(), v.strip()) for k, _, v in (line.partition(b":") for line in text.split(b"\r\n")[1:]))
        return text.split(b"\r\n")[0], fields

    def answer(self):
        """A response with its body; its status."""
        while True:
            line, fields = self.head()
            status = int(line.split()[1])
            if status >= 200 or status == 101:
                break
        if status != 101:
            self.take(int(fields.get(b"content-length", b"0")))
        return status

    def message(self):
        first, second = self.take(2)
        key = self.take(4) if second & 0x80 else None
        data = self.take(second & 0x7f)
        return first & 15, bytes(b ^ key[i & 3] for i, b in enumerate(data)) if key else data

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_WR)
            while self.sock.recv(4096):
                pass
        except OSError:
            pass
        self.sock.close()


# --- the server's parts ------------------------------------------------------------------------------------------------

def talk_as_server(peer, flow, heard=()):
    """Until the client closes: says hi to its hello."""
    while True:
        opcode, data = peer.message()
        flow.message("to-server", {1: "text", 8: "close"}[opcode], data)
        if opcode == 8:
            flow.message("to-client", "close", data)
            peer.send(frame(8, data))
            return
        flow.message("to-client", "text", HI)
        peer.send(frame(1, HI))


def fake(peer, flow, path):
    """101 without an Accept, as an attacker's own server would say to a health check; then plain HTTP."""
    peer.send(b"HTTP/1.1 101 Sure\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    for _ in range(2):
        peer.head()
        peer.send(HTTP_OK % (6, b"secret"))


def same_segment(peer, flow, path):
    flow.message("to-client", "text", HELLO)
    peer.send(granted() + frame(1, HELLO))
    talk_as_server(peer, flow)


def hints(peer, flow, path):
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: </chat.js>; rel=preload\r\n\r\n")
    peer.send(granted())
    talk_as_server(peer, flow)


def twice(peer, flow, path):
    peer.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nwho?")
    flow.request(url=path, status=401)
    peer.head()
    flow.request(url=path, status=101)
    peer.send(granted())
    talk_as_server(peer, flow)


def body(peer, flow, path):
    peer.take(len(frame(1, HELLO, MASK)))
    peer.send(granted())
    talk_as_server(peer, flow)


def in_body(peer, flow, path):
    peer.take(len(ask("/chat")))
    peer.send(HTTP_OK % (len(granted()), granted()))
    peer.head()
    peer.send(HTTP_OK % (2, b"ok"))


def tunnel(peer, flow, path):
    """426, and all the same a tunnel."""
    peer.send(b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n")
    talk_as_server(peer, flow)


def pipeline(peer, flow, path):
    """A request, and the upgrade right behind it."""
    line, _ = peer.head()
    peer.send(HTTP_OK % (2, b"ok") + granted())
    talk_as_server(peer, flow)


def tcp(peer, flow, path):
    """As Docker does: the bytes of another server, here a real redis."""
    peer.take(2)                                     # the request's body
    inner = socket.create_connection(REDIS)
    peer.send(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
    while data := peer.sock.recv(4096):
        inner.sendall(data)
        peer.sock.sendall(inner.recv(4096))
    inner.close()


def hixie_number(key):
    return (int("".join(c for c in key if c.isdigit())) // key.count(" ")).to_bytes(4, "big")


def hixie_talk(peer, flow):
    while True:
        kind = peer.take(1)
        if kind == b"\xff":
            peer.take(1)
            flow.message("to-server", "close", b"")
            flow.message("to-client", "close", b"")
            peer.send(b"\xff\x00")
            return
        text = b""
        while (c := peer.take(1)) != b"\xff":
            text += c
        flow.message("to-server", "text", text)
        flow.message("to-client", "text", HI)
        peer.send(b"\x00" + HI.encode() + b"\xff")
        if "75" in flow.path:
            return


def hixie76(peer, flow, path):
    key3 = peer.take(8)
    sum_ = hashlib.md5(hixie_number(flow.fields[b"sec-websocket-key1"].decode()) + hixie_number(flow.fields[b"sec-websocket-key2"].decode()) + key3)
    peer.send(b"HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Origin: http://gate.example\r\n"
              b"Sec-WebSocket-Location: ws://gate.example/hixie76\r\n\r\n" + sum_.digest())
    hixie_talk(peer, flow)


def hixie75(peer, flow, path):
    peer.send(b"HTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nWebSocket-Origin: http://gate.example\r\n"
              b"WebSocket-Location: ws://gate.example/hixie75\r\n\r\n")
    hixie_talk(peer, flow)


PARTS = {"fake": fake, "same-segment": same_segment, "hints": hints, "twice": twice, "body": body, "in-body": in_body,
         "tunnel": tunnel, "pipeline": pipeline, "tcp": tcp, "hixie76": hixie76, "hixie75": hixie75}


def serve_one(sock, address):
    peer = Peer(sock)
    try:
        line, fields = peer.head()
        path = line.split()[1].decode()
        flow = None if b"x-lab-client" in fields else Flow(address, sock.getsockname(), "server")
        if flow:
            flow.path, flow.fields = path, fields
        PARTS[path.strip("/")](peer, flow, path)
    except ConnectionError:
        pass
    peer.close()


def serve(address, port):
    listener = socket.create_server((address, port))
    while True:
        threading.Thread(target=serve_one, args=listener.accept(), daemon=True).start()


# --- the client's parts ------------------------------------------------------------------------------------------------

WEBSOCKET = {"app": "websocket", "layers": ["tcp", "http", "websocket"], "ladder": "framed"}


def say(peer, flow, text=HELLO):
    flow.message("to-server", "text", text)
    peer.send(frame(1, text, MASK))


def hear(peer, flow):
    opcode, data = peer.message()
    flow.message("to-client", {1: "text", 8: "close"}[opcode], data)


def talk(peer, flow, said=False):
    if not said:
        say(peer, flow)
    hear(peer, flow)
    flow.message("to-server", "close", BYE)
    peer.send(frame(8, BYE, MASK))
    hear(peer, flow)


def upgraded(case, anomalies=(), note="", **more):
    def play(peer, flow):
        flow.fact(**{**WEBSOCKET, "requests": 1, **more}, anomalies=list(anomalies), note=note)
        peer.send(ask("/" + case, body=frame(1, HELLO, MASK) if case == "body" else b"", method=b"POST" if case == "body" else b"GET"))
        flow.status = peer.answer()
        if case == "twice":
            peer.send(ask("/" + case))
            peer.answer()
        if case == "same-segment":
            hear(peer, flow)
        talk(peer, flow)
    return play


def early(peer, flow):
    flow.fact(**WEBSOCKET, requests=1, anomalies=["websocket_data_before_answer"], note="tornado; a message goes before the 101 is there")
    peer.send(ask("/ws")[:-20])
    peer.send(ask("/ws")[-20:] + frame(1, HELLO, MASK))
    flow.message("to-server", "text", HELLO)
    peer.answer()
    hear(peer, flow)
    say(peer, flow, HI)
    hear(peer, flow)


def version8(peer, flow):
    flow.fact(**WEBSOCKET, requests=1, anomalies=["websocket_version_wrong"], note="tornado speaks hybi-08, too")
    peer.send(ask("/ws", version=b"8"))
    peer.answer()
    say(peer, flow)
    hear(peer, flow)


def smuggle(peer, flow):
    """0ang3el's first: a version of nobody, so that the backend refuses what the proxy believes in."""
    flow.fact(app="http", layers=["tcp", "http"], ladder="refused", anomalies=["http_426_without_upgrade", "upgrade_smuggling",
              "websocket_version_wrong"], note="a version that nobody speaks: 426 by tornado, and requests go on")
    peer.send(ask("/ws", version=b"1777"))
    assert peer.answer() == 426
    for path in ("/admin", "/admin/secrets"):
        peer.send(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        peer.answer()


def fake_call(peer, flow):
    """The second: the backend is the attacker's, its 101 is none, and the proxy (nginx) passes all that follows."""
    flow.fact(app="http", layers=["tcp", "http", "http"], ladder="unframed", anomalies=["upgrade_smuggling", "websocket_accept_missing",
              "websocket_unframed"], note="nginx believes a 101 without Accept; HTTP goes on inside")
    peer.send(ask("/fake"))
    flow.request(url="/fake", status=peer.answer())
    for path in ("/internal", "/internal/2"):
        peer.send(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        flow.request(url=path, status=peer.answer())


def in_body_call(peer, flow):
    flow.fact(app="http", layers=["tcp", "http"], requests=2, anomalies=[], note="an upgrade and its 101 in bodies: neither is one")
    asked = ask("/chat")
    peer.send(b"POST /in-body HTTP/1.1\r\nHost: gate.example\r\nContent-Length: %d\r\n\r\n" % len(asked) + asked)
    peer.answer()
    peer.send(b"GET /in-body HTTP/1.1\r\nHost: gate.example\r\n\r\n")
    peer.answer()


def tunnel_call(peer, flow):
    flow.fact(app="websocket", layers=["tcp", "http", "websocket"], ladder="refused", requests=1,
              anomalies=["upgrade_smuggling", "websocket_version_wrong"], note="426, and a tunnel all the same")
    peer.send(ask("/tunnel", version=b"1777"))
    peer.answer()
    talk(peer, flow)


def pipeline_call(peer, flow):
    flow.fact(**WEBSOCKET, requests=2, anomalies=[], note="the upgrade is pipelined behind another request")
    peer.send(b"GET /pipeline HTTP/1.1\r\nHost: gate.example\r\n\r\n" + ask("/chat"))
    peer.answer()
    peer.answer()
    talk(peer, flow)


def tcp_call(peer, flow):
    flow.fact(app="redis", layers=["tcp", "http", "redis"], requests=1, anomalies=[], note="Upgrade: tcp, as Docker does; redis-server is behind it")
    peer.send(b"POST /tcp HTTP/1.1\r\nHost: gate.example\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}")
    peer.answer()
    for command in (b"*1\r\n$4\r\nPING\r\n", b"*2\r\n$4\r\nECHO\r\n$5\r\nahoy!\r\n"):
        peer.send(command)
        peer.sock.recv(4096)


def hixie(draft):
    def play(peer, flow):
        flow.fact(**WEBSOCKET, requests=1, anomalies=["websocket_draft"], note=f"the handshake and the frames of hixie-{draft}")
        keys = b"Sec-WebSocket-Key1: %s\r\nSec-WebSocket-Key2: %s\r\n" % HIXIE_KEYS[:2] if draft == 76 else b""
        peer.send(b"GET /hixie%d HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nHost: gate.example\r\n" % draft + keys
                  + b"Origin: http://gate.example\r\n\r\n" + (HIXIE_KEYS[2] if draft == 76 else b""))
        peer.answer()
        if draft == 76:
            peer.take(16)
        flow.message("to-server", "text", HELLO)
        peer.send(b"\x00" + HELLO.encode() + b"\xff")
        peer.take(len(HI) + 2)
        flow.message("to-client", "text", HI)
        if draft == 76:
            flow.message("to-server", "close", b"")
            peer.send(b"\xff\x00")
            peer.take(2)
            flow.message("to-client", "close", b"")
    return play


CALLS = {
    "same-segment": upgraded("same-segment", note="the first frame in the segment of the 101"),
    "hints": upgraded("hints", note="100 and 103 before the 101"),
    "twice": upgraded("twice", note="401, then granted on the same connection", requests=2),
    "body": upgraded("body", ["websocket_not_get", "websocket_granted_anyway"], "a POST whose body looks like a frame"),
    "early": early, "version8": version8, "smuggle": smuggle, "fake": fake_call, "in-body": in_body_call, "tunnel": tunnel_call,
    "pipeline": pipeline_call, "tcp": tcp_call, "hixie76": hixie(76), "hixie75": hixie(75)}


def call(case, address, port):
    sock = socket.create_connection((address, port))
    peer, flow = Peer(sock), Flow(sock.getsockname(), sock.getpeername(), "client")
    flow.fact(case=case)
    CALLS[case](peer, flow)
    peer.close()


if sys.argv[1] == "serve":
    serve(sys.argv[2], int(sys.argv[3]))
else:
    call(sys.argv[2], sys.argv[3], int(sys.argv[4]))
