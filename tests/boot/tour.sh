#!/bin/bash
# tests/boot/tour.sh - the tour of `make run`: the swapout deadlock under the design that has it, with the
# whole report; the same story under the designs that 1999 shipped and today's; a driver's own fault under all of
# them, with a table of verdicts; and the lock diff of the default design and today's on the shortest workload.
# Status 0 = every verdict was the expected one, and both workloads ended well.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
out=$build/tour
designs="vmlist-held linux-2.3.23 linux-2.3.30 linux-2.4.3 linux-6.12"
rows=$(for s in swapout-deadlock driver-recursion; do for d in $designs; do echo $s:$d; done; done)
begun=$SECONDS
bad=0
mkdir -p "$out"

run_row()
{
	local scenario=${1%%:*} design=${1#*:}
	tests/boot/run-bochs.sh "$out/$scenario-$design" "scenario=$scenario design=$design" cpus=2 \
		>"$out/$scenario-$design.out" 2>&1
}
field()
{
	sed -n "s/^verdict .*\b$2=\([^ ]*\).*/\1/p" "$1" | tail -n 1
}

echo "kswapd23: the swapout deadlock of 15 October 1999, on a machine of 2 CPUs in Bochs."
echo "Ten runs, two at a time ..."
printf '%s\n' $rows | { export -f run_row; export out; xargs -P 2 -I{} bash -c 'run_row {}'; }

echo
echo "1. Under vmlist-held (the vmlist lock sleeps and is held across swapout()) the machine hangs."
echo "   What it said (serial port, $out/swapout-deadlock-vmlist-held/serial.log):"
echo
sed 's/^/   | /' "$out/swapout-deadlock-vmlist-held/serial.log" 2>/dev/null
echo
echo "2. The same story under the designs that Linux shipped, and a driver's own fault under all five:"
echo
printf '   %-18s %-14s %-12s %-12s %-8s %s\n' scenario design verdict expected steps complaints
for row in $rows; do
	scenario=${row%%:*} design=${row#*:} log=$out/$scenario-$design/serial.log
	if [ ! -f "$log" ] || ! grep -q '^verdict ' "$log"; then
		printf '   %-18s %-14s no verdict; look at %s\n' "$scenario" "$design" "$log"
		bad=1
		continue
	fi
	v=$(field "$log" verdict) e=$(field "$log" expected)
	[ "$v" = "$e" ] || bad=1
	grep -q 'power off, status 0' "$log" || bad=1
	printf '   %-18s %-14s %-12s %-12s %-8s %s\n' "$scenario" "$design" "$v" "$e" \
		"$(field "$log" steps)" "$(field "$log" complaints)"
done
echo
echo "3. The lock diff: the same small workload under linux-2.3.30 and linux-6.12, every lock traced."
echo
COST=no tests/diff/diff.sh linux-2.3.30 linux-6.12 short 2 > "$out/diff.out" 2> "$out/diff.err" || bad=1
page=$(sed -n 's/^page: //p' "$out/diff.out")
# What is short enough for a screen, the address space's locks and one operation; the page has the rest.
sed -n '/^The lock diff/,/^$/p' "$out/diff.out" | sed 's/^/   /'
grep -E '^(class  |mmap_sem |mmap_lock|vm_lock|kernel_lock |page_table_lock |pte lock )' "$out/diff.out" |
	cut -c1-112 | sed 's/^/   | /'
echo
echo "   A first touch of anonymous memory, lock by lock:"
echo
awk '/^--- .*  fault anon  /{ p = 1 } p && /^$/{ exit } p' "$out/diff.out" | sed 's/^/   | /'
echo
[ -s "$out/diff.err" ] && grep -v '^diff: ' "$out/diff.err"
echo
echo "   everything: ${page%/*}/diff.txt"
echo "   with pictures, for a browser: ${page:-none was made}"
echo
if [ "$bad" = 0 ]; then
	echo "Every verdict is the documented one ($((SECONDS - begun)) s). Read on: README.md, docs/deadlock.md, docs/lock-diff.md."
else
	echo "A verdict is not the documented one, or a workload did not end well: see the logs in $out/."
fi
exit $bad
