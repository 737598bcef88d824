#!/bin/bash
# tests/diff/diff.sh A B WORKLOAD CPUS - one workload under two designs, and what differs: for `make diff`.
#
# Leaves $BUILD/diff/A-B-WORKLOAD/: a/trace, b/trace, diff.txt (what is printed), a/result and b/result, and
# a/untraced, b/untraced: the same runs without tracing, so that its cost is known (COST=no leaves them out).
# Status 0 = both runs ended well and the numbers add up, 1 = one did not, 2 = could not run.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
a=$1 b=$2 workload=$3 cpus=$4
command=diff
. tests/diff/names.sh
check_design "$a"
check_design "$b"
check_workload "$workload"
check_cpus "$cpus"
dir=$build/diff/$a-$b-$workload
lockdiff=$build/lockdiff
mkdir -p "$dir"
rm -f "$dir/diff.txt" "$dir/report.html" "$dir/trace.json" "$dir"/[ab]/trace

# What tracing costs: the workload's ticks with and without.
cost() { # DIR
	awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^ticks=/) t[FNR == NR ? 1 : 2] = substr($i, 7) }
		END { printf "without tracing: ticks=%s; tracing makes it %.2f times as long\n", t[2], t[2] ? t[1] / t[2] : 0 }' \
		"$1/result" "$1/untraced"
}

echo "diff: $workload on $cpus CPUs under $a and $b, in Bochs, with every lock traced ..." >&2
tests/diff/trace-run.sh "$a" "$workload" "$cpus" "$dir/a" & first=$!
tests/diff/trace-run.sh "$b" "$workload" "$cpus" "$dir/b" & second=$!
wait $first; status_a=$?
wait $second; status_b=$?
rm -f "$dir"/[ab]/untraced
if [ $status_a = 2 ] || [ $status_b = 2 ] || [ ! -f "$dir/a/trace" ] || [ ! -f "$dir/b/trace" ]; then
	[ $status_a = 1 ] || [ $status_b = 1 ] && exit 1
	exit 2
fi
if [ "${COST:-yes}" != no ]; then
	TRACED=no tests/diff/trace-run.sh "$a" "$workload" "$cpus" "$dir/a" & first=$!
	TRACED=no tests/diff/trace-run.sh "$b" "$workload" "$cpus" "$dir/b" & second=$!
	wait $first || exit 1
	wait $second || exit 1
fi
status=0
[ $status_a = 0 ] && [ $status_b = 0 ] || status=1
{
	echo "The lock diff: $a against $b, workload $workload, $cpus CPUs, Bochs at ${IPS:-4000000} instructions a second"
	for which in a b; do
		eval "name=\$$which"
		printf '  %-16s %s\n' "$name" "$(cut -d' ' -f3- "$dir/$which/result")"
		[ -s "$dir/$which/untraced" ] && printf '  %-16s %s\n' "" "$(cost "$dir/$which")"
	done
	echo
	"$lockdiff" check "$dir/a/trace" || status=1
	"$lockdiff" check "$dir/b/trace" || status=1
	echo
	"$lockdiff" diff "$dir/a/trace" "$dir/b/trace" || status=2
} > "$dir/diff.txt"
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	sed -e '/^Lock sequences/,$d' "$dir/diff.txt"
	"$lockdiff" diff "$dir/a/trace" "$dir/b/trace" | sed -n '/^Lock sequences/,$p'
else
	cat "$dir/diff.txt"
fi
echo
echo "text: $dir/diff.txt   traces: $dir/a/trace $dir/b/trace"
# the same with pictures, and a scaling run's charts of this workload when there is one (make scaling)
charts=()
[ -s "$dir/a/untraced" ] && [ -s "$dir/b/untraced" ] && charts+=(--untraced "$dir/a/untraced" --untraced "$dir/b/untraced")
for f in "$build/scaling/$workload.svg" "$build/scaling/tables.txt"; do
	[ -f "$build/scaling/$workload.svg" ] && [ -f "$f" ] && charts+=(--scaling "$f")
done
if "$build/report" "$dir/a/trace" "$dir/b/trace" -o "$dir/report.html" --result "$dir/a/result" \
	--result "$dir/b/result" "${charts[@]}" ${FIGURES:+--figures "$FIGURES"} &&
	"$build/trace2json" "$dir/a/trace" "$dir/b/trace" -o "$dir/trace.json"; then
	echo "for Perfetto: $dir/trace.json"
	echo "page: $dir/report.html"
else
	status=2
fi
exit $status
