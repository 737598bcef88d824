#!/bin/bash
# tests/boot/tour.sh - the tour of `make run`: the swapout deadlock under the design that has it, with the
# whole report; the same story under the designs that 1999 shipped; a driver's own fault under all of
# them. Ends with a table of verdicts. Status 0 = every verdict was the expected one.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
out=$build/tour
rows="swapout-deadlock:vmlist-held swapout-deadlock:linux-2.3.23 swapout-deadlock:linux-2.3.30
driver-recursion:vmlist-held driver-recursion:linux-2.3.23 driver-recursion:linux-2.3.30"
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
echo "Six runs, two at a time ..."
printf '%s\n' $rows | { export -f run_row; export out; xargs -P 2 -I{} bash -c 'run_row {}'; }

echo
echo "1. Under vmlist-held (the vmlist lock sleeps and is held across swapout()) the machine hangs."
echo "   What it said (serial port, $out/swapout-deadlock-vmlist-held/serial.log):"
echo
sed 's/^/   | /' "$out/swapout-deadlock-vmlist-held/serial.log" 2>/dev/null
echo
echo "2. The same story under the designs that 1999 shipped, and a driver's own fault under all three:"
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
if [ "$bad" = 0 ]; then
	echo "Every verdict is the documented one. Read on: README.md, docs/deadlock.md."
else
	echo "A verdict is not the documented one: see the logs in $out/."
fi
exit $bad
