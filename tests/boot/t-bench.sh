#!/bin/bash
# With the watchers off no operation of tests/programs/bench.c costs more than on real Linux in the same
# emulator: the lean column of bench-limits.txt, which says how that was measured. The rows of swap, as there, at
# ips=50000000, where the driver finds PIO to be the faster way.
. "$(dirname "$0")/lib.sh"
boot 0 bochs "run=bench:swap:12000" cpus=1 mem=32 ips=50000000 timeout=300
expect '^ata: PIO; '
cp "$LOG" "$DIR/swap.log"
boot 0 bochs "run=bench swap=none" cpus=1 mem=32 timeout=120
expect '^ata: DMA; '
rows=0
while IFS='|' read -r key lean rest; do
	key=${key// /} lean=${lean// /}
	case $key in '#'* | '') continue ;; swap_*) log=$DIR/swap.log ;; *) log=$LOG ;; esac
	ticks=$(sed -n "s/^bench $key \([0-9]*\)\$/\1/p" "$log")
	[ -n "$ticks" ] || fail "no row $key"
	[ "$ticks" -le "$lean" ] || fail "$key costs $ticks ticks, Linux's lean kernel $lean"
	rows=$((rows + 1))
done < "$ROOT/tests/boot/bench-limits.txt"
[ $rows = 24 ] || fail "$rows rows compared, not 24"
expect '^accounts: balanced'
# From kernel entry to the first program on 2 CPUs, as the shell's banner counts it: under 15 million.
boot 0 bochs "run=grep:ticks_since_entry:/proc/system" cpus=2 mem=32 timeout=120
ticks=$(sed -n 's/^ticks_since_entry \([0-9]*\)$/\1/p' "$LOG")
[ -n "$ticks" ] && [ "$ticks" -gt 100000 ] && [ "$ticks" -lt 15000000 ] ||
	fail "${ticks:-no} ticks from kernel entry to the first program"
pass "$rows operations, none above Linux's lean figure; $ticks ticks to the first program"
