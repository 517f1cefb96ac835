#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""swarm_make.py FOLDER NAME SIZE PIECE [--files N] [--tracker URL]... [--web URL]... [--web17 URL]...: content and its v1 torrent."""
import argparse
import os

import libtorrent as lt


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("name")
    parser.add_argument("size", type=int)
    parser.add_argument("piece", type=int)
    parser.add_argument("--files", type=int, default=1)
    for word in ("--tracker", "--web", "--web17"):
        parser.add_argument(word, action="append", default=[])
    args = parser.parse_args()
    path = os.path.join(args.folder, args.name)
    names = [path]
    if args.files > 1:
        os.makedirs(path, exist_ok=True)
        names = [os.path.join(path, f"crate {n}.bin") for n in range(args.files)]
    for n, name in enumerate(names):
        line = b"%s %d, crate %08d: oranges from Valencia, weighed, sealed, not yet counted\n"
        size = args.size // len(names)
        with open(name, "wb") as out:
            out.write(b"".join(line % (args.name.encode(), n, i) for i in range(size // 70 + 1))[:size])
    storage = lt.file_storage()
    lt.add_files(storage, path)
    creator = lt.create_torrent(storage, piece_size=args.piece, flags=lt.create_torrent.v1_only)
    for tier, url in enumerate(args.tracker):
        creator.add_tracker(url, tier)
    for url in args.web:
        creator.add_url_seed(url)
    for url in args.web17:
        creator.add_http_seed(url)
    creator.set_creator("portwarden lab")
    lt.set_piece_hashes(creator, args.folder)
    torrent = creator.generate()
    with open(os.path.join(args.folder, args.name + ".torrent"), "wb") as out:
        out.write(lt.bencode(torrent))
    print(lt.torrent_info(torrent).info_hash())


main()
