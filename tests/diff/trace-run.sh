#!/bin/bash
# tests/diff/trace-run.sh DESIGN WORKLOAD CPUS DIR [key=value ...] - run one workload in Bochs under one design
# and leave its trace in DIR/trace, the workload's result line in DIR/result. With TRACED=no the same machine
# runs without tracing, and only the result is left, in DIR/untraced: what tracing costs is the difference.
# More words for the kernel's command line in $TRACE_WORDS.
#
# The machine has MEM MB for its VM (mem=, by default what the workload is made for) and TRACE_MEM MB more for
# the trace (default 96), which it writes behind the swap areas of its second disk when it ends
# (kernel/trace_out.c). The VM's memory, and so what the workload does, is the same with and without.
# Status 0 = all is there, 1 = the workload failed, 2 = could not run; one line says why.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
design=$1 workload=$2 cpus=$3 dir=$4
shift 4
. tests/diff/names.sh
mem=${MEM:-$(memory_of "$workload")} trace_mem=${TRACE_MEM:-96}
say() { echo "trace: $design, $workload, $cpus CPUs: $*"; }

. "$build/layout.sh" || exit 2
traced=${TRACED:-yes}
if [ "$traced" = no ]; then
	run=$dir/plain result=$dir/untraced words=
else
	run=$dir/run result=$dir/result words="tracefile=hdb:$HDB_SECTORS"
	rm -f "$dir/trace"
fi
mkdir -p "$dir" && rm -f "$result" "$run.hdb"
cp --reflink=auto --sparse=always "$build/hdb.img" "$run.hdb" || exit 2
truncate -s $(((HDB_SECTORS + 1008 * ((trace_mem * 2048 + 1007) / 1008)) * 512)) "$run.hdb"
tests/boot/run-bochs.sh "$run" "design=$design workload=$workload:$cpus mem=$((mem * 1024)) $words ${TRACE_WORDS:-}" \
	cpus="$cpus" mem=$((mem + trace_mem)) timeout="${TIMEOUT:-120}" hdb="$run.hdb" fsck=no "$@" > "$run.out" 2>&1
status=$?
rm -f "$run.hdb" "$run/hda.img"
log=$run/serial.log
if [ $status -ge 2 ]; then
	say "$(grep -a -m1 -E 'kernel panic|boot error|refuse|command line|tracefile' "$log" 2> /dev/null | cut -c1-200)$(tail -n 2 "$run.out" | head -n 1 | cut -c1-200)"
	rm -f "$run/hdb.img"
	[ $status = 2 ] && exit 2
	exit 1
fi
grep -a -m1 -E '^workload [a-z0-9-]+ (ok|FAILED) ' "$log" > "$result" || : > "$result"
packed=0
if [ "$traced" != no ]; then
	"$build/lockdiff" pack "$run/hdb.img" "$HDB_SECTORS" "$build/kernel.elf" "$dir/trace"
	packed=$?
fi
rm -f "$run/hdb.img"
[ $packed = 0 ] || exit 2
[ $status = 0 ] || { say "the workload failed: $(tail -n 1 "$result")"; exit 1; }
