#!/bin/sh
# tests/unit/fuzz/seeds.sh DIR - make the inputs from which fuzzing starts: DIR/TARGET/*.
# They come from the real things: our programs, the swap areas, the scenarios' stories, the documented forms.
set -eu
out=$1
B=${BUILD:-build}
cd "$(dirname "$0")/../../.."

# four bytes, little endian
word() { printf "\\$(printf %03o $(($1 & 255)))\\$(printf %03o $(($1 >> 8 & 255)))\\$(printf %03o $(($1 >> 16 & 255)))\\$(printf %03o $(($1 >> 24 & 255)))"; }
dir() { mkdir -p "$out/$1" && d=$out/$1; }

dir elf
for f in "$B"/programs/hello "$B"/programs/segv "$B"/programs/bad/*; do
	[ -f "$f" ] || continue
	{ word "$(stat -c %s "$f")"; head -c 512 "$f"; } > "$d/${f##*/}"
done

dir swap_header
{ word 8192; dd if="$B/hdb.img" bs=4096 count=64 status=none | grep -abo SWAPSPACE2 | head -1 > "$out/at" || true; } > "$d/none"
at=$(cut -d: -f1 "$out/at"); rm -f "$out/at"
{ word 8192; tail -c +$((at - 4086 + 1)) "$B/hdb.img" | head -c 4096; } > "$d/mkswap"
{ word $((0x40000000 | 1000)); head -c 1024 /dev/zero; word 1; word 999; word 3; head -c 500 /dev/zero
	word 3; word 500; word 998; } > "$d/bad-pages"
{ word $((0x40000000 | 1000)); head -c 1024 /dev/zero; word 1; word 999; word 638; } > "$d/too-many"
{ word $((0x80000000 | 900)); head -c 100 /dev/zero | tr '\0' '\377'; } > "$d/old"
{ word $((0x80000000 | 40000)); head -c 4096 /dev/zero | tr '\0' '\377'; } > "$d/old-full"

dir cmdline
printf 'design=linux-2.3.30 holes=mended watch=order,waits,rules' > "$d/usual"
printf 'run=hello,pattern:8:2 swap=hdb1,hdb2 cpus=2 mem=16384 seed=0x12 quiet\n' > "$d/run"
printf 'scenario=swapout-deadlock mode=controlled schedule=file steps=1000 design=a design=b' > "$d/scenario"
printf 'desing=linux-2.3.30' > "$d/misspelt"
head -c 2100 /dev/zero | tr '\0' 'x' > "$d/long"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do printf 'mem=%d quiet ' $i; done > "$d/many"

dir story
story='story swapout-deadlock\n# comment\nhold A\nB drv.lock(L) < A alloc.short#2 # more\nA steal.pick(A)<C method.enter(swapout) < B io.done\n'
{ printf '\002'; printf "$story"; printf 'abcdefgh'; } > "$d/doc"
{ printf '\000'; printf "$story"; } > "$d/parse"
{ printf '\010A fault.enter < B fault.enter < C fault.enter\n'; printf '\000\000\001\000\002\000\377\001\376\000\003\001'; } > "$d/run"
{ printf '\001A fault.enter < B fault.enter\nB fault.enter < A fault.enter\n1234'; } > "$d/circle"
{ printf '\000'; i=1; while [ $i -le 40 ]; do printf 'A fault.enter#%d < B fault.enter#%d\n' $i $i; i=$((i + 1)); done; } > "$d/many"
{ printf '\000A fault.enter#4294967297 < B fault.enter\n'; } > "$d/wrap"

dir token
head='kswapd23-token 1 scenario=s design=d cpus=2 points=0000abcd steps=3 end=deadlock tasks=A,B\n'
printf "noise\n[1.2] ${head}kswapd23-token go -@0>B B@2>A\nkswapd23-token go A@7>irq\nkswapd23-token fp 1f2e0000 ffff\nkswapd23-token end\n" > "$d/doc"
printf "${head}kswapd23-token end\n" > "$d/short"
printf "${head}" > "$d/cut"

dir tty
printf 'hello\nab\177c\025x\n\004\003\370\371\372' > "$d/edit"
{ head -c 300 /dev/zero | tr '\0' 'y'; printf '\n\377'; } > "$d/long"
printf '\364raw\n\004\370\370\366cooked\n\373' > "$d/modes"
{ i=0; while [ $i -lt 12 ]; do head -c 120 /dev/zero | tr '\0' 'z'; printf '\n'; i=$((i + 1)); done; } > "$d/full"

dir ext2
for i in 0 1 2; do
	printf "\\00$i\\000" > "$d/walk$i"
	# create and fill, mkdir, symlink, link, rename, unlink, rmdir, truncate, sync
	printf "\\00$i\\000\\000\\000\\011\\007\\001\\000\\000\\037\\001\\000\\015\\002\\000\\014\\200\\003\\000\\012\\002\\006\\000\\000\\000\\014\\004\\000\\001\\005\\000\\010\\011\\003\\000\\020\\000\\000\\000\\012\\000" > "$d/ops$i"
	for a in 0 1 2 3 4 5 6 7; do # a word of each area set to ones, to zero, to a small number
		printf "\\00$i\\001\\00$a\\030\\000\\002\\377\\377\\377\\377" > "$d/ones$i$a"
		printf "\\00$i\\001\\00$a\\200\\000\\003\\000\\000\\000\\000" > "$d/zero$i$a"
		printf "\\00$i\\001\\00$a\\050\\001\\002\\052\\000\\000\\000\\004\\000\\000\\011\\001\\000" > "$d/small$i$a"
	done
done

dir trace
printf 'file' > "$d/raw"
# one record each: what, task, lock, argument (tests/unit/fuzz/fuzz_trace.c)
printf '\001\014\001\000\000\001\001\001\000\001\001\002\000\000\001\015\001\000\000' > "$d/one"
printf '\001\014\001\000\000\001\001\004\001\001\001\004\001\001\002\004\000\001\002\004\000\001\015\001\000\000' > "$d/pairs"

dir format
printf '\020\012text' > "$d/text"
printf '\001\000-2147483648' > "$d/min"
printf '\077\1170x7fffffff' > "$d/hex"
rm -f "$out/swap_header/none"
