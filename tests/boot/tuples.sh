# tests/boot/tuples.sh - the seed space of Bochs: 20 distinct (quantum, ips, CPUs) tuples.
#
# The same tuple repeats a run to the tick. ips and the number of CPUs change the interleaving: timer
# and disk come earlier or later in instructions. quantum does not in Debian's Bochs 2.7 when it is
# run through its debugger (docs/decisions.md); it is varied all the same, for a Bochs that heeds it.
TUPLES="1:4000000:2 2:3000000:2 3:3300000:2 5:3700000:2 7:4300000:2 9:4700000:2 11:5000000:2
13:5300000:2 16:5700000:2 21:6000000:2 27:6300000:2 32:6700000:2 1:4000000:4 4:3000000:4 8:5000000:4
16:6000000:4 5:2500000:3 12:4500000:3 5:4000000:8 24:6000000:8"
TUPLES_2CPU="1:2000000 2:2300000 3:2500000 4:2700000 5:3000000 6:3300000 7:3500000 8:3700000
9:4000000 10:4300000 11:4500000 13:4700000 15:5000000 17:5300000 20:5500000 24:5700000 28:6000000
32:6300000 5:6500000 16:6700000"
