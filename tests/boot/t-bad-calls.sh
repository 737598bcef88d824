#!/bin/bash
# Every system call with bad values for every argument: errno or a signal, the kernel lives, no watcher has
# anything to say, nothing is lost, and e2fsck finds the root file system clean.
. "$(dirname "$0")/lib.sh"
boot 0 bochs "run=badcalls watch=all" cpus=2 mem=16 timeout=400
expect '^badcalls: PASS'
expect '^accounts: balanced'
refuse '^(order|waits|rules): '
pass "$(grep -o '[0-9]* tries of [0-9]* system calls' "$LOG")"
