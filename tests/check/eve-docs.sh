#!/bin/sh
# SPDX-License-Identifier: MIT
# Is every member that EVE can write, and every counter of its stats, told in docs/eve.md, and is every event_type a
# heading there?
set -eu
cd "$(dirname "$0")/../.."
docs=docs/eve.md
bad=0

keys=$(grep -ho '\(json_[a-z0-9]*\|eve_[a-z0-9]*_if\|write_[a-z0-9]*\)([^()]*j, "[a-z0-9_]*"' classifier/output/eve*.c |
    sed 's/.*"\([a-z0-9_]*\)"/\1/')
known=$(grep -ho 'JSON_KEY("[a-z0-9_]*")' classifier/output/eve*.c | sed 's/.*"\([a-z0-9_]*\)".*/\1/')
pairs=$(grep -ho '"[a-z_]*_toserver", "[a-z_]*_toclient"' classifier/output/eve*.c | tr -d '", ' | sed 's/toserver/toserver /')
flags=$(sed -n '/write_flags/,/^}/s/.*/&/p' classifier/output/eve_flow.c | grep -o '"[a-z]*"' | tr -d '"')
counters=$(sed -n '/struct counter all/,/};/p' classifier/engine/stats.c | grep -o '"[a-z0-9_]*"' | tr -d '"')

for key in $keys $known $pairs $flags $counters; do
    grep -q "\`$key\`" "$docs" || { echo "$docs: \`$key\` is not told"; bad=1; }
done
for type in $(sed -n '/} lines\[\]/,/};/s/.*{"\([a-z_]*\)",.*/\1/p' classifier/output/eve.c); do
    grep -q "^## \`$type\`" "$docs" || { echo "$docs: no heading for event_type $type"; bad=1; }
done
[ "$(echo "$keys" | wc -l)" -gt 50 ] && [ "$(echo "$known" | wc -l)" -gt 30 ] || { echo "eve-docs: found too few members: is it still looking right?"; bad=1; }
exit $bad
