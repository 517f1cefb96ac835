#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""torrent_peer.py make FILE.torrent TRACKER SIZE | seed|leech FILE.torrent FOLDER ADDRESS:PORT [--encryption off|either|header|forced] [--utp] [--seconds N]

python3-libtorrent. `make` writes content of that size (words, repeated) and a v1 torrent of it. A peer logs the TCP flows that its
own peer list shows, the way they were opened, and whether they are encrypted. A leecher ends when it has all; a seeder after N seconds.
"""
import argparse
import os
import sys
import time

import libtorrent as lt

from lablog import Flow, name


def make(torrent, tracker, size):
    folder = os.path.dirname(torrent)
    with open(os.path.join(folder, "cargo.bin"), "wb") as out:
        out.write(b"".join(b"crate %08d: oranges from Valencia, weighed, sealed, not yet counted\n" % i for i in range(size // 70 + 1))[:size])
    storage = lt.file_storage()
    lt.add_files(storage, os.path.join(folder, "cargo.bin"))
    creator = lt.create_torrent(storage, piece_size=32768, flags=lt.create_torrent.v1_only)
    creator.add_tracker(tracker)
    creator.set_creator("portwarden lab")
    lt.set_piece_hashes(creator, folder)
    with open(torrent, "wb") as out:
        out.write(lt.bencode(creator.generate()))


def note_peers(handle, seen, info_hash, transport):
    for peer in handle.get_peer_info():
        remote, local = name(peer.ip), name(peer.local_endpoint)
        if (remote, local) in seen or peer.flags & (lt.peer_info.connecting | lt.peer_info.handshake):
            continue
        seen.add((remote, local))
        outgoing = bool(peer.flags & lt.peer_info.local_connection)
        encrypted = bool(peer.flags & (lt.peer_info.rc4_encrypted | lt.peer_info.plaintext_encrypted))
        layers = [transport] + (["utp"] if transport == "udp" else []) + (["mse"] if encrypted else ["bittorrent"])
        flow = Flow(local if outgoing else remote, remote if outgoing else local, "libtorrent", transport=transport,
                    app="bittorrent", layers=layers, kind="mse" if encrypted else "peer", encrypted=encrypted)
        if encrypted:
            flow.fact(note="message stream encryption (" + ("RC4" if peer.flags & lt.peer_info.rc4_encrypted else "handshake only, then plain") + ")")
        else:
            flow.fact(info_hash=info_hash)


def run(args):
    policy = {"off": 2, "forced": 0, "header": 0, "either": 1}[args.encryption]
    session = lt.session({"listen_interfaces": args.listen, "outgoing_interfaces": args.listen.rsplit(":", 1)[0].strip("[]"),
                          "enable_dht": args.dht, "enable_lsd": args.lsd, "enable_upnp": False, "enable_natpmp": False,
                          "enable_outgoing_utp": args.utp, "enable_incoming_utp": args.utp, "enable_outgoing_tcp": not args.utp,
                          "enable_incoming_tcp": not args.utp, "allow_multiple_connections_per_ip": True,
                          "in_enc_policy": policy, "out_enc_policy": policy, "allowed_enc_level": {"forced": 2, "header": 1}.get(args.encryption, 3),
                          "prefer_rc4": args.encryption == "forced", "download_rate_limit": args.rate, "close_redundant_connections": False, "min_reconnect_time": 1, "peer_connect_timeout": 3})
    if args.only:
        rules = lt.ip_filter()
        rules.add_rule("0.0.0.0", "255.255.255.255", 1)
        for address in args.only.split(","):
            rules.add_rule(address, address, 0)
        session.set_ip_filter(rules)
    info = lt.torrent_info(args.torrent)
    params = lt.add_torrent_params()
    params.ti, params.save_path = info, args.folder
    if args.leeching:
        params.flags &= ~lt.torrent_flags.auto_managed
        params.flags &= ~lt.torrent_flags.paused
    handle = session.add_torrent(params)
    for node in args.dht_node:
        host, port = node.rsplit(":", 1)
        session.add_dht_node((host, int(port)))
    for peer in args.peer:
        host, port = peer.rsplit(":", 1)
        handle.connect_peer((host.strip("[]"), int(port)))
    seen, end, linger = set(), time.time() + args.seconds, 10
    while time.time() < end:
        note_peers(handle, seen, str(info.info_hash()), "udp" if args.utp else "tcp")
        if args.leeching and handle.status().is_seeding:
            linger -= 1
            if linger == 0:
                break
        time.sleep(0.03)
    ok = handle.status().is_seeding
    session.pause()
    time.sleep(0.3)
    sys.exit(0 if ok else 1)


def main():
    if sys.argv[1] == "make":
        return make(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["seed", "leech"])
    parser.add_argument("torrent")
    parser.add_argument("folder")
    parser.add_argument("listen")
    parser.add_argument("--encryption", choices=["off", "either", "header", "forced"], default="off")
    parser.add_argument("--utp", action="store_true")
    parser.add_argument("--dht", action="store_true")
    parser.add_argument("--lsd", action="store_true")
    parser.add_argument("--peer", action="append", default=[])
    parser.add_argument("--dht-node", action="append", default=[])
    parser.add_argument("--only", help="talk to these addresses alone")
    parser.add_argument("--rate", type=int, default=150000)
    parser.add_argument("--seconds", type=float, default=60)
    args = parser.parse_args()
    args.leeching = args.mode == "leech"
    run(args)


main()
