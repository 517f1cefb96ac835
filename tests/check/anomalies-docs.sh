#!/bin/sh
# SPDX-License-Identifier: MIT
# Does docs/anomalies.md tell each row of classifier/model/anomaly_list.h, with its type, its layer and its sentence,
# and more than that sentence; and no row that is gone?
set -eu
cd "$(dirname "$0")/../.."
list=$(mktemp)
trap 'rm -f "$list"' EXIT

# One row a line: name, type, layer, sentence, with tabs between; adjacent string literals joined.
printf '#include "model/anomaly_list.h"\n#define ROW(id, name, type, layer, what) @ name | type | layer | what\nANOMALY_LIST(ROW)\n' |
    ${CC:-cc} -E -P -Iclassifier - | tr '\n' ' ' | tr '@' '\n' | sed 's/" *"//g; s/" *| *"/\t/g; s/^ *"//; s/" *$//' | grep -v '^ *$' >"$list"

awk -F '\t' '
FILENAME == ARGV[1] { row["### `" $1 "`"] = "*" $2 ", " $3 ":* " $4; rows++; next }
/^### / { heading = $0; if (!(heading in row)) complain("is no row of the list"); seen[heading] = 1; line = 0; next }
/^## / { heading = ""; next }
heading == "" || /^$/ { next }
++line == 1 && $0 != row[heading] { complain("should begin: " row[heading]) }
line > 1 { told[heading] = 1 }
function complain(what) { print "docs/anomalies.md: " heading " " what; bad = 1 }
END {
    for (heading in row) {
        if (!(heading in seen)) complain("is missing: " row[heading])
        else if (!(heading in told)) complain("is not explained")
    }
    if (rows < 10) { print "anomalies-docs: the list could not be read"; bad = 1 }
    exit bad
}' "$list" docs/anomalies.md
