#!/bin/sh
# SPDX-License-Identifier: MIT
# A folder of classifier/ includes itself and folders of lower rank; equal ranks never meet. Foreign headers stay
# behind their one door. Prints every include that breaks this.
cd "$(dirname "$0")/../.." || exit 1
status=0
awk '
BEGIN { n = split("base:0 model:1 capture:2 decode:2 flow:2 stream:2 layers:2 policy:2 " \
                  "output:2 enforce:2 identify:3 engine:4 cli:5", word, " ")
        for (i = 1; i <= n; i++) { split(word[i], p, ":"); rank[p[1]] = p[2] } }
FNR == 1 { split(FILENAME, part, "/"); me = part[2] }
!(me in rank) { print FILENAME ": folder " me "/ has no rank"; bad = 1; nextfile }
/^#include "/ { split($2, q, /["\/]/); to = q[2]
    if (to != me && !(to in rank && rank[to] < rank[me])) {
        printf "%s:%d: %s/ may not include %s/\n", FILENAME, FNR, me, to; bad = 1 } }
END { exit bad }' classifier/*/*.[ch] || status=1

# door HEADER-PATTERN FOLDER-OR-FILE: only there may it be included
door() {
    found=$(grep -rnE "^#include <($1)" classifier | grep -v "^classifier/$2")
    [ -z "$found" ] && return
    printf '%s\n  belongs behind classifier/%s\n' "$found" "$2"
    status=1
}
door 'pcap' capture/
door 'ndpi' identify/ndpi.c
door 'yaml' policy/
door 'hs\.h|hs/' policy/
door 'openssl/' base/digest.c
door 'zstd' capture/
door 'seccomp|cap-ng' cli/privileges.c
exit $status
