#!/bin/bash
# Files, directories and links on the ext2 root, in Bochs: the program checks itself, then e2fsck judges
# the image (every boot test does that), and debugfs reads what the program left.
. "$(dirname "$0")/lib.sh"
build=${BUILD:-$ROOT/build}
. "$build/layout.sh"

lines() { seq -f 'line %06g' 1 20000; }

boot 0 bochs "run=filestest,filestest:/tmp/second" cpus=2 mem=16 timeout=200
expect '^filestest: PASS'
expect '^accounts: balanced'
for dir in /tmp/ft /tmp/second; do
	root "cat $dir/kept" | cmp -s - <(lines) || fail "debugfs reads something else from $dir/kept"
done
{ printf A; head -c 1048575 /dev/zero; printf B; head -c 4194303 /dev/zero; printf C; } > "$DIR/sparse"
root 'cat /tmp/ft/sparse' | cmp -s - "$DIR/sparse" || fail "debugfs reads something else from sparse"
[ "$(root 'ls -p /tmp/ft' | awk -F/ '$6 !~ /^\.+$/ && $6 != "" { print $6 }' | sort | tr '\n' ' ')" = "a kept sparse " ] ||
	fail "names are left over: $(root 'ls -p /tmp/ft')"

# A small disk with blocks of 1 KB: it gets full. The file system is smaller than its partition.
for block in 1024 2048; do
	PATH=$PATH:/sbin:/usr/sbin MKE2FS=mke2fs DEBUGFS=debugfs E2FSPROGS_FAKE_TIME=941414400 \
		ROOT_UUID=00000000-0000-4000-8000-000000000011 "$ROOT/arch-i386/root.sh" "$DIR/small.img" $block 6144 \
		"dev proc tmp" "" bin/init="$build/programs/init" bin/filestest="$build/programs/filestest" \
		etc/banner="$ROOT/tests/programs/banner.txt" || fail "cannot make a small root"
	cp --reflink=auto --sparse=always "$build/hda.img" "$DIR/small-hda.img"
	dd if="$DIR/small.img" of="$DIR/small-hda.img" bs=4096 seek=$((P2_LBA / 8)) conv=notrunc status=none
	boot 0 bochs "run=filestest:/tmp/ft:full" cpus=1 mem=16 timeout=200 hda="$DIR/small-hda.img"
	expect '^filestest: PASS'
	expect '^accounts: balanced'
	root 'cat /tmp/ft/kept' | cmp -s - <(lines) || fail "debugfs reads something else with $block-byte blocks"
done
# Many at once, with every watcher, on CPUs that run truly in parallel; and in little memory.
boot 0 qemu "run=filestress:6:300,filestest watch=all" cpus=4 mem=32 timeout=200
expect '^filestress: PASS'
expect '^filestest: PASS'
expect '^accounts: balanced'
refuse '^complaint'
boot 0 bochs "run=filestress:4:60:7" cpus=2 mem=8 timeout=300
expect '^filestress: PASS'
expect '^accounts: balanced'
rm -f "$DIR"/*.img
pass
