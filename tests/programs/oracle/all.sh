# tests/programs/oracle/all.sh SOURCE OUT - run every program whose output Linux must repeat.
#
# SOURCE has the programs and scripts; OUT gets NAME.out for each: what it printed, and its exit status. The
# same file is run by the same shell on Linux: tests/boot/t-oracle.sh compares.
src=$1
mkdir -p $2/work
cd $2/work
for p in stdio calls signals; do
	$src/$p > ../$p.out 2>&1
	echo "status $?" >> ../$p.out
done
for s in shell files; do
	sh $src/$s.sh > ../$s.out 2>&1
	echo "status $?" >> ../$s.out
done
# a text of several runs of sort
$src/maketext 300 > text
{
	wc text; md5sum text; head -n 3 text; tail -n 2 text
	sort -S 64 text > sorted; md5sum sorted; cmp text sorted; echo "status $?"
	sort -r text | md5sum; sort -u text | wc; sort -n text | md5sum
	cat text | sort | uniq -c | sort -nr | head -n 5
	grep -c swapout text; grep '^kswapd.*lock$' text | md5sum; grep -vi driver text | wc -l
	cp text copy; mapwrite copy; cmp text copy; md5sum copy
} > ../text.out 2>&1
rm text sorted copy
# a tree, copied, moved, compared, removed
{
	for d in a b c; do
		for e in 1 2 3; do
			mkdir -p tree/$d/$e
			for f in x y z; do $src/maketext $e > tree/$d/$e/$f; done
		done
	done
	cp -r tree copy
	cd copy; md5sum */*/* > ../sums; cd ..
	cd tree; md5sum -c ../sums; cd ..
	mv copy/b copy/a/b; ls -R copy | md5sum; ls -R copy
	rm -r copy tree sums
} > ../tree.out 2>&1
ls > ../left.out
sync
