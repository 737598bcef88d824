#!/bin/sh
# tests/unit/fuzz/run.sh DIR SECONDS TARGET... - first every seed and every earlier finding, then SECONDS of
# fuzzing, for each target, two at a time. Prints executions and coverage; a finding is left in
# DIR/findings/ with its report. Exit status: 0 = none, 1 = findings, 2 = cannot run.
set -u
dir=$1 seconds=$2
shift 2
here=$(dirname "$0")
[ $# -gt 0 ] || { echo "fuzz: no targets"; exit 2; }
mkdir -p "$dir/findings" "$dir/log"
export dir seconds here
export ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"

printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I{} sh -c '
	t={} log=$dir/log/{}.log
	mkdir -p "$dir/corpus/$t"
	max=$("$here/options.sh" $t)
	"$dir/$t" -seed=1 -max_total_time=$seconds -timeout=10 -rss_limit_mb=1500 $max -print_final_stats=1 \
		-artifact_prefix="$dir/findings/$t-" "$dir/corpus/$t" "$dir/seeds/$t" \
		$([ -d "$here/found/$t" ] && echo "$here/found/$t") > "$log" 2>&1
	status=$?
	runs=$(sed -n "s/^stat::number_of_executed_units: *//p" "$log")
	cov=$(sed -n "s/.* cov: \([0-9]*\) .*/\1/p" "$log" | tail -n 1)
	if [ $status = 0 ] && [ "${runs:-0}" -gt 0 ]; then
		printf "  ok      fuzz %-14s %9s runs, %s edges\n" "$t" "$runs" "${cov:-?}"
	else
		printf "  FAILED  fuzz %-14s status %s, see %s\n" "$t" "$status" "$log"
		grep -m1 -E "fuzz:|ERROR:|runtime error:" "$log"
		exit 1
	fi'
[ $? = 0 ] || { echo "fuzz: findings in $dir/findings/"; exit 1; }
