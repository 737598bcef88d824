#!/bin/bash
# The workloads of the lock diff end well, and check what they touched: `short`, with little memory so that it
# swaps, and `touch`, whose faults really are first ones; and a kernel whose cost model is on says so. That
# the check can fail is tried too: the program refuses a workload that does not exist.
. "$(dirname "$0")/lib.sh"

boot 0 bochs "design=linux-2.3.30 watch=all workload=short" cpus=2 mem=9 timeout=60
expect '^workload short ok workers=2 helpers=0 cpus=2 .* wrong=0 refused=0$'
refuse '^workload short: .* no swapping' "it is to swap: give it less memory"
refuse '^(LOCK ORDER|DEADLOCK|STALL|RULE|invariant|leak|uaf)'
expect '^accounts: balanced'

boot 0 bochs "design=linux-2.3.30 run=workload:touch:2:1,cat:/proc/vmstat lockcost=100" cpus=2 mem=32 timeout=60
expect '^lockcost=100: a model is on'
expect '^workload touch ok workers=2 helpers=0 cpus=2 rounds=1 unit=faults ops=2048 .* wrong=0 refused=0 lockcost=100$'
faults=$(sed -n 's/^faults_anon \([0-9]*\)$/\1/p' "$LOG")
[ "${faults:-0}" -ge 2048 ] || fail "2048 first touches, but only ${faults:-no} anonymous faults"

# With the watchers off, CPUs keep objects and frames of their own at hand: the books must hold them all.
boot 0 bochs "design=linux-2.3.30 run=workload:fork:2:1,cat:/proc/invariants" cpus=2 mem=32 timeout=60
expect '^workload fork ok workers=2 .* wrong=0 refused=0$'
expect '^clean$'
expect '^accounts: balanced'

boot 1 bochs "design=linux-2.3.30 workload=tuch" cpus=1 timeout=60
expect '^workload NAME '
boot 2 bochs "lockcost=many" cpus=1 timeout=60
expect '^command line: lockcost is a number of ticks'
pass "short and touch"
