#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""swarm_seed17.py FOLDER ADDRESS PORT: a web seed of the older kind (BEP 17): /seed?info_hash=...&piece=...&ranges=..., answered from cargoN in that folder."""
import glob
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes

import libtorrent as lt

from lablog import Flow

TORRENTS = {}
for name in glob.glob(sys.argv[1] + "/*.torrent"):
    info = lt.torrent_info(name)
    TORRENTS[info.info_hash().to_bytes()] = (info, os.path.join(sys.argv[1], info.name()))


class Seed(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.flow = Flow(self.client_address, self.request.getsockname(), "server", app="bittorrent", layers=["tcp", "http", "bittorrent"], kind="webseed",
                         server_is="swarm_seed17.py")

    def do_GET(self):
        query = dict(part.partition("=")[::2] for part in self.path.partition("?")[2].split("&"))
        info, path = TORRENTS.get(unquote_to_bytes(query.get("info_hash", "")), (None, None))
        body, status = b"", 404
        if info:
            piece, size = int(query["piece"]), info.piece_length()
            ranges = [tuple(map(int, r.split("-"))) for r in query["ranges"].split(",")] if query.get("ranges") else [(0, size - 1)]
            with open(path, "rb") as file:
                for a, b in ranges:
                    file.seek(piece * size + a)
                    body += file.read(b - a + 1)
            status = 200
            self.flow.fact(info_hash=info.info_hash().to_bytes().hex(), client_is=self.headers.get("User-Agent", "no user agent"))
        self.flow.request(method="GET", url=self.path.partition("?")[0], status=status)
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer.request_queue_size = 256
ThreadingHTTPServer((sys.argv[2], int(sys.argv[3])), Seed).serve_forever()
