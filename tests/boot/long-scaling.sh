#!/bin/bash
# Every workload on 1, 2, 4 and 8 CPUs under the designs of the comparison: all runs end well, and what the
# designs promise shows. The tables and charts are left in the test's directory.
#
# Why these limits: up to 2.3.30 a fault holds mmap_sem alone from beginning to end, so faults of one address
# space cannot overlap and more CPUs cannot help (at most 1.2 for the little that lies outside). 2.4.3 shares
# mmap_sem but has one page_table_lock: it gains, and less than 6.12, which is to reach 6.5 of 8. Faults
# of different address spaces share no lock of any design: all are to reach 6.5.
. "$(dirname "$0")/lib.sh"
LOG=$DIR/scaling.txt

OUT=$DIR "$ROOT/tests/diff/scaling.sh" > "$LOG" 2> "$DIR/progress.txt" || fail "a run did not end as it should"
cat "$LOG"

# The speed-up of WORKLOAD under DESIGN at CPUS, in hundredths.
speedup()
{
	awk -F '\t' -v w="$1" -v d="$2" -v c="$3" '
		$1 == w && $2 == d && $3 == 1 { one = $6 / $7 }
		$1 == w && $2 == d && $3 == c { many = $6 / $7 }
		END { printf "%d\n", (one > 0) ? 100 * many / one : 0 }' "$DIR/results.tsv"
}

at_least() { [ "$(speedup "$1" "$2" 8)" -ge "$3" ] || fail "$1, $2: $(speedup "$1" "$2" 8) % of one CPU at 8, not $3"; }
at_most() { [ "$(speedup "$1" "$2" 8)" -le "$3" ] || fail "$1, $2: $(speedup "$1" "$2" 8) % of one CPU at 8, above $3"; }

at_least touch linux-6.12 650
at_most touch linux-2.3.23 120
at_most touch linux-2.3.30 120
[ "$(speedup touch linux-2.4.3 8)" -lt "$(speedup touch linux-6.12 8)" ] || fail "touch: 2.4.3 is no slower than 6.12"
for d in linux-2.3.23 linux-2.3.30 linux-2.4.3 linux-6.12; do at_least touch-mms "$d" 650; done
pass "tables and charts in $DIR"
