# tests/programs/oracle/shell.sh - the shell's language; what it prints is the same on Linux.
echo plain   words 'single  quoted' "double  quoted" back\ slash
a=1; b="two words"; c='$a'
echo $a "$b" $b "$c" ${a}x "${b}y" $undefined. "${undefined:-default}" ${a:+set} ${#b}
echo 'it'"'"'s' "a \"quoted\" \$a \\ thing" \$a
echo $((1 + 2 * 3)) $(( (1 + 2) * 3 )) $((7 / 2)) $((7 % 3)) $((-7 / 2)) $((1 << 4 | 3)) $((a + 1)) $((3 > 2)) $((2 >= 3 || 1))
echo $(echo inner; echo lines) "$(echo one; echo two)" `echo back`
true && echo and
false || echo or
false && echo not-printed
! false && echo negated
false; echo status $?
(exit 7); echo status $?
if true; then echo then; else echo else; fi
if false; then echo then; elif true; then echo elif; else echo else; fi
for i in a "b c" d; do echo "<$i>"; done
i=0
while [ $i -lt 5 ]; do
	i=$((i + 1))
	if [ $i = 2 ]; then continue; fi
	if [ $i = 4 ]; then break; fi
	echo loop $i
done
until [ $i = 0 ]; do i=$((i - 1)); echo until $i; done
for x in 1 2 3; do for y in 1 2 3; do [ $y = 2 ] && continue 2; echo $x$y; done; done
echo one two three | wc -w
seq 10 | grep 1 | sort -r | head -n 1
echo to-file > out1; echo more >> out1; cat < out1
cat out1 nosuchfile > out2 2>&1; echo status $?; wc -l < out2
{ echo group; echo second; } > out3; cat out3
(cd /; pwd); [ "$(pwd)" = / ] && echo moved || echo not-moved
mkdir globs; cd globs
touch a1 a2 b1 .hidden 'x y'
echo * a? [ab]1 '*' "a*" nothing* ?1 [!a]1
cd ..
rm -r globs out1 out2 out3
set -- p1 "p 2" p3
echo $# $1 "$2" $3
for p in "$@"; do echo "[$p]"; done
for p in $*; do echo "($p)"; done
shift; echo $# $1
echo a b c | while read x y; do echo "$y-$x"; done
sh -c 'echo $0 $1 $#; exit 3' name arg; echo status $?
nosuchcommand 2> /dev/null; echo status $?
eval 'z=5; echo evaluated $z'
export EXPORTED=yes; sh -c 'echo $EXPORTED'; unset EXPORTED; sh -c 'echo .$EXPORTED.'
V=prefix sh -c 'echo $V'; echo ".$V."
yes | head -n 2; echo after
echo background & wait; echo waited
sleep 0 & wait $!; echo status $?
sh -c 'kill -TERM $$'; echo status $?
echo err 1>&2 2> /dev/null
echo swapped 3>&1 1>&2 2>&3 | cat
x=$(false); echo status $?
echo "last line"
exit 5
