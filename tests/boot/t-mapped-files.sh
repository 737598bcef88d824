#!/bin/bash
# Mapped files on ext2 under three designs: coherence with read() and write(), truncation, fork, exec; then a file
# larger than memory (24 MB and 8 MB in 8, of which under 6 are free), written, read, and rewritten through a shared
# mapping whose dirty pages the stealer takes home by filemap_swapout(). Afterwards the file system is clean, and
# the host finds the right bytes in the image. Last, truncation under parallel faults.
. "$(dirname "$0")/lib.sh"
BUILD=${BUILD:-$ROOT/build}
. "$BUILD/layout.sh"

# What the machine left on its disk.
check_disk()
{
	local root=$RUNDIR/root.img
	dd if="$RUNDIR/hda.img" of="$root" bs=512 skip="$P2_LBA" count="$P2_SECTORS" status=none conv=sparse
	e2fsck -fn "$root" >"$RUNDIR/e2fsck.log" 2>&1 || fail "e2fsck: $(grep -v '^Pass' "$RUNDIR/e2fsck.log" | head -n 3)"
	debugfs -R "dump /big.dat $RUNDIR/big.dat" "$root" >/dev/null 2>&1
	qemu-i386 "$BUILD/programs/maptest" check "$RUNDIR/big.dat" "$mb" 2 >/dev/null ||
		fail "/big.dat in the image is not what was written"
	rm -f "$root" "$RUNDIR/big.dat" "$RUNDIR"/*.img
}

for run in linux-2.3.30:24:3000 linux-2.3.23:8:500 vmlist-held:8:500; do
	IFS=: read -r design mb least <<<"$run"
	boot 0 bochs "run=maptest,maptest:big:/big.dat:$mb,cat:/proc/vmstat design=$design watch=all" \
		cpus=2 mem=8 timeout=400
	expect '^maptest: PASS'
	expect '^maptest big: PASS'
	expect '^accounts: balanced'
	refuse '^(LOCK ORDER|DEADLOCK|STALL|RULE|uaf: |complaint)' "no watcher complains when holes are mended"
	calls=$(sed -n 's/^swapout_calls_filemap \([0-9]*\)$/\1/p' "$LOG")
	[ "${calls:-0}" -ge "$least" ] || fail "$design: filemap_swapout() was called ${calls:-no} times, too gentle"
	check_disk
	echo "$design: filemap_swapout() calls $calls, ticks $(ticks)"
done
# A file is cut while others fault on it: 4 parallel CPUs. (Without vma_write() in zap_mm_from() linux-6.12 fails
# within 500 rounds.)
for design in linux-6.12 linux-2.4.3 linux-2.3.30; do
	boot 0 qemu "run=trunctest:300 design=$design watch=all" cpus=4 mem=32 timeout=200
	expect '^trunctest: PASS'
	expect '^accounts: balanced'
	refuse '^(LOCK ORDER|DEADLOCK|STALL|RULE|uaf: |complaint)' "no watcher complains when holes are mended"
done
pass "24 and 8 MB in 8 MB of memory"
