#!/bin/bash
# tests/diff/scaling.sh - how throughput grows with the number of CPUs, under several locking designs.
#
#   WORKLOAD="touch fork" CPUS="1 2 4 8" DESIGNS="linux-2.3.30 linux-6.12" LOCKCOST=n tests/diff/scaling.sh
# Each is optional (WORKLOAD: all but short; CPUS: 1 2 4 8; DESIGNS: the four of the comparison; LOCKCOST: 0).
# Every combination is one run of /bin/workload (tests/programs/workload.h) in Bochs, watchers off, JOBS=2 at a
# time. Into OUT (BUILD/scaling): results.tsv, one line a run; tables.txt; WORKLOAD.svg, a chart each. The
# table is printed, too. A run that a design's own fault stops is made again with the watchers on, and what
# they say stands where its number would.
# A run repeats to the tick, so once is enough; the same command gives the same tables.
# Exit status: 0 = all runs ended as they should, 1 = one did not, 2 = wrong values, or cannot run.
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=${BUILD:-build}
export BUILD
OUT=${OUT:-$BUILD/scaling}
CPUS=${CPUS:-1 2 4 8}
JOBS=${JOBS:-2}
LOCKCOST=${LOCKCOST:-0}
KNOWN="touch touch-shared touch-mmap touch-mms fork pressure mixed short"
WORKLOAD=${WORKLOAD:-touch touch-shared touch-mmap touch-mms fork pressure mixed}
DESIGNS=${DESIGNS:-linux-2.3.23 linux-2.3.30 linux-2.4.3 linux-6.12}
TIMEOUT=${TIMEOUT:-600}
IPS=${IPS:-4000000}

refuse() { # exit status 2
	echo "scaling: $*" >&2
	exit 2
}

# one of WORDS...: is $1 among the others?
among() {
	local word=$1 w
	shift
	for w; do [ "$w" = "$word" ] && return 0; done
	return 1
}

# Each list is one line of plain words, or is refused in one line.
words() { printf '%s' "$1" | tr -c 'A-Za-z0-9._-' ' '; }
WORKLOAD=$(words "$WORKLOAD") CPUS=$(words "$CPUS") DESIGNS=$(words "$DESIGNS")
[ -n "${WORKLOAD// /}" ] && [ -n "${CPUS// /}" ] && [ -n "${DESIGNS// /}" ] ||
	refuse "WORKLOAD, CPUS and DESIGNS must name something"
for w in $WORKLOAD; do among "$w" $KNOWN || refuse "no workload '$w'; there are: $KNOWN"; done
for c in $CPUS; do among "$c" 1 2 3 4 5 6 7 8 || refuse "CPUS=$c: Bochs has 1 to 8 CPUs"; done
designs=$(cd "$root/mm/design" && ls ./*.c | sed -n -e 's|^\./||' -e 's|\.c$||p' | grep -vx design)
for d in $DESIGNS; do among "$d" $designs || refuse "no design '$d'; there are: $(echo $designs)"; done
for n in LOCKCOST JOBS IPS TIMEOUT; do
	case ${!n} in '' | *[!0-9]*) refuse "$n is a number, not '${!n}'" ;; esac
done
[ "$JOBS" -ge 1 ] && [ "$JOBS" -le 8 ] || refuse "JOBS is 1 to 8"
[ -r "$BUILD/hda.img" ] || refuse "no $BUILD/hda.img: run make first"

# Megabytes: enough for all workers, or for pressure too little.
memory_of() {
	case $1 in
	pressure) echo 12 ;;
	short) echo 9 ;;
	touch-shared | fork) echo 32 ;;
	*) echo 64 ;;
	esac
}

# What the watchers have to say about a run that failed, in one line.
complaint_of() { # W D C
	local dir=$OUT/runs/$1-$2-$3-watched
	"$root/tests/boot/run-bochs.sh" "$dir" "design=$2 watch=all workload=$1" cpus="$3" \
		mem="$(memory_of "$1")" ips="$IPS" timeout="$TIMEOUT" fsck=no > "$dir.out" 2>&1
	grep -a -m1 -E '^(DEADLOCK|LOCK ORDER|STALL|RULE|uaf|invariant|leak|kernel panic|VM: killing)' \
		"$dir/serial.log" 2> /dev/null | cut -c1-120
}

# One run: a line of results.tsv in $OUT/runs/W-D-C.tsv.
run() { # W D C
	local w=$1 d=$2 c=$3 dir=$OUT/runs/$1-$2-$3 cost=
	[ "$LOCKCOST" = 0 ] || cost=" lockcost=$LOCKCOST"
	"$root/tests/boot/run-bochs.sh" "$dir" "design=$d workload=$w$cost" cpus="$c" \
		mem="$(memory_of "$w")" ips="$IPS" timeout="$TIMEOUT" > "$dir.out" 2>&1
	awk -v w="$w" -v d="$d" -v c="$c" -f "$here/scaling_run.awk" "$dir/serial.log" > "$dir.tsv" 2> /dev/null
	if [ ! -s "$dir.tsv" ]; then
		local why
		why=$(complaint_of "$w" "$d" "$c")
		[ -n "$why" ] || why=$(grep -m1 -E '^(time is up|the guest|the machine|boot failed|the root)' "$dir.out")
		printf '%s\t%s\t%s\tSTOPPED\t%s\n' "$w" "$d" "$c" "$why" > "$dir.tsv"
	fi
	rm -f "$dir"/*.img "$dir-watched"/*.img
	echo "  $w, $d, $c CPU(s): $(cut -f 4 "$dir.tsv")" >&2
}

mkdir -p "$OUT/runs" || refuse "cannot make $OUT/runs"
rm -rf "${OUT:?}"/runs/*
running=0
for w in $WORKLOAD; do
	for c in $CPUS; do
		for d in $DESIGNS; do
			run "$w" "$d" "$c" &
			running=$((running + 1))
			[ $running -lt "$JOBS" ] || { wait -n; running=$((running - 1)); }
		done
	done
done
wait

printf '#workload\tdesign\tcpus\tstate\tunit\tops\tticks\tmin\tmax\tworkers\tdesign_wait\tother_wait\tmost\tlockcost\n' > "$OUT/results.tsv"
for w in $WORKLOAD; do
	for d in $DESIGNS; do
		for c in $CPUS; do cat "$OUT/runs/$w-$d-$c.tsv" >> "$OUT/results.tsv"; done
	done
done
awk -v ips="$IPS" -f "$here/scaling_table.awk" "$OUT/results.tsv" | tee "$OUT/tables.txt"
for w in $WORKLOAD; do
	awk -v workload="$w" -f "$here/chart.awk" "$here/published.tsv" "$OUT/results.tsv" > "$OUT/$w.svg"
done
echo "charts: $OUT/*.svg, figures: $OUT/results.tsv"
! cut -f 4 "$OUT/results.tsv" | grep -qE '^(STOPPED|FAILED)$'
