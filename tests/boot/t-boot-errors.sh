#!/bin/bash
# What the boot code refuses: a disk that is too small, too little memory. One clear line, no triple fault.
. "$(dirname "$0")/lib.sh"

# refused EMULATOR REGEX [key=value ...]: status 5 and the line
refused()
{
	local emulator=$1 regex=$2 status
	shift 2
	RUN=$((RUN + 1))
	LOG=$DIR/run$RUN/serial.log
	"$ROOT/tests/boot/run-$emulator.sh" "$DIR/run$RUN" "" "$@" >"$DIR/run$RUN.out" 2>&1
	status=$?
	[ $status = 5 ] || fail "status $status, wanted 5 ($emulator $*)"
	expect "$regex"
}
build=${BUILD:-$ROOT/build}
head -c $((1008 * 512 * 5)) "$build/hda.img" >"$DIR/small.img"
refused bochs 'boot error: .*(small|disk)' "hda=$DIR/small.img" timeout=30
refused qemu 'boot error: .*memory' mem=3 timeout=30
# a machine without the swap disk runs all the same
boot 0 bochs "run=hello" "hdb=-" mem=8
expect 'init: hello ended with status 0'
pass "small disk, little memory, no second disk"
