#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""peers.py serve ADDR... | peers.py talk FROM TO PORT: a server that speaks SSH's greeting on port 80 and HTTP on port
8080 of each address, and a client that says one thing to it from an address of its own. Prints "talked" and exits with 0
when it was answered, and with 1 when nobody answers for a second."""
import socket
import sys
import threading

TIMEOUT = 1


def ssh(peer):
    peer.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
    peer.recv(200)
    peer.sendall(b"\0\0\0\x0c\x0a\x15" + bytes(10))


def http(peer):
    peer.recv(2000)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nyes")


def listen(address, port, speak):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    door = socket.create_server((address, port), family=family)

    def loop():
        while True:
            peer, _ = door.accept()
            peer.settimeout(TIMEOUT)
            try:
                speak(peer)
            except OSError:
                pass
            peer.close()

    threading.Thread(target=loop, daemon=True).start()


def serve(*addresses):
    for address in addresses:
        listen(address, 80, ssh)
        listen(address, 8080, http)
    print("ready", flush=True)
    threading.Event().wait()


def talk(source, target, port):
    try:
        peer = socket.create_connection((target, int(port)), timeout=TIMEOUT, source_address=(source, 0))
        if port == "80":
            peer.sendall(b"SSH-2.0-PuTTY_Release_0.78\r\n")
        else:
            peer.sendall(f"GET / HTTP/1.1\r\nHost: {target}\r\nAccept: */*\r\n\r\n".encode())
        answer = peer.recv(200)
        while peer.recv(200):
            pass
    except OSError:
        sys.exit(1)
    print("talked" if answer else "nothing")
    sys.exit(0 if answer else 1)


{"serve": serve, "talk": talk}[sys.argv[1]](*sys.argv[2:])
