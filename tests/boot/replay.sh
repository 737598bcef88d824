#!/bin/bash
# tests/boot/replay.sh SCENARIO DESIGN SCHEDULE [key=value ...] - one scenario in Bochs, and its report.
#
# SCHEDULE is a file (a story or a token), or one of the words story, none, free, sequential; empty = the
# scenario's own story. Status 0 = the verdict was the expected one, 1 = it was not, 2 = could not run.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
scenario=$1 design=$2 schedule=$3
shift 3
cmdline="scenario=$scenario design=$design"
dir=$build/replay/$scenario-$design
case $schedule in
'' | story) ;;
none) cmdline="$cmdline schedule=none" ;;
free | sequential) cmdline="$cmdline mode=$schedule" ;;
*)
	[ -r "$schedule" ] || { echo "replay: no such schedule file: $schedule (or use story, none, free)"; exit 2; }
	[ "$(stat -c %s "$schedule")" -le 16384 ] || { echo "replay: $schedule is longer than 16 KiB"; exit 2; }
	set -- "$@" "schedule=$schedule"
	# a token binds the number of CPUs: the machine gets what it was made with
	cpus=$(sed -n 's/.*kswapd23-token 1 .* cpus=\([0-9]*\) .*/\1/p' "$schedule" | head -n 1)
	[ -z "$cpus" ] || set -- "$@" "cpus=$cpus"
	cmdline="$cmdline schedule=file"
	;;
esac
echo "replay: $cmdline ($*) in Bochs; log: $dir/serial.log"
tests/boot/run-bochs.sh "$dir" "$cmdline" "$@" >"$build/replay.out" 2>&1
status=$?
[ -f "$dir/serial.log" ] && cat "$dir/serial.log"
case $status in
0 | 1 | 2) exit $status ;;
3) echo "replay: the machine did not stop in time"; exit 1 ;;
*) tail -n 3 "$build/replay.out"; exit 2 ;;
esac
