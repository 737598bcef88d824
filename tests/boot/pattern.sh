# tests/boot/pattern.sh - for the tests t-pattern-*: a program with four times more memory than the
# machine (32 MB in 8 MB) on two swap areas, on 1, 2, 4 and 8 CPUs.
. "$(dirname "$0")/lib.sh"

MB=32

# column AREA N: the nth number of the area's line in the last table of swap areas
# (1 = KB, 2 = KB used, 3 = priority, 4 = pages out, 5 = pages in).
column()
{
	awk -v area="$1" -v n="$2" '$1 == area { v = $(n + 1) } END { print v + 0 }' "$LOG"
}

# run_pattern CPUS "swap areas": no wrong byte, all accounted for.
run_pattern()
{
	boot 0 bochs "run=pattern:$MB:$1:1:1 swap=$2" "cpus=$1" mem=8 timeout=400
	expect '^pattern: PASS, 0 wrong bytes'
	expect '^accounts: balanced' "pages, slab objects and swap slots"
	refuse 'killing process'
}
