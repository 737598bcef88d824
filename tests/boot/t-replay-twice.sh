#!/bin/bash
# The same replay twice: byte-identical serial logs, the same final tick.
. "$(dirname "$0")/lib.sh"
boot 0 bochs "scenario=swapout-deadlock design=vmlist-held" cpus=2
first=$LOG first_ticks=$(ticks)
boot 0 bochs "scenario=swapout-deadlock design=vmlist-held" cpus=2
cmp -s "$first" "$LOG" || fail "the serial logs differ: $(cmp "$first" "$LOG")"
[ -n "$first_ticks" ] && [ "$first_ticks" = "$(ticks)" ] || fail "ticks $first_ticks and $(ticks)"
pass "identical logs, tick $first_ticks twice"
