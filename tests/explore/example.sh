#!/bin/bash
# tests/explore/example.sh - the complete example of docs/explorer.md, cut from there, built and explored: its
# mistake is found with two preemptions.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
dir=$build/explore-example
mkdir -p "$dir"
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' docs/explorer.md >"$dir/flag-lock.c"
make --no-print-directory BUILD="$build" X_BIN="$dir/explore" X_USER="$dir/flag-lock.c" explore-build >"$dir/log" 2>&1 ||
	{ tail -n 20 "$dir/log"; echo "FAIL example: it does not build"; exit 1; }
"$dir/explore" flag-lock linux-2.3.30 >"$dir/out" 2>&1
if [ $? = 1 ] && grep -q '^flag-lock: 2 added, the counter is 1$' "$dir/out" &&
	grep -q '^flag-lock x linux-2.3.30: found: 2 preemptions' "$dir/out"; then
	echo "  ok      the example of docs/explorer.md"
else
	tail -n 5 "$dir/out"
	echo "FAIL example"
	exit 1
fi
