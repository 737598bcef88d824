#!/bin/bash
# Differential oracle: the programs and scripts of tests/programs/oracle run in Bochs and on Linux, by the same
# shell, from the same executables: the same output, the same exit statuses.
#
# On this kernel they write to the ext2 root; debugfs reads the results from the image, e2fsck judges it. Linux is
# this host, or, where it cannot run i386 programs, qemu-i386 for those that start no other program.
. "$(dirname "$0")/lib.sh"
BUILD=${BUILD:-build}
PATH=$PATH:/sbin:/usr/sbin
bin=$ROOT/$BUILD/user/bin programs=$ROOT/$BUILD/user/oracle
mkdir -p "$DIR/source" "$DIR/linux"
cp "$programs"/* "$ROOT"/tests/programs/oracle/*.sh "$DIR/source"
[ -e "$DIR/linux/bin" ] || { mkdir "$DIR/bin" && cp "$bin"/* "$DIR/bin" && ln "$DIR/bin/test" "$DIR/bin/["; }

scripts=yes
if "$bin/true" 2> /dev/null; then
	timeout 200 env -i PATH="$DIR/bin" "$bin/sh" "$DIR/source/all.sh" "$DIR/source" "$DIR/linux" < /dev/null || fail "all.sh on Linux"
else
	scripts=no
	for p in stdio calls signals; do
		mkdir -p "$DIR/linux/work"
		(cd "$DIR/linux/work" && timeout 100 qemu-i386 "$programs/$p" < /dev/null > "../$p.out" 2> /dev/null; echo "status $?" >> "../$p.out")
	done
fi
rm -rf "$DIR/linux/work"
[ "$(ls "$DIR/linux" | wc -l)" -ge 3 ] || fail "Linux gave nothing to compare with"

# The shell's script by another shell: what ours does is what a shell does.
if [ $scripts = yes ] && [ -x /bin/dash ]; then
	mkdir "$DIR/dash"
	(cd "$DIR/dash" && timeout 100 env PATH="$DIR/bin" /bin/dash "$DIR/source/shell.sh" < /dev/null > ../shell.dash 2>&1; echo "status $?" >> ../shell.dash)
	diff "$DIR/shell.dash" "$DIR/linux/shell.out" > "$DIR/shell.diff" || fail "our shell and dash differ: $DIR/shell.diff"
fi

boot 0 bochs "run=sh:/oracle/all.sh:/oracle:/tmp/oracle" cpus=2 mem=16 timeout=400
expect '^init: sh ended with status 0'
. "$ROOT/$BUILD/layout.sh"
dd if="$RUNDIR/hda.img" of="$DIR/root.img" bs=512 skip="$P2_LBA" count="$P2_SECTORS" conv=sparse status=none
e2fsck -fn "$DIR/root.img" > "$DIR/e2fsck.out" 2>&1 || fail "e2fsck: $(tail -n 5 "$DIR/e2fsck.out")"
mkdir -p "$DIR/kswapd23"
debugfs -R "rdump /tmp/oracle $DIR/kswapd23" "$DIR/root.img" > "$DIR/debugfs.out" 2>&1
rm -f "$DIR/root.img"
n=0
for want in "$DIR"/linux/*.out; do
	got=$DIR/kswapd23/oracle/${want##*/}
	[ -f "$got" ] || fail "${want##*/}: not written"
	diff "$want" "$got" > "$DIR/${want##*/}.diff" || fail "${want##*/} differs from Linux's: $(head -n 5 "$DIR/${want##*/}.diff")"
	n=$((n + $(wc -l < "$want")))
done
[ $n -ge 300 ] || fail "only $n lines were compared"
pass "$(ls "$DIR/linux" | wc -l) outputs, $n lines, equal to Linux's"
