#!/bin/bash
# Damaged swap areas, damaged executables, wild pointers to every system call, no memory left: the
# right errno or a signal each time, and the kernel lives and has lost nothing.
. "$(dirname "$0")/lib.sh"
boot 0 bochs "run=swapontest swap=hdb1" cpus=2 mem=16
expect '^accounts: balanced'
boot 0 bochs "run=badexec" cpus=2 mem=16
expect '^accounts: balanced'
boot 0 bochs "run=wildptr" cpus=2 mem=16 timeout=300
expect '^accounts: balanced'
boot 0 bochs "run=oomtest swap=hdb3" cpus=2 mem=8 timeout=300
expect '^accounts: balanced'
expect 'killing process'
pass "swap headers, executables, pointers, memory"
