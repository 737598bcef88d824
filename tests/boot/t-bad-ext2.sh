#!/bin/bash
# Root file systems damaged at named places: one clear line about each, no panic, what is not damaged can be
# read. A root that cannot be used ends the boot with its reason and status 1 or 2.
. "$(dirname "$0")/lib.sh"
. "${BUILD:-$ROOT/build}/layout.sh"
build=${BUILD:-$ROOT/build}
PATH=$PATH:/sbin:/usr/sbin
image=$DIR/damaged.img
at="$image?offset=$((P2_LBA * 512))"

block_of() # FILE KIND: the block of that kind in debugfs's list, e.g. block_of /bin/x IND
{
	debugfs -R "stat $1" "$at" 2>/dev/null | sed -n "s/.*($2):\([0-9]*\).*/\1/p" | head -n 1
}

# damage COMMAND...: a fresh copy, and debugfs commands on it
damage()
{
	cp --sparse=always "$build/hda.img" "$image"
	for command; do
		debugfs -w -R "$command" "$at" >>"$DIR/debugfs.log" 2>&1 || fail "debugfs cannot $command"
	done
}

# dead REGEX: this root is refused, in a line that says so, and nothing panics
dead()
{
	RUN=$((RUN + 1))
	LOG=$DIR/run$RUN/serial.log
	"$ROOT/tests/boot/run-bochs.sh" "$DIR/run$RUN" "run=hello" "hda=$image" fsck=no mem=16 timeout=60 \
		>"$DIR/run$RUN.out" 2>&1
	case $? in 1 | 2) ;; *) fail "no orderly end: $(tail -n 2 "$DIR/run$RUN.out")" ;; esac
	refuse '^kernel panic'
	expect "$1"
}

# Sectors of the superblock are written directly: debugfs would not open such a thing a second time.
put_bytes() # OFFSET BYTES
{
	cp --sparse=always "$build/hda.img" "$image"
	printf "$2" | dd of="$image" bs=1 seek=$((P2_LBA * 512 + $1)) conv=notrunc status=none
}

put_bytes $((1024 + 56)) '\000\000'
dead 'no ext2 file system: magic is 0000'
put_bytes $((1024 + 4)) '\377\377\377\177'
dead 'superblock damaged \(number of blocks'
put_bytes $((1024 + 24)) '\011\000\000\000'
dead 'blocks of 1024 << 9 bytes'
put_bytes $((1024 + 40)) '\000\000\000\000'
dead 'superblock damaged \(inodes per group'
put_bytes 4096 '\377\377\377\377\377\377\377\377\377\377\377\377'
dead 'descriptor of group 0 is damaged'
damage 'sif <2> mode 0100644'
dead 'the root directory is damaged'
damage 'sif <2> block[0] 99999999'
dead 'inode 2: block 99999999 is outside the file system'

# alive REGEX COMMAND...: this root is used, the damage told, the rest read
alive()
{
	local regex=$1
	shift
	damage "$@"
	boot "${STATUS:-0}" bochs "run=${PROGRAMS:-readall,hello}" "hda=$image" fsck=no mem=16 timeout=60
	expect "$regex"
	expect '^init: hello ended with status 0'
	refuse '^kernel panic'
}
STATUS=1
PROGRAMS=cat:/etc/banner,hello
alive 'directory inode [0-9]*: entry at byte 0 .* is damaged' "zap_block -f /etc -p 0xff 0"
expect '^init: cat ended with status 1'
damage
indirect=$(block_of /bin/bench IND)
[ -n "$indirect" ] || fail "/bin/bench has no indirect block to damage"
PROGRAMS=cp:/bin/bench:/tmp/copy,hello
alive 'inode [0-9]*: block 4294967295 is outside the file system' "zap_block -p 0xff $indirect"
expect '^init: cp ended with status 1'
PROGRAMS=cat:/etc/banner,hello
alive 'names inode [0-9]*, which is not in use' "sif /etc/banner mode 0" # an inode of no kind
alive 'inode [0-9]*: block 77777777 is outside the file system' "sif /etc/banner block[0] 77777777"
rm -f "$image"
pass "superblock, group, root, directory, inode, indirect block"
