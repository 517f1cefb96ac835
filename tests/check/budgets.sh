#!/bin/sh
# SPDX-License-Identifier: MIT
# The budgets of the style guide: functions of at most 60 lines, 5 parameters and 3 levels of nesting, files of 500
# lines, public headers of 120, lines of 100 columns, ASCII, an SPDX line, nothing left open. Tables are exempt.
cd "$(dirname "$0")/../.." || exit 1
sources=$(git ls-files -co --exclude-standard 'classifier/*.[ch]' 'tests/*.[ch]')
product=$(git ls-files -co --exclude-standard 'classifier/*.[ch]')
found=$(
    for f in $product; do
        lines=$(wc -l <"$f")
        case $f in
        */anomaly_list.h) ;; # a table
        *.h) [ "$lines" -le 120 ] || echo "$f: $lines lines; a header has at most 120" ;;
        *) [ "$lines" -le 500 ] || echo "$f: $lines lines; a file has at most 500" ;;
        esac
    done
    for f in $sources; do
        head -n 1 "$f" | grep -q 'SPDX-License-Identifier: MIT' || echo "$f: no SPDX line"
    done
    # shellcheck disable=SC2086
    awk 'length > 100 { printf "%s:%d: %d columns\n", FILENAME, FNR, length }' $sources
    # shellcheck disable=SC2086
    LC_ALL=C grep -nP '[^\x00-\x7f]' $sources /dev/null | sed 's/$/   (not ASCII)/'
    # shellcheck disable=SC2086
    grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $product /dev/null
    # shellcheck disable=SC2086
    awk '
    FNR == 1 { depth = 0; start = 0; head = "" }
    { s = $0; gsub(/"([^"\\]|\\.)*"/, "", s); gsub(/\047([^\047\\]|\\.)*\047/, "", s); gsub(/\/\*.*\*\//, "", s) }
    depth == 0 && /^[A-Za-z_]/ { head = s; first = FNR }
    depth == 0 && /^[ \t]/ { head = head s }
    { open = gsub(/\{/, "{", s); close_ = gsub(/\}/, "}", s) }
    depth == 0 && open > 0 { isfn = head ~ /\)[ ]*(\{|$)/ && head !~ /=/ && head !~ /^(struct|enum|union|static const|const)[^(]*\{/; start = first; deepest = 0
        commas = head; sub(/^[^(]*\(/, "", commas); args = gsub(/,/, ",", commas) + 1 }
    { depth += open - close_; if (depth > deepest) deepest = depth }
    depth == 0 && close_ > 0 && start {
        if (isfn && FNR - start + 1 > 60) printf "%s:%d: a function of %d lines; at most 60\n", FILENAME, start, FNR - start + 1
        if (isfn && args > 5) printf "%s:%d: %d parameters; at most 5\n", FILENAME, start, args
        if (isfn && deepest > 4) printf "%s:%d: nested %d deep; at most 3\n", FILENAME, start, deepest - 1
        start = 0; head = "" }' $(printf '%s\n' $product | grep '\.c$')
)
[ -z "$found" ] && exit 0
printf '%s\n' "$found"
exit 1
