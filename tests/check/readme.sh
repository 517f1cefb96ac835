#!/bin/bash
# SPDX-License-Identifier: MIT
# Is what the pages show what the program prints? The block of README.md that begins with "$ make demo", and each
# example line of docs/eve.md. With --update: writes both anew from what the program prints now; read the diff.
set -eu
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
unset COLUMNS
build=${BUILD:-build}

# The path of the report differs from machine to machine; lines of the build come only once.
make --no-print-directory -s -j2 demo BUILD="$build" </dev/null 2>"$tmp/err" |
    sed -E '/^  (CC|LD) /d; s#^(The firewall report: ).*(/report\.html)$#\1build\2#' >"$tmp/demo"
[ -s "$tmp/demo" ] || { cat "$tmp/err" && exit 1; }
"$build/portwarden" analyze -r rules/default.yaml --frames --payload printable --eve - pcaps/port80.pcap >"$tmp/eve"

# The block: from "$ make demo" to the end of its fence.
awk -v file="$tmp/demo" '
    inside && /^```$/ { inside = 0 }
    !inside { print }
    /^\$ make demo$/ { inside = 1; while ((getline line < file) > 0) print line }' README.md >"$tmp/README.md"

# An example line stands for the program'\''s line of the same kind, packet and client port (of stats: the only one).
# How much memory was used is left as it is: it depends on the build.
awk -v file="$tmp/eve" '
    function field(name, line) { return match(line, "\"" name "\":\"?[^,\"}]*") ? substr(line, RSTART, RLENGTH) : "" }
    function id(line) { return field("event_type", line) field("pcap_cnt", line) field("src_port", line) }
    function plain(line) { gsub(/"memuse[a-z_]*":[0-9]+/, "", line); return line }
    BEGIN { while ((getline line < file) > 0) if (!(id(line) in real)) real[id(line)] = line }
    /^\{"timestamp":/ && !(id($0) in real) { print "docs/eve.md:" FNR ": the program prints no such line" > "/dev/stderr"; bad = 1 }
    /^\{"timestamp":/ && plain(real[id($0)]) != plain($0) { print real[id($0)]; next }
    { print }
    END { exit bad }' docs/eve.md >"$tmp/eve.md"

if [ "${1:-}" = --update ]; then
    cp "$tmp/README.md" README.md
    cp "$tmp/eve.md" docs/eve.md
    exit
fi
bad=0
for page in README.md docs/eve.md; do
    diff -u "$page" "$tmp/${page##*/}" || { echo "$page: not what the program prints; tests/check/readme.sh --update" && bad=1; }
done
exit $bad
