#!/bin/bash
# True parallelism: the same image on 4 CPUs of QEMU, every watcher on.
. "$(dirname "$0")/lib.sh"
boot 0 qemu "run=forktest,mmaptest,clonetest,pattern:24:3:1:1 swap=hdb1:5,hdb2:5 watch=all" cpus=4 mem=12 timeout=300
expect '^accounts: balanced'
expect '^pattern: PASS'
refuse '^(LOCK ORDER|DEADLOCK|STALL|RULE)' "no watcher complains when holes are mended"
for design in vmlist-held linux-2.3.23 linux-2.3.30; do
	boot 0 qemu "scenario=swapout-deadlock design=$design" cpus=4
done
pass "programs with all watchers, and the story, on 4 parallel CPUs"
