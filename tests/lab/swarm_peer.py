#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""swarm_peer.py seed|leech --torrent FILE... --folder FOLDER --listen ADDRESS:PORT... [--encryption WORD] [--transport tcp|utp|both] ...

Many python3-libtorrent sessions in one process, all alike, one for each --listen. What each connection was is read from libtorrent's own
peer log (who opened it, the address of both ends, whether an encrypted handshake was made and what it selected, the info-hash) and written
for truth.py. A leecher ends when every session has everything, a seeder after --seconds.
"""
import argparse
import os
import re
import sys
import time

import libtorrent as lt

from lablog import Flow

POLICY = {"off": (2, 3, False), "either": (1, 3, False), "prefer": (1, 3, True), "forced": (0, 2, True), "header": (0, 1, False), "lenient": (0, 3, False)}
LINE = re.compile(r"\[(\[?[0-9a-f:.]+\]?:\d+)\] (?:<<<|>>>|\*\*\*|==>|<==) (\w+)(?: \[ ?(.*?) ?\])?$")
CLIENT = "libtorrent " + lt.__version__


class Connection:
    def __init__(self, incoming, remote, local, transport):
        self.incoming, self.remote, self.local, self.transport = incoming, remote, local, transport
        self.keys, self.selected, self.info_hash, self.spoke, self.strange = False, None, None, False, False

    def hear(self, event, text):
        if event == "LOCAL_ENDPOINT" and self.local != "0.0.0.0":
            self.local = text.split("e: ")[1].split()[0]
        elif event == "CONSTRUCT" and "bt_peer" not in text:
            self.local = "0.0.0.0"                             # a web seed: the web server's log has it
        elif event == "ENCRYPTION":
            self.keys |= "sent DH key" in text or "received DH key" in text
            self.strange |= "unrecognized protocol header" in text
            found = re.search(r"crypto select ?: ?\[? ?(\w+)", text)
            if found:
                self.selected = found[1].lower()
        elif event == "HANDSHAKE" and "ih: " in text:
            self.info_hash = text.split("ih: ")[1].split()[0]
        self.spoke |= event in ("HANDSHAKE", "EXTENSIONS", "BITFIELD", "ENCRYPTION", "HAVE_ALL", "HAVE_NONE")

    def tell(self):
        if not self.local or self.local.startswith("0.0.0.0") or not self.spoke:
            return
        method = "plain"
        if self.strange and not self.keys and not self.info_hash:
            method = "mse"                                     # somebody's key, and encryption is off here
        elif self.keys:
            method = {None: "mse", "plaintext": "mse-plain", "rc4": "mse-rc4"}[self.selected]
        layers = [self.transport] + (["utp"] if self.transport == "udp" else []) + (["mse"] if method != "plain" else [])
        if method in ("plain", "mse-plain"):
            layers.append("bittorrent")
        side = {"server_is" if self.incoming else "client_is": CLIENT}
        client, server = (self.remote, self.local) if self.incoming else (self.local, self.remote)
        hashes = {"info_hash": self.info_hash} if self.info_hash else {}
        Flow(client, server, "server" if self.incoming else "client", transport=self.transport, app="bittorrent", layers=layers,
             kind=("utp" if self.transport == "udp" else "peer") if method == "plain" else ("utp-" if self.transport == "udp" else "") + method,
             encrypted=method != "plain", **hashes, **side)


class Peer:
    """One session, and what its log said."""

    def __init__(self, args, number, listen):
        self.args, self.listen, self.open = args, listen, {}
        policy, level, rc4 = POLICY[args.encryption]
        tcp, utp = args.transport in ("tcp", "both"), args.transport in ("utp", "both")
        host = listen.rsplit(":", 1)[0].strip("[]")
        mask = lt.alert.category_t
        self.session = lt.session({
            "listen_interfaces": listen, "outgoing_interfaces": host, "enable_dht": args.dht, "enable_lsd": args.lsd,
            "enable_upnp": False, "enable_natpmp": False, "enable_outgoing_utp": utp, "enable_incoming_utp": utp,
            "enable_outgoing_tcp": tcp, "enable_incoming_tcp": tcp, "allow_multiple_connections_per_ip": True,
            "in_enc_policy": policy, "out_enc_policy": policy, "allowed_enc_level": level, "prefer_rc4": rc4,
            "download_rate_limit": args.rate, "close_redundant_connections": False, "min_reconnect_time": 6,
            "peer_connect_timeout": 5, "connection_speed": 100, "unchoke_slots_limit": -1, "aio_threads": 1, "hashing_threads": 1,
            "dht_restrict_routing_ips": False, "dht_restrict_search_ips": False, "dht_ignore_dark_internet": False,
            "dht_bootstrap_nodes": "", "dht_prefer_verified_node_ids": False, "local_service_announce_interval": 5,
            "announce_to_all_trackers": True, "announce_to_all_tiers": True, "user_agent": args.agent or CLIENT.replace(" ", "/"),
            "active_limit": 100, "active_seeds": 100, "active_downloads": 100, "peer_timeout": 20,
            "alert_queue_size": 2000000, "alert_mask": mask.peer_log_notification | mask.error_notification})
        everybody = lt.ip_filter()
        everybody.add_rule("0.0.0.0", "255.255.255.255", 1)            # class 0: limits hold for neighbours, too
        self.session.set_peer_class_filter(everybody)
        self.handles = [self.add(torrent, number) for torrent in args.torrent]
        for node in args.dht_node:
            address, port = node.rsplit(":", 1)
            self.session.add_dht_node((address.strip("[]"), int(port)))

    def add(self, torrent, number):
        params = lt.add_torrent_params()
        if torrent.startswith("magnet:"):
            params = lt.parse_magnet_uri(torrent)
        else:
            params.ti = lt.torrent_info(torrent)
        params.save_path = self.args.folder
        if self.args.mode == "leech":
            params.save_path = os.path.join(self.args.folder, str(number))
            os.makedirs(params.save_path, exist_ok=True)
        params.flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
        return self.session.add_torrent(params)

    def connect(self):
        for handle in self.handles:
            for peer in self.args.connect:
                host, port = peer.rsplit(":", 1)
                handle.connect_peer((host.strip("[]"), int(port)))

    def listen_log(self):
        for alert in self.session.pop_alerts():
            if type(alert).__name__ != "peer_log_alert":
                continue
            text = alert.message()
            found = LINE.search(text.replace("*** LOCAL ENDPOINT", "*** LOCAL_ENDPOINT"))
            if found:
                self.hear(text.split(" peer [ ")[0], *found.groups(""))

    def hear(self, torrent, remote, event, text):
        if event in ("INCOMING_CONNECTION", "OUTGOING_CONNECTION"):
            incoming = event[0] == "I"
            key = remote if incoming else (torrent, remote)
            if key in self.open:
                self.open.pop(key).tell()
            kind = "udp" if "uTP" in text.split("type: ")[1] else "tcp"
            local = text.split("local: ")[1].split()[0] if incoming else self.listen if kind == "udp" else None
            self.open[key] = Connection(incoming, remote, local, kind)
            return
        found = self.open.get((torrent, remote)) or self.open.get(remote)
        if found:
            found.hear(event, text)

    def ask_dht(self, count):
        """What a session does not do by itself: items (BEP 44), samples (BEP 51), searches of any hash."""
        item = self.session.dht_put_immutable_item(f"item {count} of {self.listen}")
        self.session.dht_get_immutable_item(item)
        self.session.dht_get_peers(item)
        host, port = self.args.dht_node[count % len(self.args.dht_node)].rsplit(":", 1)
        self.session.dht_sample_infohashes((host.strip("[]"), int(port)), item)

    def done(self):
        return all(handle.status().is_seeding for handle in self.handles)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["seed", "leech"])
    parser.add_argument("--torrent", action="append", default=[])
    parser.add_argument("--folder", required=True)
    parser.add_argument("--listen", action="append", required=True)
    parser.add_argument("--encryption", choices=POLICY, default="off")
    parser.add_argument("--transport", choices=["tcp", "utp", "both"], default="tcp")
    parser.add_argument("--connect", action="append", default=[])
    parser.add_argument("--dht-node", action="append", default=[])
    parser.add_argument("--agent")
    for flag in ("--dht", "--lsd"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--rate", type=int, default=400000)
    parser.add_argument("--linger", type=float, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    args = parser.parse_args()
    peers = [Peer(args, number, listen) for number, listen in enumerate(args.listen)]
    for peer in peers:
        peer.connect()
    end, done, asked = time.time() + args.seconds, None, 0
    while time.time() < end and not (done and time.time() > done + args.linger):
        for peer in peers:
            peer.listen_log()
        if args.mode == "leech" and not done and all(peer.done() for peer in peers):
            done = time.time()
        if args.dht_node and time.time() > end - args.seconds + 4 + 3 * asked:
            for peer in peers:
                peer.ask_dht(asked)
            asked += 1
        if os.path.exists(args.folder + ".stop"):
            break
        time.sleep(0.1)
    for peer in peers:
        peer.session.pause()
    time.sleep(1)
    for peer in peers:
        peer.listen_log()
        for connection in peer.open.values():
            connection.tell()
    sys.exit(0 if done or args.mode == "seed" else 1)


main()
