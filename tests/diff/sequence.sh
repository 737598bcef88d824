#!/bin/bash
# tests/diff/sequence.sh DESIGN OP WORKLOAD CPUS - the lock sequence of one operation, for `make sequence`.
# A trace of that run is made unless $BUILD/diff/sequence-DESIGN-WORKLOAD-CPUS/ has one of this very kernel.
# Without OP, or with one that does not occur, the operations that do are listed. Status as for every command.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
design=$1 op=$2 workload=$3 cpus=$4
command=sequence
. tests/diff/names.sh
check_design "$design"
check_workload "$workload"
check_cpus "$cpus"
dir=$build/diff/sequence-$design-$workload-$cpus
if [ ! "$dir/trace" -nt "$build/hda.img" ]; then
	echo "sequence: $workload on $cpus CPUs under $design, in Bochs, with every lock traced ..." >&2
	tests/diff/trace-run.sh "$design" "$workload" "$cpus" "$dir"
	status=$?
	[ -f "$dir/trace" ] || exit $status
fi
if [ -z "$op" ]; then
	echo "sequence: say OP=; under $design this workload has: $("$build/lockdiff" ops "$dir/trace" | sort | tr '\n' ',' | sed 's/,$//; s/,/, /g')" >&2
	exit 2
fi
"$build/lockdiff" sequence "$dir/trace" "$op" ${ALL:+all}
