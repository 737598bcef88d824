#!/bin/bash
# tests/explore/matrix.sh EXPLORE [key=value ...] - every scenario under every design, one line a cell.
#
# The options go to each search (bound=2 seconds=20 by default). JOBS=n searches n cells at a time. The table
# is printed at the end and left, with the lines and the tokens, in $OUT (default: beside the explorer).
# Status 0 = each cell is as its scenario expects; 1 = some are not.
set -u
explore=$1
shift
[ $# -gt 0 ] || set -- bound=2 seconds=20
out=${OUT:-$(dirname "$explore")/matrix}
rm -rf "$out"
mkdir -p "$out" || exit 2
scenarios=$("$explore" --scenarios) designs=$("$explore" --designs) || exit 2
export explore out
export options="$*"
# The last scenario is among the longest, and a cell is one job: begin with it.
for s in $scenarios; do for d in $designs; do echo "$s $d"; done; done | tac |
	xargs -P "${JOBS:-2}" -L 1 bash -c '"$explore" "$0" "$1" cell=1 "token=$out/$0-$1.token" $options \
		>"$out/$0-$1.cell" 2>"$out/$0-$1.err"; echo $? >"$out/$0-$1.status"; cat "$out/$0-$1.cell"'
bad=0
for s in $scenarios; do
	echo
	echo "$s"
	for d in $designs; do
		status=$(cat "$out/$s-$d.status")
		cell=$(sed -n 's/^[^:]*: //p' "$out/$s-$d.cell")
		[ -n "$cell" ] || cell="could not run: $(head -n 1 "$out/$s-$d.err")"
		printf '  %-16s %s\n' "$d" "$cell"
		[ "$status" = 0 ] || bad=$((bad + 1))
	done
done >"$out/table"
cat "$out/table"
echo
echo "matrix: $(echo $scenarios | wc -w) scenarios, $(echo $designs | wc -w) designs, $bad cells not as expected; table and tokens in $out"
[ "$bad" = 0 ]
