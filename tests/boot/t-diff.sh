#!/bin/bash
# The lock diff, on the shortest workload and without memory pressure: the traces of two designs are complete, their numbers add up and are the
# kernel's own, two runs are the same to the byte, a damaged trace is refused, and what 1999's documents say of
# munmap's locks is what its sequence says.
. "$(dirname "$0")/lib.sh"
cd "$ROOT" || exit 2
build=$(realpath -m "${BUILD:-build}")
lockdiff=$build/lockdiff
[ -x "$lockdiff" ] || fail "no $lockdiff: make lockdiff first"

# DESIGN DIR: a trace in which the kernel counted too (watch=stats)
run()
{
	BUILD=$build MEM=32 TRACE_WORDS=watch=stats tests/diff/trace-run.sh "$1" short 2 "$DIR/$2" > "$DIR/$2.out" 2>&1 ||
		fail "trace of $1: $(tail -n 1 "$DIR/$2.out")"
}
run linux-2.3.30 a & first=$!
run linux-2.4.3 b || exit 1
wait $first || exit 1
run linux-2.3.30 again
cmp -s "$DIR/a/trace" "$DIR/again/trace" || fail "two runs of linux-2.3.30 left different traces"

for which in a b; do
	LOG=$DIR/$which.check
	"$lockdiff" check "$DIR/$which/trace" > "$LOG" || fail "the numbers of $which do not add up"
	expect 'the kernel counted the same: add up$'
done

# facts c, rows do_munmap and zap_page_range: mmap_sem around all; the list under the vmlist lock, which is
# page_table_lock; kernel_lock around unmap(), not inside the former; zap under page_table_lock alone
LOG=$DIR/munmap
"$lockdiff" sequence "$DIR/a/trace" munmap > "$LOG" || fail "no sequence of munmap"
awk '/^  the main way/ { on = 1; next } /^  [a-z]/ { on = 0 } on && ($1 == "take" || $1 == "drop") { print $1, $2 }' \
	"$LOG" | grep -v c_spinlock | tr '\n' ';' > "$DIR/order"
grep -q '^take mmap_sem;take page_table_lock;drop page_table_lock;take kernel_lock;drop kernel_lock;\(take i_shared_lock;drop i_shared_lock;\)*take page_table_lock;.*drop page_table_lock;drop mmap_sem;$' \
	"$DIR/order" || fail "munmap under linux-2.3.30: $(cut -c1-300 "$DIR/order")"
# and the 2.4 row: no kernel_lock
"$lockdiff" sequence "$DIR/b/trace" munmap > "$DIR/munmap-2.4"
LOG=$DIR/munmap-2.4
expect 'take W mmap_sem \(rw\)'
refuse 'kernel_lock'

LOG=$DIR/diff.txt
"$lockdiff" diff "$DIR/a/trace" "$DIR/b/trace" > "$LOG" || fail "no diff"
expect '^--- linux-2.3.30  fault anon'
expect '^\+\+\+ linux-2.4.3  fault anon'
expect '^-   take mmap_sem'
expect '^\+   take R mmap_sem \(rw\)'
expect '^mmap_sem +[0-9]+ +- ' "a lock that one design has alone"
grep -q "$(printf '\033')" "$LOG" && fail "colours although it is no terminal"

# one bit of one event
cp "$DIR/a/trace" "$DIR/flipped"
size=$(stat -c %s "$DIR/flipped")
byte=$(od -An -tu1 -j $((size / 2)) -N 1 "$DIR/flipped")
printf "\\$(printf %03o $((byte ^ 4)))" | dd of="$DIR/flipped" bs=1 seek=$((size / 2)) conv=notrunc status=none
LOG=$DIR/flipped.out
"$lockdiff" info "$DIR/flipped" > "$LOG" 2>&1
[ $? = 2 ] && [ "$(wc -l < "$LOG")" = 1 ] || fail "a damaged trace was not refused with one line and status 2"
expect 'damaged: the sum is wrong'

# wrong words: one line with the known ones, status 2
LOG=$DIR/words
for words in "linux-9.9 linux-2.4.3 short 2" "linux-2.3.30 linux-2.4.3 shrt 2" "linux-2.3.30 linux-2.4.3 short 9"; do
	tests/diff/diff.sh $words > "$LOG" 2>&1 # shellcheck: the words are meant to be split
	[ $? = 2 ] && [ "$(wc -l < "$LOG")" = 1 ] || fail "diff $words: not one line and status 2"
done
"$lockdiff" sequence "$DIR/a/trace" mummap > "$LOG" 2>&1 && fail "an unknown operation was taken"
expect "no operation 'mummap'.*munmap"
events=$("$lockdiff" info "$DIR/a/trace" | sed 's/.* \([0-9]*\) events.*/\1/')
rm -f "$DIR"/*/trace "$DIR/flipped"
pass "$events events under linux-2.3.30, twice the same"
