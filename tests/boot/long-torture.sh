#!/bin/bash
# The full torture run. A million touches on 1, 2, 4 and 8 CPUs in Bochs, 20 million on 4 parallel CPUs in
# QEMU: at least 100,000 pages out and 100,000 in, 1,000 calls of each swapout(). Then the other designs,
# and all of them with their holes open. Two runs at a time (JOBS=1: one).
. "$(dirname "$0")/torture.sh"
for cpus in 1 2 4 8; do
	torture bochs linux-2.3.30 mended $cpus 12 3000 1000000:$cpus:100000:4:20:200
done
torture qemu linux-2.3.30 mended 4 16 3000 20000000:5:100000:4:20:400
for seed in 1 2 3; do
	torture qemu linux-2.3.23 mended 4 12 600 100000:$seed
	torture qemu vmlist-held mended 4 12 600 100000:$seed:10000:4:20:40:noioctl
	for design in linux-2.3.30 linux-2.3.23 vmlist-held; do
		torture qemu $design faithful 4 12 300 100000:$seed
	done
done
pass "full form"
