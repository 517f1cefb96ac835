# SPDX-License-Identifier: MIT
"""python3-websockets, made to log every message and control frame of one connection, as sent and as received."""
import websockets
from websockets.legacy.client import WebSocketClientProtocol
from websockets.legacy.server import WebSocketServerProtocol

from lablog import Flow

OPCODES = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
WEBSOCKET = {"app": "websocket", "layers": ["tcp", "http", "websocket"], "ladder": "framed"}
REFUSED = {"app": "http", "layers": ["tcp", "http"], "ladder": "refused"}


class Joiner:
    """Fragments of one direction, joined into messages. A message counts when its last fragment does."""
    def __init__(self, flow, direction):
        self.flow, self.direction, self.opcode, self.parts = flow, direction, None, []

    def frame(self, fin, opcode, data):
        if opcode >= 8:
            self.flow.message(self.direction, OPCODES[opcode], bytes(data))
            return
        if bool(opcode) == (self.opcode is not None):              # a start inside a message, or a continuation of nothing
            return
        if opcode:
            self.opcode, self.parts = opcode, []
        self.parts.append(bytes(data))
        if fin:
            more = {"fragments": len(self.parts)} if len(self.parts) > 1 else {}
            self.flow.message(self.direction, OPCODES[self.opcode], b"".join(self.parts), **more)
            self.opcode = None


class Logged:
    """A mixin for the two protocol classes; `sends` is this endpoint's direction."""
    def connection_open(self):
        super().connection_open()
        self.lab_flow.fact(**WEBSOCKET)
        other = "to-client" if self.sends == "to-server" else "to-server"
        self.lab_out, self.lab_in = Joiner(self.lab_flow, self.sends), Joiner(self.lab_flow, other)
        if self.extensions:
            self.lab_flow.fact(extensions=[repr(e) for e in self.extensions])

    def write_frame_sync(self, fin, opcode, data):
        super().write_frame_sync(fin, opcode, data)
        self.lab_out.frame(fin, opcode, data)

    async def read_frame(self, max_size):
        frame = await super().read_frame(max_size)
        self.lab_in.frame(frame.fin, frame.opcode, frame.data)
        return frame


class Server(Logged, WebSocketServerProtocol):
    sends = "to-client"

    async def read_http_request(self):
        path, headers = await super().read_http_request()
        client, server = headers.get("X-Lab-Client"), headers.get("X-Lab-Server")    # behind a reverse proxy
        self.lab_flow = Flow(client or self.remote_address, server or self.local_address, "server")
        return path, headers

    def write_http_response(self, status, headers, body=None):
        super().write_http_response(status, headers, body)
        if status != 101 and "Upgrade" in self.request_headers:
            self.lab_flow.fact(**REFUSED, status=int(status))
        elif status != 101:
            self.lab_flow.fact(app="http", layers=["tcp", "http"], status=int(status))
        if "X-Lab-Client" not in self.request_headers:
            self.lab_flow.request(method="GET", url=self.path, status=int(status))


class Client(Logged, WebSocketClientProtocol):
    sends = "to-server"
    nth = None

    async def handshake(self, *args, **kwargs):
        self.lab_flow = Flow(self.local_address, self.remote_address, "client", nth=self.nth)
        return await super().handshake(*args, **kwargs)


def connect(uri, **options):
    return websockets.connect(uri, create_protocol=Client, **options)


def serve(handler, address, port, **options):
    return websockets.serve(handler, address, port, create_protocol=Server, **options)
