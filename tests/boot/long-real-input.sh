#!/bin/bash
# Real input: in 16 MB of memory, sort sorts a text of 24 MB, and mapwrite rewrites a file of 20 MB through a shared
# mapping. Afterwards the results in the image equal the host's byte for byte, and e2fsck is content.
#
# QEMU: it is the amount that counts here, not the ticks.
. "$(dirname "$0")/lib.sh"
BUILD=${BUILD:-build}
PATH=$PATH:/sbin:/usr/sbin
. "$ROOT/$BUILD/layout.sh"
partition() { dd if="$1" of="$2" bs=4096 skip=$((P2_LBA / 8)) count=$((P2_SECTORS / 8)) conv=sparse status=none; }

"$ROOT/$BUILD/user/oracle/maketext" 24576 > "$DIR/text" 2> /dev/null ||
	qemu-i386 "$ROOT/$BUILD/user/oracle/maketext" 24576 > "$DIR/text" || fail "cannot make the text"
head -c 20971520 "$DIR/text" > "$DIR/data"
LC_ALL=C sort "$DIR/text" | md5sum | cut -d' ' -f1 > "$DIR/sorted.md5"
# every byte plus one: all that maketext prints is below 127
tr '\n -~' '\013!-\177' < "$DIR/data" | md5sum | cut -d' ' -f1 > "$DIR/data.md5"

cp --sparse=always "$ROOT/$BUILD/hda.img" "$DIR/hda.img"
partition "$DIR/hda.img" "$DIR/root.img"
printf 'cd /home\nwrite %s text\nwrite %s data\n' "$DIR/text" "$DIR/data" > "$DIR/script"
debugfs -w -f "$DIR/script" "$DIR/root.img" > "$DIR/debugfs.out" 2>&1
dd if="$DIR/root.img" of="$DIR/hda.img" bs=4096 seek=$((P2_LBA / 8)) conv=notrunc,sparse status=none

boot 0 qemu "run=sort:-o:/home/sorted:/home/text,mapwrite:/home/data,md5sum:/home/sorted:/home/data,cat:/proc/vmstat" \
	cpus=2 mem=16 timeout=1500 hda="$DIR/hda.img"
expect '^init: sort ended with status 0'
expect '^init: mapwrite ended with status 0'
expect "^$(cat "$DIR/sorted.md5")  /home/sorted" "md5sum in the guest"
expect "^$(cat "$DIR/data.md5")  /home/data" "md5sum in the guest"
expect '^accounts: balanced'
out=$(sed -n 's/^pswpout //p' "$LOG") in=$(sed -n 's/^pswpin //p' "$LOG")
[ "$out" -gt 2000 ] && [ "$in" -gt 2000 ] || fail "too gentle: $out pages out, $in in"

partition "$RUNDIR/hda.img" "$DIR/root.img"
e2fsck -fn "$DIR/root.img" > "$DIR/e2fsck.out" 2>&1 || fail "e2fsck: $(tail -n 5 "$DIR/e2fsck.out")"
for f in sorted data; do
	debugfs -R "dump /home/$f $DIR/$f.got" "$DIR/root.img" > /dev/null 2>&1
	[ "$(md5sum < "$DIR/$f.got" | cut -d' ' -f1)" = "$(cat "$DIR/$f.md5")" ] || fail "$f in the image is not right"
done
rm -f "$DIR"/*.got "$DIR"/root.img "$DIR"/hda.img "$DIR"/text "$DIR"/data "$RUNDIR"/*.img
pass "24 MB sorted, 20 MB rewritten in 16 MB of memory; $out pages out, $in in"
