#!/bin/bash
# With the watchers off no operation of tests/programs/bench.c costs more than on real Linux in the same
# emulator: the lean column of bench-limits.txt, which says how that was measured.
. "$(dirname "$0")/lib.sh"
boot 0 bochs "run=bench swap=none" cpus=1 mem=32 timeout=120
rows=0
while IFS='|' read -r key lean rest; do
	key=${key// /} lean=${lean// /}
	case $key in '#'* | '' | swap_*) continue ;; esac
	ticks=$(sed -n "s/^bench $key \([0-9]*\)\$/\1/p" "$LOG")
	[ -n "$ticks" ] || fail "no row $key"
	[ "$ticks" -le "$lean" ] || fail "$key costs $ticks ticks, Linux's lean kernel $lean"
	rows=$((rows + 1))
done < "$ROOT/tests/boot/bench-limits.txt"
[ $rows = 20 ] || fail "$rows rows compared, not 20"
expect '^accounts: balanced'
pass "$rows operations, none above Linux's lean figure"
