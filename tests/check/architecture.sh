#!/bin/sh
# SPDX-License-Identifier: MIT
# Is docs/architecture.md still about this source? Every file and function that it names exists, and every limit in its
# table has that value. And in all pages: does every link lead somewhere?
set -eu
cd "$(dirname "$0")/../.."
page=docs/architecture.md
bad=0
complain() { echo "$*" && bad=1; }

for path in $(grep -oE '`(classifier|tests|pcaps)/[A-Za-z0-9_./-]*`' $page | tr -d '`' | grep -v 'x\.c$'); do
    [ -e "$path" ] || complain "$page: there is no $path"
done
for name in $(grep -oE '`[a-z_0-9]+\(\)`' $page | tr -d '`()' | sort -u); do
    grep -qrE "(^|[ *])$name\(" classifier --include='*.[ch]' || complain "$page: there is no $name()"
done

# "4 KiB", "3,600 s", "16,384": as a number; names end in _NS where the unit is nanoseconds.
value_of() {
    number=$(echo "$1" | sed 's/[^0-9]//g')
    case $1 in
    *KiB) echo $((number << 10)) ;;
    *MiB) echo $((number << 20)) ;;
    *GiB) echo $((number << 30)) ;;
    *s) case $2 in *_NS) echo $((number * 1000000000)) ;; *) echo "$number" ;; esac ;;
    *) echo "$number" ;;
    esac
}
rows=$(sed -n 's/^| [^|]* | `\([A-Z_]*\)` | \([^|]*\) | \([a-z_/]*\.[ch]\) |.*/\1;\2;\3/p' $page)
IFS='
'
for row in $rows; do
    name=${row%%;*} file=classifier/${row##*;} said=${row#*;}
    said=$(value_of "${said%;*}" "$name")
    # The definition may stand on the next line; suffixes, casts and comments are C's.
    text=$(sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' "$file" | sed -n "s/^#define $name  *//p" |
        sed 's,/\*.*,,; s/U*INT64_C//g; s/\([0-9]\)[uUlL]*/\1/g')
    [ -n "$text" ] || { complain "$page: $file does not define $name" && continue; }
    is=$(($text))
    [ "$is" -eq "$said" ] || complain "$page: $name is $is in $file, not $said"
done
[ "$(echo "$rows" | wc -l)" -gt 30 ] || complain "$0: found too few limits: is it still looking right?"

for file in ./*.md docs/*.md pcaps/*.md; do
    for link in $(grep -oE '\]\([^)#]+' "$file" | cut -c3- | grep -v '^https\?:'); do
        [ -e "${file%/*}/$link" ] || complain "$file: the link to $link leads nowhere"
    done
done
exit $bad
