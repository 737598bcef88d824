#!/bin/bash
# tests/explore/claims.sh EXPLORE - what docs/explorer.md promises of the explorer, asked of it: 1 = one is broken.
#
# Figures that depend on the host's speed are printed and judged with a wide margin; counts are exact.
set -u
explore=$1
out=$(mktemp -d) && trap 'rm -rf "$out"' EXIT
bad=0

say() # ok|FAILED TEXT
{
	printf '  %-7s %s\n' "$1" "$2"
	[ "$1" = ok ] || bad=1
}

claim() # TEXT CONDITION...
{
	local text=$1
	shift
	if "$@"; then say ok "$text"; else say FAILED "$text"; fi
}

# The swapout deadlock: found soon, minimal, always the same, and told by one order of milestones.
"$explore" swapout-deadlock vmlist-held "token=$out/d.token" repeat=1000 >"$out/d" 2>&1
schedules=$(sed -n 's/.*found: 1 preemption, \([0-9]*\) schedules.*/\1/p' "$out/d")
ms=$(awk '/^explore: [0-9] preemption/ { for (i = 1; i <= NF; i++) if ($i == "s,") t += $(i - 1) } END { printf "%d", 1000 * t + 0.5 }' "$out/d")
claim "swapout-deadlock x vmlist-held: found after ${schedules:-no} schedules (at most 100)" [ "${schedules:-999}" -le 100 ]
claim "  in $ms ms of processor time (100 where nothing else runs)" [ "$ms" -le 300 ]
claim "  its one preemption is the fewest: the search with none is complete and empty" \
	grep -q '^explore: 0 preemptions .*: none$' "$out/d"
claim "  1000 of 1000 replays fail in the same way" grep -q '1000 of 1000 replays' "$out/d"
claim "  the story distilled from it: $(tail -n 1 "$out/d.story" 2>/dev/null)" \
	grep -qx 'B steal.pick(A) < A method.enter(swapout)' "$out/d.story"

# Inversions that the order watcher reports: one that can happen, one that cannot.
"$explore" swapout-deadlock vmlist-held order=1 >"$out/o1" 2>&1
claim "order: driver lock -> reclaim -> vmlist lock is reached under vmlist-held" \
	grep -q 'vmlist lock: reached: 1 preemption' "$out/o1"
"$explore" swapout-deadlock vmlist-shared order=1 bound=2 >"$out/o2" 2>&1
claim "  and is unreachable to bound 2 under vmlist-shared" grep -q 'unreachable: none to bound 2' "$out/o2"

# Speed, on a scenario of 25 to 60 steps, and runs that come to nothing new.
"$explore" thread-fault linux-2.4.3 bound=all >"$out/s" 2>&1
line=$(grep '^explore: any number' "$out/s")
steps=$(sed -n 's/.*of up to \([0-9]*\) steps.*/\1/p' <<<"$line")
speed=$(sed -n 's/.* \([0-9]*\) schedules\/s.*/\1/p' <<<"$line")
claim "thread-fault x linux-2.4.3, ${steps:-?} steps: ${speed:-0} schedules/s (at least 20000)" [ "${speed:-0}" -ge 20000 ]
claim "  exhausted without a redundant run" eval "! grep -q redundant '$out/s' && grep -q 'none at all' '$out/s'"
"$explore" thread-fault linux-2.4.3 bound=all count=12000 >"$out/i" 2>&1
count=$(sed -n 's/^explore: \([0-9]*\) instructions per schedule.*/\1/p' "$out/i" | tail -n 1)
claim "  ${count:-no} instructions per schedule" [ "${count:-0}" -gt 1000 ]
exit $bad
