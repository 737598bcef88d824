#!/bin/bash
# The full torture run on 4 parallel CPUs of QEMU: 20 million touches; then the other designs, and all of
# them with their holes open. vmlist-held hangs when a driver allocates under the lock that its
# swapout() takes, which is its documented deadlock: mended it is run without that ioctl.
. "$(dirname "$0")/torture.sh"
torture qemu linux-2.3.30 mended 4 16 4000 20000000:5:100000:4:20:800
for seed in 1 2; do
	torture qemu linux-2.3.23 mended 4 12 900 30000:$seed
	torture qemu vmlist-held mended 4 12 900 30000:$seed:3000:4:20:40:noioctl
	for design in linux-2.3.30 linux-2.3.23 vmlist-held; do
		torture qemu $design faithful 4 12 300 30000:$seed
	done
done
pass "20 million touches on 4 CPUs; three designs, mended and faithful"
