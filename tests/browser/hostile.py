# SPDX-License-Identifier: MIT
# Captures and rules whose every name was chosen to become markup or script, and their harmless twins: the same packets,
# each byte that could mean something to a browser replaced by a letter.
import base64
import hashlib
import struct

INJECTIONS = [
    b'</title><script>pwned()</script>',
    b'"><img src=x onerror=pwned()>',
    b"'><svg/onload=pwned()>",
    b'<!--<style>*{display:none}</style>',
    b'</style><script>pwned()</script>',
    b'</script><script>pwned()</script>',
    b'--><script>pwned()</script>',
    b'&lt;script&gt;pwned()&lt;/script&gt;',
    b'&#60;img src=x onerror=pwned()&#62;',
    b'javascript:pwned()',
    b'<a href=javascript:pwned()>x</a>',
    b'<iframe srcdoc="<script>parent.pwned()</script>">',
    b'<link rel=stylesheet href=//evil.example/x.css>',
    b'<meta http-equiv=refresh content=0;url=//evil.example/>',
    b'<base href=//evil.example/>',
    b'</pre></code></details></table></main><h1 id=injected>',
    b'" onmouseover="pwned()" autofocus onfocus="pwned()',
    b'" style="background:url(//evil.example/x)',
    b'\xff<img src=x onerror=pwned()>\xc0\xaf',
    b'\x1b[2J\xe2\x80\xae<b>x</b>\xc2\x9b31m',
    b'<template><script>pwned()</script></template>',
    b'<math><mtext><img src=x onerror=pwned()>',
    b'{{constructor.constructor("pwned()")()}}',
    b'[x](javascript:pwned()) ![x](//evil.example/x.png)',
    b'=HYPERLINK("//evil.example","x")',
]


def harmless(text):
    """Letters in the place of what is not one; as many bytes, so that nothing else changes."""
    return bytes(c if chr(c).isalnum() and c < 128 else ord('x') for c in text)


def ones_sum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Capture:
    """A pcap file of whole TCP conversations."""

    def __init__(self):
        self.frames, self.now, self.port = [], 1795324561.0, 20000

    def frame(self, source, target, ports, numbers, flags, payload):
        head = struct.pack('!HHIIBBHHH', *ports, *numbers, 5 << 4, flags, 65000, 0, 0)
        pseudo = source + target + struct.pack('!BBH', 0, 6, len(head) + len(payload))
        head = head[:16] + struct.pack('!H', ones_sum(pseudo + head + payload)) + head[18:]
        ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(head) + len(payload), 1, 0, 64, 6, 0) + source + target
        ip = ip[:10] + struct.pack('!H', ones_sum(ip)) + ip[12:]
        self.frames.append((self.now, b'\2' * 6 + b'\4' * 6 + b'\x08\0' + ip + head + payload))
        self.now += 0.001

    def talk(self, port, turns):
        """turns: (True for the client, bytes) ..."""
        self.port += 1
        ends = [bytes([10, 0, 0, 2]), bytes([10, 0, 1, 1])], [self.port, port]
        seq = [1000, 5000]

        def send(side, flags, payload=b''):
            self.frame(ends[0][side], ends[0][1 - side], (ends[1][side], ends[1][1 - side]),
                       (seq[side], seq[1 - side] if flags != 2 else 0), flags, payload)
            seq[side] += len(payload) + (flags & 3 != 0)

        send(0, 2)
        send(1, 18)
        send(0, 16)
        for from_client, payload in turns:
            for at in range(0, len(payload), 1400):
                send(0 if from_client else 1, 24, payload[at:at + 1400])
        send(0, 17)
        send(1, 17)
        send(0, 16)

    def write(self, path):
        with open(path, 'wb') as f:
            f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for now, data in self.frames:
                f.write(struct.pack('<IIII', int(now), int(now % 1 * 1e6), len(data), len(data)) + data)


def websocket(name, path, origin, protocol, says):
    key = base64.b64encode(hashlib.md5(name).digest())
    accept = base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest())
    says = says[:120]
    return [
        (True, b'GET ' + path + b' HTTP/1.1\r\nHost: ' + name + b'\r\nOrigin: ' + origin + b'\r\nUser-Agent: ' + says +
         b'\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ' + key +
         b'\r\nSec-WebSocket-Protocol: ' + protocol + b'\r\n\r\n'),
        (False, b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' +
         accept + b'\r\nSec-WebSocket-Protocol: ' + protocol + b'\r\n\r\n'),
        (False, bytes([0x81, len(says)]) + says),
        (True, bytes([0x81, 0x80 | len(says)]) + b'\0\0\0\0' + says),
        (False, bytes([0x88, len(says) + 2, 3, 232]) + says),
        (True, bytes([0x88, 0x80 | len(says) + 2]) + b'\0\0\0\0' + bytes([3, 232]) + says),
    ]


def tls(name):
    server_name = struct.pack('!HHBH', len(name) + 5, len(name) + 3, 0, len(name)) + name
    extensions = struct.pack('!H', 0) + server_name
    hello = b'\3\3' + bytes(32) + b'\0' + b'\0\2\x13\1' + b'\1\0' + struct.pack('!H', len(extensions)) + extensions
    hello = b'\1' + struct.pack('!I', len(hello))[1:] + hello
    return [(True, b'\x16\3\1' + struct.pack('!H', len(hello)) + hello)]


def bittorrent(name, number):
    peer = b'\x13BitTorrent protocol' + bytes([0, 0, 0, 0, 0, 16, 0, 0]) + bytes([number]) * 20
    extended = b'd1:md6:ut_pexi1ee1:v' + str(len(name)).encode() + b':' + name + b'e'
    message = struct.pack('!IBB', len(extended) + 2, 20, 0) + extended
    return [(True, peer + (b'-XX0001-' + name + b'x' * 12)[:20]), (False, peer + b'-XX0002-' + b'y' * 12),
            (True, message), (False, message)]


def for_http(text):
    """What HTTP takes in a target and in a token: else it would be another protocol than its twin."""
    return bytes(c if 32 < c < 127 and chr(c) not in ' ?#,' else ord('/') for c in text)


def capture(path, change):
    c = Capture()
    for number, injection in enumerate(INJECTIONS):
        at = b'n%02d' % number
        # A banner with an escape in it is nobody's; a / is no token, whatever follows it.
        text, name = at + change(injection.replace(b'\x1b', b'/')), at + change(for_http(injection))
        c.talk(80, websocket(name, b'/' + name, b'http://o' + name, b'/' + name, name))
        c.talk(80, [(False, b'SSH-2.0-' + text + b'\r\n'), (True, b'SSH-2.0-' + text + b'\r\n')])
        c.talk(443, websocket(name, b'/' + name, b'http://o' + name, b'/' + name, name)[:1] +
               [(False, b'HTTP/1.1 403 ' + name + b'\r\n\r\n')])
        c.talk(80, tls(text))
        c.talk(8000 + number, bittorrent(text, number + 1))
        c.talk(80, [(True, name + b'\n'), (False, name + b'\n')] * 3)
        c.talk(80, [(False, b'220 ' + text + b' ESMTP ' + text + b'\r\n'), (True, b'EHLO ' + text + b'\r\n'),
                    (False, b'250 ' + text + b'\r\n')])
    c.write(path)


def quoted(text):
    """As YAML's double quotes have it. A rule's name may have no control characters."""
    shown = ''.join(chr(c) if 32 <= c < 127 else '?' for c in text)
    return '"' + shown.replace('\\', '\\\\').replace('"', '\\"') + '"'


def rules(path, change):
    lines = ['version: 1', 'default: allow', 'rules:']
    for number, injection in enumerate(INJECTIONS):
        name = quoted(b'r%02d' % number + change(injection))
        lines += [f'  - name: {name}', '    action: ' + ('alert' if number % 2 else 'block'),
                  f'    match: {{server-port: {8000 + number}}}']
    lines += [f'  - name: {quoted(change(INJECTIONS[1]))}', '    action: block', '    match: {server-port: 80, mismatch: true}']
    with open(path, 'w', encoding='ascii') as f:
        f.write('\n'.join(lines) + '\n')
