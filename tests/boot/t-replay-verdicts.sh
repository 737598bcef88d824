#!/bin/bash
# The documented deadlock under the design that has it, completion under 1999's shipped ones, and the
# driver's own fault under all three: the table of `make run`.
. "$(dirname "$0")/lib.sh"
for row in swapout-deadlock:vmlist-held:deadlock swapout-deadlock:linux-2.3.23:completed \
	swapout-deadlock:linux-2.3.30:completed driver-recursion:vmlist-held:deadlock \
	driver-recursion:linux-2.3.23:deadlock driver-recursion:linux-2.3.30:deadlock; do
	IFS=: read -r scenario design want <<<"$row"
	boot 0 bochs "scenario=$scenario design=$design" cpus=2
	[ "$(verdict verdict)" = "$want" ] || fail "$scenario x $design: $(verdict verdict), wanted $want"
done
pass "6 verdicts as documented"
