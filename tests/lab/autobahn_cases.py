# SPDX-License-Identifier: MIT
"""The cases of the Autobahn test suite's published list (sections 1-7, 9, 10, 12, 13), written anew from the list, and cases of our
own (section x) for what the list does not have. A case is what the client says; what is right stands in tests/conformance/autobahn.expect.

Sizes come in two scales. FULL is the list's own; SMALL keeps the committed captures small: same frames, fewer bytes and fewer messages.
"""
import json
import random
import zlib
from dataclasses import dataclass, field

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
AUTO = "auto"


@dataclass
class Frame:
    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0
    key: object = AUTO                                         # AUTO: the client takes its next key; None: no mask; or 4 bytes
    size: int = -1                                             # bytes of extended length: 0, 2, 8; -1: as many as are needed
    length: int = -1                                           # what the header says; -1: the truth

    def first_byte(self):
        return self.fin << 7 | self.rsv << 4 | self.opcode

    def wire(self, auto_key=None):
        n = len(self.payload) if self.length < 0 else self.length
        size = self.size if self.size >= 0 else 0 if n < 126 else 2 if n < 65536 else 8
        key = auto_key if self.key is AUTO else self.key
        head = bytes([self.first_byte(), (0x80 if key is not None else 0) | (n if size == 0 else 126 if size == 2 else 127)])
        head += n.to_bytes(size, "big") if size else b""
        return head + self.payload if key is None else head + key + mask(self.payload, key)


def mask(payload, key):
    n = len(payload)
    pad = (key * (n // 4 + 1))[:n]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(pad, "little")).to_bytes(n, "little")


@dataclass
class Wait:
    seconds: float


@dataclass
class Turn:
    """Until every message and ping so far has been answered."""


@dataclass
class Message:
    """A whole message, deflated if that was agreed, in frames of `fragment` bytes."""
    opcode: int
    payload: bytes
    fragment: int = 0
    plain: bool = False


@dataclass
class Case:
    number: str
    steps: object                                              # frames, messages, waits; a list, or a function that yields them
    offer: str = ""
    query: dict = field(default_factory=dict)
    write: str = "frames"                                      # how it is written: frames, together, octets, or a number of bytes
    closes: bool = True                                        # when all is answered the client closes with 1000
    huffman: bool = False                                      # DEFLATE without matches, which is legal for any window

    def path(self):
        query = "&".join(f"{word}={value}" for word, value in self.query.items())
        return f"/case/{self.number}" + (f"?{query}" if query else "")


FULL = {"bytes": lambda n: n, "fragmented": 4 << 20, "chopped": 1 << 20, "trips": 1000, "deflated": lambda n: 1000, "dense": lambda n: n}
SMALL = {"bytes": lambda n: min(n, 1 << 20), "fragmented": 256 << 10, "chopped": 32 << 10, "trips": 12,
         "deflated": lambda n: max(2, min(8, (12 << 10) // n)), "dense": lambda n: min(n, 16 << 10)}


def close(code=1000, reason=b""):
    return Frame(CLOSE, code.to_bytes(2, "big") + reason)


def both(number, payload, **options):
    """The same in text (1.1.x) and binary (1.2.x)."""
    yield Case(f"1.1.{number}", [Frame(TEXT, b"*" * payload)], **options)
    yield Case(f"1.2.{number}", [Frame(BINARY, b"\xfe" * payload)], **options)


def framing():
    for number, size in enumerate((0, 125, 126, 127, 128, 65535, 65536), 1):
        yield from both(number, size)
    yield from both(8, 65536, write=997)


def pings():
    full = Frame(PING, b"\xfe" * 125)
    ten = [Frame(PING, b"payload-%d" % i) for i in range(10)]
    yield Case("2.1", [Frame(PING)])
    yield Case("2.2", [Frame(PING, b"Hello, harbour!")])
    yield Case("2.3", [Frame(PING, bytes.fromhex("00fffefdfcfb00ff"))])
    yield Case("2.4", [full])
    yield Case("2.5", [Frame(PING, b"\xfe" * 126)], closes=False)
    yield Case("2.6", [full], write="octets")
    yield Case("2.7", [Frame(PONG)])
    yield Case("2.8", [Frame(PONG, b"unsolicited pong payload")])
    yield Case("2.9", [Frame(PONG, b"unsolicited pong payload"), Frame(PING, b"ping payload")])
    yield Case("2.10", ten, write="together")
    yield Case("2.11", ten, write="octets")


def reserved_bits():
    word = Frame(TEXT, b"Hello, harbour!")
    yield Case("3.1", [Frame(TEXT, word.payload, rsv=1)], closes=False)
    for number, rsv, write in (("3.2", 2, "together"), ("3.3", 3, "frames"), ("3.4", 4, "octets")):
        yield Case(number, [word, Frame(TEXT, word.payload, rsv=rsv), Frame(PING)], write=write, closes=False)
    yield Case("3.5", [Frame(BINARY, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", rsv=5)], closes=False)
    yield Case("3.6", [Frame(PING, word.payload, rsv=6)], closes=False)
    yield Case("3.7", [Frame(CLOSE, b"\x03\xe8", rsv=7)], closes=False)


def opcodes():
    word = Frame(TEXT, b"Hello, harbour!")
    for section, first in (("4.1", 3), ("4.2", 11)):
        yield Case(f"{section}.1", [Frame(first)], closes=False)
        yield Case(f"{section}.2", [Frame(first + 1, b"reserved opcode payload")], closes=False)
        yield Case(f"{section}.3", [word, Frame(first + 2), Frame(PING)], closes=False)
        yield Case(f"{section}.4", [word, Frame(first + 3, word.payload), Frame(PING)], closes=False)
        yield Case(f"{section}.5", [word, Frame(first + 4, word.payload), Frame(PING)], write="octets", closes=False)


def fragments():
    one, two = Frame(TEXT, b"fragment1", fin=False), Frame(CONT, b"fragment2")
    nothing, nothing_more = Frame(CONT, b"non-continuation payload"), Frame(CONT, b"non-continuation payload", fin=False)
    word, ping = Frame(TEXT, b"Hello, harbour!"), Frame(PING, b"ping payload")
    yield Case("5.1", [Frame(PING, b"fragment1", fin=False), two], closes=False)
    yield Case("5.2", [Frame(PONG, b"fragment1", fin=False), two], closes=False)
    ways = ("together", "frames", "octets")
    for number, write in zip(("5.3", "5.4", "5.5"), ways):
        yield Case(number, [one, two], write=write)
    for number, write in zip(("5.6", "5.7", "5.8"), ways):
        yield Case(number, [one, ping, two], write=write)
    for number, write in zip(("5.9", "5.10", "5.11"), ways):
        yield Case(number, [nothing, word], write=write, closes=False)
    for number, write in zip(("5.12", "5.13", "5.14"), ways):
        yield Case(number, [nothing_more, word], write=write, closes=False)
    yield Case("5.15", [one, two, Frame(CONT, b"fragment3", fin=False), Frame(TEXT, b"fragment4")], closes=False)
    for number, fin in (("5.16", False), ("5.17", True)):
        yield Case(number, [Frame(CONT, b"fragment1", fin=fin), Frame(TEXT, b"fragment2", fin=False), Frame(CONT, b"fragment3")] * 2, closes=False)
    yield Case("5.18", [one, Frame(TEXT, b"fragment2")], closes=False)
    long = [one, Frame(CONT, b"fragment2", fin=False), Frame(PING, b"pongme 1!"), Wait(0.2), Frame(CONT, b"fragment3", fin=False),
            Frame(CONT, b"fragment4", fin=False), Frame(PING, b"pongme 2!"), Frame(CONT, b"fragment5")]
    yield Case("5.19", long, write="together")
    yield Case("5.20", long)


KAPPA = bytes.fromhex("cebae1bdb9cf83cebcceb5")               # a Greek word of five characters in 11 bytes
SHORT = [b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80",
         b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf"]


def spaced(first, last):
    return b"".join(bytes([i, 0x20]) for i in range(first, last))


def high_surrogates(*pairs):
    return [bytes.fromhex(pair) for pair in pairs]


def beyond_the_planes():
    """U+nFFFE and U+nFFFF of planes 1 to 16 and some more: no characters, and legal UTF-8 (RFC 3629)."""
    found = []
    for lead in (0xf0, 0xf1, 0xf2, 0xf3, 0xf4):
        for second in (0x8f, 0x9f, 0xaf, 0xbf):
            if (lead, second) != (0xf0, 0x8f) and not (lead == 0xf4 and second > 0x8f):
                found += [bytes([lead, second, 0xbf, last]) for last in (0xbe, 0xbf)]
    return found


# Sections 6.5 to 6.23: Markus Kuhn's UTF-8 stress test, a text message for each.
UTF8 = {
    5: [b"hello\x24world", b"hello\xc2\xa2world", b"hello\xe2\x82\xacworld", b"hello\xf0\xa4\xad\xa2world", KAPPA],
    6: [KAPPA[:n] for n in range(1, 12)],
    7: [b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"],
    8: [b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"],
    9: [b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"],
    10: [b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf"],
    11: [b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf", b"\xf4\x90\x80\x80"],
    12: [b"\x80", b"\xbf", *[(b"\x80\xbf" * 3)[:n] for n in range(2, 7)], bytes(range(0x80, 0xbf))],
    13: [spaced(0xc0, 0xdf), spaced(0xe0, 0xef), spaced(0xf0, 0xf7), spaced(0xf8, 0xfb), spaced(0xfc, 0xfd)],
    14: SHORT,
    15: [b"".join(SHORT)],
    16: [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"],
    17: [b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf"],
    18: [b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf"],
    19: [b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80"],
    20: high_surrogates("eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"),
    21: high_surrogates("eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf",
                        "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"),
    22: [b"\xef\xbf\xbe", b"\xef\xbf\xbf", *beyond_the_planes()],
    23: [b"\xef\xbf" + bytes([last]) for last in range(0xb9, 0xc0)],
}


def is_utf8(payload):
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def utf8():
    yield Case("6.1.1", [Frame(TEXT)])
    yield Case("6.1.2", [Frame(TEXT, fin=False), Frame(CONT, fin=False), Frame(CONT)])
    yield Case("6.1.3", [Frame(TEXT, fin=False), Frame(CONT, b"middle frame payload", fin=False), Frame(CONT)])
    hello = "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!".encode()
    yield Case("6.2.1", [Frame(TEXT, hello)])
    yield Case("6.2.2", [Frame(TEXT, hello[:12], fin=False), Frame(CONT, hello[12:])])
    yield Case("6.2.3", [Message(TEXT, hello, fragment=1)])
    yield Case("6.2.4", [Message(TEXT, KAPPA, fragment=1)])
    broken = KAPPA + b"\xed\xa0\x80edited"
    yield Case("6.3.1", [Message(TEXT, broken)], closes=False)
    yield Case("6.3.2", [Message(TEXT, broken, fragment=1)], closes=False)
    for first, cut in ((0, (11, 15)), (1, (12, 13))):
        whole, wait = KAPPA + b"\xf4\x90\x80\x80edited", Wait(0.2)
        a, b, c = whole[:cut[0]], whole[cut[0]:cut[1]], whole[cut[1]:]
        yield Case(f"6.4.{1 + first}", [Frame(TEXT, a, fin=False), wait, Frame(CONT, b, fin=False), wait, Frame(CONT, c)], closes=False)
        wire = Frame(TEXT, whole)
        yield Case(f"6.4.{3 + first}", [Chopped(wire, [6 + cut[0], 6 + cut[1]])], closes=False)
    for section, payloads in UTF8.items():
        for number, payload in enumerate(payloads, 1):
            yield Case(f"6.{section}.{number}", [Frame(TEXT, payload)], closes=is_utf8(payload))


@dataclass
class Chopped:
    """One frame, written in pieces that end at these bytes of it, with a wait after each."""
    frame: Frame
    cuts: list


VALID_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
INVALID_CODES = (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)


def closes():
    word = Frame(TEXT, b"Hello, harbour!")

    def last(number, *frames):
        return Case(number, list(frames), closes=False)

    yield last("7.1.1", word, Turn(), close())
    yield last("7.1.2", close(), close())
    yield last("7.1.3", close(), Frame(PING))
    yield last("7.1.4", close(), word)
    yield last("7.1.5", Frame(TEXT, b"fragment1", fin=False), close(), Frame(CONT, b"fragment2"))
    yield last("7.1.6", Frame(TEXT, b"BAsd" * (64 << 10)), word, close(), Frame(PING))
    yield last("7.3.1", Frame(CLOSE))
    yield last("7.3.2", Frame(CLOSE, b"a"))
    yield last("7.3.3", close())
    yield last("7.3.4", close(1000, b"Hello, harbour!"))
    yield last("7.3.5", close(1000, b"*" * 123))
    yield last("7.3.6", close(1000, b"*" * 124))
    yield last("7.5.1", close(1000, KAPPA + b"\xed\xa0\x80edited"))
    for number, code in enumerate(VALID_CODES, 1):
        yield last(f"7.7.{number}", close(code))
    for number, code in enumerate(INVALID_CODES, 1):
        yield last(f"7.9.{number}", close(code))
    yield last("7.13.1", close(5000))
    yield last("7.13.2", close(65535))


def sizes(scale):
    for number, kib in enumerate((64, 256, 1024, 4096, 8192, 16384), 1):
        n = scale["bytes"](kib << 10)
        yield Case(f"9.1.{number}", [Frame(TEXT, (b"portwarden " * (n // 11 + 1))[:n])])
        yield Case(f"9.2.{number}", [Frame(BINARY, (b"\x00\xff\xfe\xfd\xfc" * (n // 5 + 1))[:n])])
    for number, power in enumerate(range(6, 23, 2), 1):
        n = scale["fragmented"]
        yield Case(f"9.3.{number}", [Message(TEXT, b"*" * n, fragment=1 << power)], write="together")
        yield Case(f"9.4.{number}", [Message(BINARY, b"\xfe" * n, fragment=1 << power)], write="together")
    for number, power in enumerate(range(6, 12), 1):
        n = scale["chopped"]
        yield Case(f"9.5.{number}", [Frame(TEXT, b"*" * n)], write=1 << power)
        yield Case(f"9.6.{number}", [Frame(BINARY, b"\xfe" * n)], write=1 << power)
    for number, n in enumerate((0, 16, 64, 256, 1024, 4096), 1):
        yield Case(f"9.7.{number}", [Frame(TEXT, b"*" * n), Turn()] * scale["trips"])
        yield Case(f"9.8.{number}", [Frame(BINARY, b"\xfe" * n), Turn()] * scale["trips"])


def autofragment():
    yield Case("10.1.1", [Message(TEXT, b"*" * 65536, fragment=1300)], query={"fragment": 1300})


# (bytes a message, bytes a frame)
DEFLATE_SIZES = [(16, 0), (64, 0), (256, 0), (1024, 0), (4096, 0), (8192, 0), (16384, 0), (32768, 0), (65536, 0), (131072, 0),
                 (8192, 256), (16384, 256), (32768, 256), (65536, 256), (131072, 256), (131072, 1024), (131072, 4096), (131072, 32768)]

# How the server answers: autobahn's words for what it asks of the client, beside what the client asked of it.
ACCEPTS = {"plain": {}, "nct": {"request_no_context_takeover": True},
           "9": {"request_max_window_bits": 9}, "15": {"request_max_window_bits": 15},
           "nct9": {"request_no_context_takeover": True, "request_max_window_bits": 9},
           "nct15": {"request_no_context_takeover": True, "request_max_window_bits": 15},
           **{f"bits{n}": {"request_max_window_bits": n} for n in (8, 10, 11, 12, 13, 14)}}

OFFER = "permessage-deflate"
CAN = "; client_no_context_takeover; client_max_window_bits"
# Section 13: what is offered, and how it is answered. The smallest window is 9 bits: zlib has no smaller one.
DEFLATE_OFFERS = [
    (OFFER + CAN, "plain"),
    (OFFER + CAN + "; server_no_context_takeover", "nct"),
    (OFFER + CAN + "; server_max_window_bits=9", "9"),
    (OFFER + CAN + "; server_max_window_bits=15", "15"),
    (OFFER + CAN + "; server_no_context_takeover; server_max_window_bits=9", "nct9"),
    (OFFER + CAN + "; server_no_context_takeover; server_max_window_bits=15", "nct15"),
    (f"{OFFER}{CAN}; server_no_context_takeover; server_max_window_bits=9, {OFFER}{CAN}; server_no_context_takeover, {OFFER}{CAN}", "nct9"),
]


def prose(rng):
    words = "der die und in Hafen Schiff \u00dcber Tor w\u00e4chter f\u00e4hrt stra\u00dfe nacht Geist kaum h\u00f6rt Welle".split()
    return " ".join(rng.choice(words) + ("\n" if rng.random() < 0.1 else "") for _ in range(36000)).encode()


def bitmap(rng):
    return b"BM" + bytes(52) + bytes((x * y // 512 + rng.randrange(12)) & 255 for y in range(512) for x in range(512))


def document(rng):
    """As a PDF: text and what does not deflate, by turns."""
    return b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n" + b"".join(b"%d 0 obj << /Length %d >> stream\n" % (i, 3000) + rng.randbytes(3000) + b"\nendstream endobj\n" * 8 for i in range(80))


def records(rng):
    rows = [{"id": i, "ship": f"MV Portwarden {rng.randrange(999)}", "berth": rng.randrange(40), "at": 1700000000 + i * 613,
             "cargo": [rng.choice(["oranges", "steel", "timber"]) for _ in range(rng.randrange(4))]} for i in range(2200)]
    return json.dumps(rows, indent=1).encode()


def page(rng):
    rows = "".join(f'<tr class="r{i % 2}"><td>{i}</td><td><a href="/berth/{rng.randrange(999)}">ship {rng.random():.6f}</a></td></tr>\n'
                   for i in range(3200))
    return f"<!doctype html><title>harbour</title><table>\n{rows}</table>".encode()


def samples():
    """Section 12: five kinds of data: (opcode, at least 200 kB)."""
    return [(BINARY, prose(random.Random(1))), (BINARY, bitmap(random.Random(2))), (BINARY, document(random.Random(3))),
            (TEXT, records(random.Random(4))), (TEXT, page(random.Random(5)))]


JSON = 4                                                       # the kind that section 13 uses, too


def rolling(opcode, data, size, count, fragment):
    """The messages of a case: a window of `size` bytes that moves on through the data, each when the one before came back."""
    def steps():
        at = 0
        for _ in range(count):
            chunk = data[at:at + size]
            chunk += data[:size - len(chunk)]
            at = (at + size) % len(data)
            yield Message(opcode, chunk, fragment=fragment)
            yield Turn()
    return steps


def deflated(scale):
    kinds = samples()
    for section, (opcode, data) in enumerate(kinds, 1):
        for number, (size, fragment) in enumerate(DEFLATE_SIZES, 1):
            size = size if section == JSON else scale["dense"](size)
            yield Case(f"12.{section}.{number}", rolling(opcode, data, size, scale["deflated"](size), fragment),
                       offer=OFFER + CAN, query={"fragment": fragment} if fragment else {})
    opcode, data = kinds[JSON - 1]
    for section, (offer, answer) in enumerate(DEFLATE_OFFERS, 1):
        for number, (size, fragment) in enumerate(DEFLATE_SIZES, 1):
            yield Case(f"13.{section}.{number}", rolling(opcode, data, size, scale["deflated"](size), fragment), offer=offer,
                       query={"accept": answer, **({"fragment": fragment} if fragment else {})})


def pack(payload, packer=None, end=zlib.Z_SYNC_FLUSH):
    packer = packer or zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(payload) + packer.flush(end)
    return packed[:-4] if end == zlib.Z_SYNC_FLUSH else packed


SHIPS = b"berth seven, oranges; berth eight, timber; berth nine, oranges and timber; "


def own_deflate():
    """x.1 to x.10: what FIELD lists and the published list lacks: one-sided parameters, pings between fragments, mixed, BFINAL ..."""
    six = [step for i in range(6) for step in (Message(TEXT, SHIPS + b"%d" % i), Turn())]
    yield Case("x.1.1", six, offer=OFFER + "; server_no_context_takeover")
    yield Case("x.1.2", six, offer=OFFER, query={"accept": "nct"})
    yield Case("x.1.3", six, offer=OFFER + "; server_no_context_takeover", query={"accept": "nct"})
    hello, again = bytes.fromhex("f248cdc9c90700"), bytes.fromhex("f200110000")     # RFC 7692 s7.2.3
    parts = [Frame(TEXT, hello[:3], rsv=4, fin=False), Frame(PING, b"between"), Frame(CONT, hello[3:5], fin=False), Frame(PONG, hello),
             Frame(PING), Frame(CONT, hello[5:])]
    yield Case("x.2.1", [*parts, Frame(TEXT, again, rsv=4)], offer=OFFER)
    yield Case("x.2.2", parts * 3, offer=OFFER, write="octets", query={"fragment": 2})
    yield Case("x.2.3", [parts[0], close(), parts[2]], offer=OFFER, closes=False)
    yield Case("x.3.1", [Message(TEXT, b"plain first", plain=True), Message(TEXT, SHIPS), Message(TEXT, SHIPS, plain=True),
                         Message(TEXT, SHIPS), Message(BINARY, SHIPS), Message(BINARY, b"", plain=True), Message(BINARY, b"")], offer=OFFER)
    yield Case("x.3.2", [Frame(TEXT, SHIPS), *six], offer=OFFER, query={"accept": "decline"})
    for bits in range(8, 16):
        answer = str(bits) if bits in (9, 15) else f"bits{bits}"
        yield Case(f"x.4.{bits}", [Message(TEXT, SHIPS * 30 + b"%d" % i) for i in range(4)],
                   offer=OFFER + "; client_max_window_bits", query={"accept": answer}, huffman=bits == 8)
    for bits in range(9, 16):
        yield Case(f"x.5.{bits}", [Message(TEXT, SHIPS * 30 + b"%d" % i) for i in range(4)], offer=f"{OFFER}; server_max_window_bits={bits}")
    final = pack(SHIPS, end=zlib.Z_FINISH)
    yield Case("x.6.1", [Frame(TEXT, final + b"\x00", rsv=4)], offer=OFFER)
    yield Case("x.6.2", [Frame(TEXT, final + b"\x00", rsv=4), Frame(TEXT, hello, rsv=4)], offer=OFFER)
    yield Case("x.6.3", [Frame(TEXT, hello, rsv=4), Frame(TEXT, bytes.fromhex("f348cdc9c9070000"), rsv=4), Frame(TEXT, again, rsv=4)], offer=OFFER)
    forms = ["f248cdc9c90700", "000500faff48656c6c6f00", "f24805000000ffffcac9c90700", "f348cdc9c9070000"]
    yield Case("x.7.1", [Frame(TEXT, bytes.fromhex(form), rsv=4) for form in forms[:3]], offer=OFFER)
    yield Case("x.7.2", [Frame(TEXT, b"\x00", rsv=4), Frame(BINARY, b"\x00", rsv=4), Frame(TEXT, b"\x02\x00", rsv=4)], offer=OFFER)
    yield Case("x.7.3", [Frame(TEXT, b"", rsv=4, fin=False), Frame(CONT, hello, fin=False), Frame(CONT)], offer=OFFER)
    yield Case("x.7.4", [Message(TEXT, SHIPS * 4, fragment=1), Message(TEXT, SHIPS * 4, fragment=1)], offer=OFFER, query={"fragment": 1})
    yield Case("x.8.1", [Message(BINARY, bytes(2 << 20)), Message(TEXT, SHIPS), Message(TEXT, SHIPS)], offer=OFFER)
    illegal = {"x.9.1": [Frame(PING, hello, rsv=4)], "x.9.2": [parts[0], Frame(CONT, hello[3:], rsv=4)],
               "x.9.3": [Frame(TEXT, b"\x07\xff\xff", rsv=4)], "x.9.4": [Frame(TEXT, again, rsv=4)],
               "x.9.5": [Frame(BINARY, bytes.fromhex("000500000048656c6c6f"), rsv=4)], "x.9.6": [Frame(TEXT, pack(b"caf\xe9"), rsv=4)],
               "x.9.7": [Frame(TEXT, pack(SHIPS)[:20], rsv=4)], "x.9.8": [Frame(TEXT, hello, rsv=6)],
               "x.9.9": [Frame(TEXT, pack(b"caf\xc3"), rsv=4, fin=False), Frame(CONT, b"", fin=True)]}
    for number, frames in illegal.items():
        yield Case(number, frames, offer=OFFER, closes=False)


def own_frames():
    """x.11 to x.14: lengths, masks, close codes since registered, and a server that breaks the rules."""
    word, bye = b"Hello, harbour!", close()
    yield Case("x.11.1", [Frame(TEXT, word, size=2)], closes=False)
    yield Case("x.11.2", [Frame(TEXT, word, size=8)], closes=False)
    yield Case("x.11.3", [Frame(BINARY, bytes(300), size=8)], closes=False)
    yield Case("x.11.4", [Frame(TEXT, word), Turn(), Frame(BINARY, word, size=8, length=1 << 63 | len(word))], closes=False)
    yield Case("x.12.1", [Frame(TEXT, word, key=None)], closes=False)
    yield Case("x.12.2", [Frame(TEXT, word, key=bytes(4))])
    yield Case("x.12.3", [Frame(TEXT, word + b"%d" % i, key=b"\x37\xfa\x21\x3d") for i in range(9)])
    for number, code in enumerate((1012, 1013, 1014), 1):
        yield Case(f"x.13.{number}", [close(code)], closes=False)
    yield Case("x.13.4", [close(1015)], closes=False)
    yield Case("x.13.5", [close(1000, KAPPA[:4])], closes=False)
    yield Case("x.13.6", [bye, Frame(BINARY, b"too late")], closes=False)
    for number, name in enumerate(SERVER_SAYS, 1):
        answer = [] if "close" in name else [Wait(0.1), close(1007 if name in ("utf8", "deflate-broken") else 1002)]
        yield Case(f"x.14.{number}", answer, offer=OFFER if name.startswith("deflate") else "", query={"say": name}, closes=False)


WORD = b"the server speaks"
SERVER_SAYS = {
    "masked": [Frame(TEXT, WORD, key=b"\x37\xfa\x21\x3d")],
    "rsv2": [Frame(TEXT, WORD, rsv=2, key=None)],
    "rsv1": [Frame(TEXT, WORD, rsv=4, key=None)],
    "opcode": [Frame(3, WORD, key=None)],
    "ping-fragmented": [Frame(PING, b"1", fin=False, key=None), Frame(CONT, b"2", key=None)],
    "ping-long": [Frame(PING, b"*" * 126, key=None)],
    "continuation": [Frame(CONT, WORD, key=None)],
    "interleaved": [Frame(TEXT, WORD, fin=False, key=None), Frame(TEXT, WORD, key=None)],
    "utf8": [Frame(TEXT, b"caf\xe9", key=None)],
    "close-code": [Frame(CLOSE, b"\x03\xed", key=None)],
    "close-length": [Frame(CLOSE, b"\x03", key=None)],
    "after-close": [Frame(CLOSE, b"\x03\xe8", key=None), Frame(TEXT, WORD, key=None)],
    "length": [Frame(TEXT, WORD, size=2, key=None)],
    "deflate-broken": [Frame(TEXT, b"\x07\xff\xff", rsv=4, key=None)],
    "deflate-ping": [Frame(PING, bytes.fromhex("f248cdc9c90700"), rsv=4, key=None)],
}


def frames_cases():
    """Sections 1 to 7, 10 and x."""
    for section in (framing, pings, reserved_bits, opcodes, fragments, utf8, closes, autofragment, own_deflate, own_frames):
        yield from section()


def load_cases(scale):
    """Sections 9, 12 and 13."""
    yield from sizes(scale)
    yield from deflated(scale)
