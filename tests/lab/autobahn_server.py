#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""autobahn_server.py ADDRESS PORT: python3-autobahn's WebSocket server, echoing, and logging what it took and what it sent.

The case is in the path (/case/6.4.2); what the server is to do beyond echoing is in the query: fragment=N (frames of N bytes), accept=K
(how the offer of permessage-deflate is answered), say=NAME (it breaks the rules itself: autobahn_cases.SERVER_SAYS).
"""
import sys

import autobahn
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept
from autobahn.websocket.compress_deflate import PerMessageDeflateMixin
from twisted.internet import reactor

from autobahn_cases import ACCEPTS, SERVER_SAYS
from autobahn_log import Log, OPCODES


def accept(key):
    """How the first offer that fits is answered; None declines."""
    def answer(offers):
        if key == "decline":
            return None
        for offer in offers:
            if isinstance(offer, PerMessageDeflateOffer):
                return PerMessageDeflateOfferAccept(offer, **ACCEPTS[key])
        return None
    return answer


class Echo(WebSocketServerProtocol):
    def onConnect(self, request):
        query = {word: values[0] for word, values in request.params.items()}
        self.lab = Log("server", request.path.rsplit("/", 1)[-1], library=f"autobahn {autobahn.__version__}")
        self.say = query.get("say")
        self.autoFragmentSize = int(query.get("fragment", 0))
        self.perMessageCompressionAccept = accept(query.get("accept", "plain"))

    def onOpen(self):
        for frame in SERVER_SAYS.get(self.say, ()):
            self.lab.frame("to-client", frame.first_byte(), len(frame.payload), frame.key is not None)
            self.sendData(frame.wire())

    def onMessage(self, payload, isBinary):
        if self.state == self.STATE_OPEN:                      # after its own close it goes on reading, and nobody is told
            self.lab.message("to-server", 2 if isBinary else 1, payload)
            self.lab.message("to-client", 2 if isBinary else 1, payload)
            self.sendMessage(payload, isBinary)

    def onPing(self, payload):
        if self.state == self.STATE_OPEN:
            self.lab.message("to-server", 9, payload)
        super().onPing(payload)

    def onPong(self, payload):
        if self.state == self.STATE_OPEN:
            self.lab.message("to-server", 10, payload)

    def onCloseFrame(self, code, reasonRaw):
        body = b"" if code is None else code.to_bytes(2, "big") + (reasonRaw or b"")
        self.lab.message("to-server", 8, body)
        return super().onCloseFrame(code, reasonRaw)

    def sendFrame(self, opcode, payload=b"", fin=True, rsv=0, **options):
        self.lab.frame("to-client", fin << 7 | rsv << 4 | opcode, len(payload), False)
        if opcode in OPCODES and opcode > 7:
            self.lab.message("to-client", opcode, payload)
        super().sendFrame(opcode, payload, fin, rsv, **options)

    def _closeConnection(self, abort=False):
        """The library aborts where it fails a connection; its close frame is lost with what was not sent yet, and a client in the middle of a
        frame gets a RST. Let both have their say."""
        reactor.callLater(0.1, self.transport.loseConnection)

    def onClose(self, wasClean, code, reason):
        if hasattr(self, "lab"):
            self.lab.end(clean=wasClean)


def main():
    # RFC 7692 s7.1.2 allows 8 bits; the library leaves it out because zlib cannot deflate with it. It can inflate.
    PerMessageDeflateMixin.WINDOW_SIZE_PERMISSIBLE_VALUES.insert(0, 8)
    factory = WebSocketServerFactory()
    factory.protocol = Echo
    # failByDrop=False: a close frame says why, before the connection goes.
    factory.setProtocolOptions(failByDrop=False, closeHandshakeTimeout=0.3, echoCloseCodeReason=True, tcpNoDelay=True)
    reactor.listenTCP(int(sys.argv[2]), factory, interface=sys.argv[1], backlog=64)
    reactor.run()


main()
