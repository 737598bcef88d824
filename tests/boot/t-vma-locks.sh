#!/bin/bash
# Holes that Linux closed when vmas got locks of their own (facts f): opened again one by one, found by the
# explorer, and its token played in Bochs shows the same: tests/scenarios/vma-locks.c.
. "$(dirname "$0")/lib.sh"
EXPLORE=${BUILD:-$ROOT/build}/explore/explore
[ -x "$EXPLORE" ] || fail "no $EXPLORE: make explore-build"

# Shown by a named hole that is open, each end is as expected.
shows() # SCENARIO HOLE PATTERN: what the machine must say
{
	local design=linux-6.12+$2 token=$DIR/token-$1 cpus
	"$EXPLORE" "$1" linux-6.12 bound=2 > "$DIR/explore-$1.out" 2>&1 || fail "$(tail -n 1 "$DIR/explore-$1.out")"
	"$EXPLORE" "$1" "$design" "token=$token" > "$DIR/explore-$1.out" 2>&1 || fail "$(tail -n 1 "$DIR/explore-$1.out")"
	[ -s "$token" ] || fail "explore $1 $design found nothing"
	cpus=$(sed -n 's/.* cpus=\([0-9]*\) .*/\1/p' "$token")
	boot 0 bochs "scenario=$1 design=$design schedule=file" "cpus=$cpus" "schedule=$token"
	[ "$(verdict mode)" = token ] || fail "$1: mode $(verdict mode)"
	expect "$3"
	echo "$1, $2 open: $(tail -n 1 "$DIR/explore-$1.out" | sed 's/.*: found/found/'); so it is in Bochs"
}

shows stackrot f1 '^uaf: .* of cache range_node'
shows grow-unlocked f4 '^invariant: (no way back|reverse map)'
shows map-visible-early f5 '^invariant: writable pte in a read-only area'
shows two-vma f11 '^DEADLOCK'
shows read-then-mmap f12 '^DEADLOCK'
boot 2 bochs "scenario=stackrot design=linux-6.12+f99"
expect "design linux-6.12 has no hole 'f99' to open again; it has: \+f1"
pass "five holes: closed as shipped, found when open"
