#!/bin/bash
# Holes that Linux closed when vmas got locks of their own (facts f): opened again one by one, found by the
# explorer, and its token played in Bochs shows the same: tests/scenarios/vma-locks.c.
. "$(dirname "$0")/lib.sh"
EXPLORE=${BUILD:-$ROOT/build}/explore/explore
[ -x "$EXPLORE" ] || fail "no $EXPLORE: make explore-build"

shows() # STATUS SCENARIO HOLE PATTERN: what the machine must say
{
	local design=linux-6.12+$3 token=$DIR/token-$2 cpus
	"$EXPLORE" "$2" linux-6.12 bound=2 > "$DIR/explore-$2.out" 2>&1 || fail "$(tail -n 1 "$DIR/explore-$2.out")"
	"$EXPLORE" "$2" "$design" "token=$token" > "$DIR/explore-$2.out" 2>&1 || fail "$(tail -n 1 "$DIR/explore-$2.out")"
	[ -s "$token" ] || fail "explore $2 $design found nothing"
	cpus=$(sed -n 's/.* cpus=\([0-9]*\) .*/\1/p' "$token")
	boot "$1" bochs "scenario=$2 design=$design schedule=file" "cpus=$cpus" "schedule=$token"
	[ "$(verdict mode)" = token ] || fail "$2: mode $(verdict mode)"
	expect "$4"
	echo "$2, $3 open: $(tail -n 1 "$DIR/explore-$2.out" | sed 's/.*: found/found/'); so it is in Bochs"
}

shows 0 stackrot f1 '^uaf: .* of cache range_node'
shows 1 grow-unlocked f4 '^invariant: (no way back|reverse map)'
shows 1 map-visible-early f5 '^invariant: writable pte in a read-only area'
shows 0 two-vma f11 '^DEADLOCK'
shows 0 read-then-mmap f12 '^DEADLOCK'
boot 2 bochs "scenario=stackrot design=linux-6.12+f99"
expect "design linux-6.12 has no hole 'f99' to open again; it has: \+f1"
pass "five holes: closed as shipped, found when open"
