#!/bin/sh
# SPDX-License-Identifier: MIT
# Does docs/anomalies.md tell each row of classifier/model/anomaly_list.h, with its type, its layer and its sentence,
# and more than that sentence; the close code with which its receiver closes, where there is one, and no other; and no
# row that is gone?
set -eu
cd "$(dirname "$0")/../.."
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

# One row a line: name, type, layer, sentence, close code, with tabs between.
cat >"$room/list.c" <<'END'
#include "model/anomaly.h"
#include <stdio.h>
int main(void)
{
    for (int i = ANOMALY_NONE + 1; i < ANOMALY_COUNT; i++) {
        const struct anomaly_info *a = anomaly_info((enum anomaly)i);
        printf("%s\t%s\t%s\t%s\t%u\n", a->name, a->type, a->layer, a->what,
               (unsigned)anomaly_close_code((enum anomaly)i));
    }
    return 0;
}
END
${CC:-cc} -std=c17 -Iclassifier -o "$room/list" "$room/list.c" classifier/model/anomaly.c
"$room/list" >"$room/rows"

awk -F '\t' '
FILENAME == ARGV[1] { row["### `" $1 "`"] = "*" $2 ", " $3 ":* " $4; code["### `" $1 "`"] = $5; rows++; next }
/^### / { heading = $0; if (!(heading in row)) complain("is no row of the list"); seen[heading] = 1; line = 0; next }
/^## / { heading = ""; next }
heading == "" || /^$/ { next }
++line == 1 && $0 != row[heading] { complain("should begin: " row[heading]) }
line > 1 { told[heading] = told[heading] " " $0 }
function complain(what) { print "docs/anomalies.md: " heading " " what; bad = 1 }
function closes(text) { return match(text, /A receiver closes with [0-9]+/) ? substr(text, RSTART + 23, RLENGTH - 23) : 0 }
END {
    for (heading in row) {
        if (!(heading in seen)) complain("is missing: " row[heading])
        else if (!(heading in told)) complain("is not explained")
        else if (closes(told[heading]) != code[heading])
            complain(code[heading] ? "should say: A receiver closes with " code[heading] "." : "has no close code")
    }
    if (rows < 10) { print "anomalies-docs: the list could not be read"; bad = 1 }
    exit bad
}' "$room/rows" docs/anomalies.md
