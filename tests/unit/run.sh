#!/bin/sh
# tests/unit/run.sh PROGRAM... - run Check programs, one short line each, details of those that fail.
# Exit status: 0 all passed, 1 some did not, 2 nothing to run.

[ $# -gt 0 ] || { echo "unit: no test programs"; exit 2; }
export ASAN_OPTIONS="detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
programs=0 bad=0 checks=0
for p in "$@"; do
	programs=$((programs + 1))
	log=$p.log
	timeout "${UNIT_TIMEOUT:-300}" "$p" > "$log" 2>&1
	status=$?
	line=$(grep -E '^[0-9]+%: Checks: ' "$log" | tail -n 1)
	n=$(printf '%s\n' "$line" | sed -n 's/.*Checks: \([0-9]*\),.*/\1/p')
	checks=$((checks + ${n:-0}))
	if [ $status = 0 ] && [ -n "$line" ]; then
		printf '  ok      %-20s %s tests\n' "${p##*/}" "$n"
	else
		bad=$((bad + 1))
		[ $status = 124 ] && echo "timeout after ${UNIT_TIMEOUT:-300} s" >> "$log"
		printf '  FAILED  %-20s status %s, %s\n' "${p##*/}" "$status" "${line:-no result line}"
		tail -n 40 "$log" | sed 's/^/          /'
	fi
done
echo "unit: $programs programs, $checks tests, $bad programs failed"
[ $bad = 0 ]
