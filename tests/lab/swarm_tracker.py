#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""swarm_tracker.py PORT [--interval S] ADDRESS...: an HTTP and UDP tracker (BEP 3, 7, 8, 15, 23, 24, 41, 48) for any torrent; logs each exchange with the port it
came from. Peers are handed out as a list of dictionaries where the client asks for compact=0, without their ids for no_peer_id=1."""
import argparse
import hashlib
import ipaddress
import os
import random
import socket
import socketserver
import struct
import threading
import time
from urllib.parse import unquote_to_bytes

from lablog import Flow

MAGIC = 0x41727101980
CONNECT, ANNOUNCE, SCRAPE, ERROR = range(4)
lock = threading.Lock()
swarms = {}                                                    # info-hash -> {(address, port): (peer id, left)}


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    return b"d" + b"".join(bencode(key) + bencode(value[key]) for key in sorted(value)) + b"e"


def plain(host):
    return host[7:] if host.startswith("::ffff:") else host.split("%")[0]


def announce(info_hash, host, port, peer_id, left, stopped):
    """The others, and how many of all have everything."""
    with lock:
        swarm = swarms.setdefault(info_hash, {})
        if stopped:
            swarm.pop((host, port), None)
        else:
            swarm[host, port] = (peer_id, left)
        others = [(h, p, i) for (h, p), (i, _) in swarm.items() if (h, p) != (host, port)]
        random.shuffle(others)
        return others[:80], sum(1 for _, left in swarm.values() if left == 0), len(swarm)


def packed(peers, version):
    return b"".join(ipaddress.ip_address(h).packed + struct.pack("!H", p) for h, p, _ in peers if ipaddress.ip_address(h).version == version)


def hidden(data, key):
    """RC4 without its first 768 bytes (BEP 8)."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in bytes(768) + data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out[768:])


def query_of(url):
    fields = {}
    for part in url.partition("?")[2].split("&"):
        word, _, value = part.partition("=")
        fields.setdefault(word, []).append(unquote_to_bytes(value))
    return fields


class Web(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self):
        flow = None
        while True:
            try:
                line = self.rfile.readline(8192).split()
                if len(line) < 3:
                    return
                headers = {}
                while (row := self.rfile.readline(8192).strip()):
                    word, _, value = row.partition(b":")
                    headers[word.lower()] = value.strip().decode()
            except OSError:
                return
            url = line[1].decode()
            query = query_of(url)
            info_hash = query.get("info_hash", [b""])[0]
            if "sha_ih" in query:
                with lock:
                    info_hash = next((h for h in swarms if hashlib.sha1(h).digest() == query["sha_ih"][0]), b"")
            if flow is None:
                flow = Flow(self.client_address, self.request.getsockname(), "server", app="bittorrent", layers=["tcp", "http", "bittorrent"],
                            kind="http-tracker", encrypted=False, **({} if "sha_ih" in query else {"info_hash": info_hash.hex()}), client_is=headers.get(b"user-agent", "no user agent"),
                            server_is="swarm_tracker.py")
            path = url.partition("?")[0]
            flow.request(method=line[0].decode(), url=path, status=200)
            body = bencode(self.scrape(query) if path.endswith("/scrape") else self.announce(query, info_hash))
            close = line[2] == b"HTTP/1.0" or headers.get(b"connection", "").lower() == "close"
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n%s\r\n%s" % (
                len(body), b"Connection: close\r\n" if close else b"", body))
            if close:
                return

    def announce(self, query, info_hash):
        def one(word, default=b""):
            return query.get(word, [default])[0]
        if len(info_hash) != 20:
            return {"failure reason": "info_hash is not 20 bytes"}
        host = plain(self.client_address[0])
        peers, seeds, all_ = announce(info_hash, host, int(one("port", b"0")), one("peer_id"), int(one("left", b"1")), one("event") == b"stopped")
        answer = {"interval": self.server.interval, "min interval": max(1, self.server.interval // 2), "complete": seeds, "incomplete": all_ - seeds,
                  "external ip": ipaddress.ip_address(host).packed}
        if one("compact", b"1") == b"0":
            named = one("no_peer_id") != b"1"
            answer["peers"] = [{"ip": h, "port": p, **({"peer id": i} if named else {})} for h, p, i in peers]
        else:
            answer["peers"], answer["peers6"] = packed(peers, 4), packed(peers, 6)
            if "sha_ih" in query:
                answer["peers"], answer["peers6"] = hidden(answer["peers"], info_hash), hidden(answer["peers6"], info_hash)
        return answer

    def scrape(self, query):
        with lock:
            files = {}
            for info_hash in query.get("info_hash", list(swarms)):
                swarm = swarms.get(info_hash, {})
                seeds = sum(1 for _, left in swarm.values() if left == 0)
                files[info_hash] = {"complete": seeds, "incomplete": len(swarm) - seeds, "downloaded": seeds}
        return {"files": files}


class WebServer(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, request_queue_size = True, True, 128


class WebServer6(WebServer):
    address_family = socket.AF_INET6


def datagrams(address, port, interval):
    six = ":" in address
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, port))
    flows = {}
    while True:
        data, peer = sock.recvfrom(4096)
        if len(data) < 16:
            continue
        if peer[:2] not in flows:
            flows[peer[:2]] = Flow(peer, (address, port), "server", transport="udp", app="bittorrent", layers=["udp", "bittorrent"], kind="udp-tracker",
                                    server_is="swarm_tracker.py")
        flow = flows[peer[:2]]
        connection, action, number = struct.unpack_from("!QII", data)
        if action == CONNECT and connection == MAGIC:
            sock.sendto(struct.pack("!IIQ", CONNECT, number, random.getrandbits(64)), peer)
        elif action == ANNOUNCE and len(data) >= 98:
            info_hash = data[16:36]
            flow.fact(info_hash=info_hash.hex())
            left, event, own = struct.unpack_from("!Q", data, 64)[0], struct.unpack_from("!I", data, 80)[0], struct.unpack_from("!H", data, 96)[0]
            peers, seeds, all_ = announce(info_hash, plain(peer[0]), own, data[36:56], left, event == 3)
            sock.sendto(struct.pack("!IIIII", ANNOUNCE, number, interval, all_ - seeds, seeds) + packed(peers, 6 if six else 4), peer)
        elif action == SCRAPE:
            with lock:
                rows = [swarms.get(data[at:at + 20], {}) for at in range(16, len(data) - 19, 20)]
            sock.sendto(struct.pack("!II", SCRAPE, number) + b"".join(struct.pack("!III", len(r), len(r), 0) for r in rows), peer)
        else:
            sock.sendto(struct.pack("!II", ERROR, number) + b"what is that?", peer)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("address", nargs="+")
    parser.add_argument("--interval", type=int, default=8)
    args = parser.parse_args()
    for address in args.address:
        server = (WebServer6 if ":" in address else WebServer)((address, args.port), Web)
        server.interval = args.interval
        threading.Thread(target=server.serve_forever, daemon=True).start()
        threading.Thread(target=datagrams, args=(address, args.port, args.interval), daemon=True).start()
    while os.getppid() != 1:
        time.sleep(1)


main()
