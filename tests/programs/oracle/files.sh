# tests/programs/oracle/files.sh - the programs that handle files; what they print is the same on Linux.
mkdir -p deep/er/est; mkdir deep 2>&1; rmdir deep 2>&1; ls -R deep
echo one > deep/one; echo two > deep/er/two; seq 2000 > deep/er/est/many
cp -r deep copy; ls -R copy; cmp deep/er/est/many copy/er/est/many && echo same
md5sum deep/one deep/er/two deep/er/est/many copy/er/est/many > sums; cat sums; md5sum -c sums
wc deep/one deep/er/two deep/er/est/many
ln deep/one hard; echo changed > hard; cat deep/one
ln -s deep/er/two soft; cat soft; rm soft; cat deep/er/two
mv deep/er/two moved; cat moved; ls deep/er; mv moved deep; ls deep
cat nosuchfile 2>&1; rm nosuchfile 2>&1; rm -f nosuchfile; rm deep 2>&1; mv nosuchfile x 2>&1; cat deep 2>&1; cp deep x 2>&1
cat deep/one/below 2>&1; mkdir nosuch/dir 2>&1; rmdir deep/er 2>&1; ln nosuchfile x 2>&1
head -n 3 deep/er/est/many; tail -n 2 deep/er/est/many; head -n 1 deep/one deep/two
sort -n deep/er/est/many | tail -n 1; sort deep/er/est/many | head -n 4; sort -r deep/er/est/many | md5sum; sort -nr deep/er/est/many | head -n 2
echo b > u; echo a >> u; echo b >> u; sort -u u; sort u | uniq -c
grep -c 1 deep/er/est/many; grep -n '^19.5$' deep/er/est/many; grep -v 0 deep/er/est/many | wc -l; grep nothing u; echo status $?
hexdump -C u; hexdump -n 5 deep/er/est/many
seq 3 | tee t1 t2; cmp t1 t2; echo status $?; echo x > t2; cmp t1 t2; echo status $?
test -f t1 && test -d deep && ! test -e nosuchfile && test -s t1 && echo tests; [ abc = abc -a 3 -gt 2 ] && echo more; [ a = b -o ! x = x ]; echo status $?
chmod 444 t1; test -f t1 && ls -l t1 | head -n 1 | grep -c '^-r--r--r--'
: > empty; wc -c < empty; test -s empty; echo status $?; rm -r deep copy; rm sums hard u t1 t2 empty; ls
env A=b env | grep '^A='; seq 5 -2 1; echo -n no newline; echo; true; echo $?; false; echo $?; kill -l | head -n 3
cat 2> /dev/null < nosuchfile; echo status $?
wc -x 2>&1; echo status $?; sleep x 2>&1; seq a 2>&1; kill 2>&1; kill 999999 2>&1; chmod 9 u 2>&1
