#!/bin/bash
# tests/diff/replay-report.sh SCENARIO DESIGN SCHEDULE [key=value ...] - one scenario in Bochs, as make replay
# plays it, but with every event recorded: its report as a page, its trace for Perfetto.
#
# SCHEDULE as for tests/boot/replay.sh: story (or empty), none, free or sequential.
# Leaves $BUILD/replay/SCENARIO-DESIGN/: trace, report.html, trace.json. Status 0 = the page is there, 2 = it is not.
# Whether the verdict was the expected one is for make replay to say.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
scenario=$1 design=$2 schedule=$3
shift 3
command=replay-report
. tests/diff/names.sh
check_design "$design"
[ -r "tests/scenarios/$scenario.c" ] || grep -qs "\"$scenario\"" tests/scenarios/*.c || refuse "no scenario '$scenario'"
words="scenario=$scenario design=$design"
case $schedule in
'' | story) ;;
none) words="$words schedule=none" ;;
free | sequential) words="$words mode=$schedule" ;;
*) refuse "SCHEDULE is story, none, free or sequential here, not '$schedule'" ;;
esac
dir=$build/replay/$scenario-$design
trace_mem=${TRACE_MEM:-32}

. "$build/layout.sh" || exit 2
mkdir -p "$dir" && rm -f "$dir/trace" "$dir/hdb.traced"
cp --reflink=auto --sparse=always "$build/hdb.img" "$dir/hdb.traced" || exit 2
truncate -s $(((HDB_SECTORS + 1008 * ((trace_mem * 2048 + 1007) / 1008)) * 512)) "$dir/hdb.traced"
echo "replay-report: $words, in Bochs, with every event recorded ..."
tests/boot/run-bochs.sh "$dir/run" "$words tracefile=hdb:$HDB_SECTORS mem=32768" mem=$((32 + trace_mem)) \
	timeout="${TIMEOUT:-120}" hdb="$dir/hdb.traced" fsck=no "$@" > "$dir/run.out" 2>&1
rm -f "$dir/hdb.traced"
"$build/lockdiff" pack "$dir/run/hdb.img" "$HDB_SECTORS" "$build/kernel.elf" "$dir/trace"
packed=$?
rm -f "$dir/run"/*.img
[ $packed = 0 ] || exit 2
grep -a '^verdict' "$dir/run/serial.log" | cut -c1-200
"$build/report" "$dir/trace" -o "$dir/report.html" ${FIGURES:+--figures "$FIGURES"} || exit 2
"$build/trace2json" "$dir/trace" -o "$dir/trace.json" || exit 2
echo "for Perfetto: $dir/trace.json"
echo "page: $dir/report.html"
