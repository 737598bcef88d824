#!/bin/bash
# tests/boot/bench.sh - what the operations of the VM cost in Bochs, beside real Linux's cost there.
#
#   [DESIGN=d] tests/boot/bench.sh [swap]     the table, with the watchers off and on; or the rows of swap
# Runs tests/programs/bench.c on one CPU and compares with tests/boot/bench-limits.txt, which says where
# its figures come from. Exit status 1: a row with the watchers off is above Linux's lean figure.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-build}
export BUILD
design=${DESIGN:-linux-2.3.30}
limits=$root/tests/boot/bench-limits.txt
out=$BUILD/bench
mkdir -p "$out" || exit 2

# NAME "command line" [key=value ...]: one run; its rows are in $out/NAME/rows
measure() {
	local name=$1 status
	shift
	"$root/tests/boot/run-bochs.sh" "$out/$name" "$@" > "$out/$name.out" 2>&1
	status=$?
	[ $status = 0 ] || { # what the machine says of its words, or how it ended
		grep -a '^command line: ' "$out/$name/serial.log" >&2 || cat "$out/$name.out" >&2
		exit 2
	}
	sed -n 's/^bench \([a-z0-9_]*\) \([0-9]*\)$/\1 \2/p' "$out/$name/serial.log" > "$out/$name/rows"
}

# The rows that were measured, with the limits. Status 1: one is above.
table() { # ROWS-OFF [ROWS-ON]
	awk -v on_file="${2:-}" -F ' *[|] *' '
		FILENAME == ARGV[1] { split($0, w, " "); off[w[1]] = w[2]; next }
		on_file != "" && FILENAME == on_file { split($0, w, " "); on[w[1]] = w[2]; next }
		/^#/ { next }
		!($1 in off) { next }
		!header++ { printf "%-62s %8s %8s %8s %8s %8s\n", "ticks (watchers off, on; Linux lean, default)",
			"off", "on", "lean", "default", "of lean" }
		{
			printf "%-62s %8d %8s %8d %8s %7.0f%%%s\n", $4, off[$1], (($1 in on) ? on[$1] : "-"), $2, $3,
				100 * off[$1] / $2, (off[$1] > $2 ? " ABOVE" : "")
			above += (off[$1] > $2)
		}
		END { exit (above > 0) }' "$1" ${2:+"$2"} "$limits"
}

case ${1:-} in
swap)
	echo "$design, Bochs, 1 CPU, 32 MB, ips=50000000: a program sweeps over 12000 pages (Linux: 64 MB)"
	measure swap "run=bench:swap:12000 design=$design" cpus=1 mem=32 ips=50000000 timeout=600
	grep -a '^bench: ' "$out/swap/serial.log"
	table "$out/swap/rows" ;;
'')
	echo "$design, Bochs, 1 CPU, 32 MB: ticks (= instructions) per operation"
	measure off "run=bench swap=none design=$design" cpus=1 mem=32 &
	measure on "run=bench swap=none watch=all design=$design" cpus=1 mem=32 &
	wait %1 && wait %2 || exit 2
	table "$out/off/rows" "$out/on/rows" ;;
*)
	echo "usage: bench.sh [swap]" >&2
	exit 2 ;;
esac
