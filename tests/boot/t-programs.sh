#!/bin/bash
# The ring-3 programs on 2 CPUs in Bochs: each checks itself; afterwards the books of memory balance.
. "$(dirname "$0")/lib.sh"
programs=hello,forktest,mmaptest,clonetest,stackgrow,segv
boot 0 bochs "run=$programs" cpus=2 mem=16 timeout=300
for program in ${programs//,/ }; do
	expect "^init: $program ended with status 0"
done
expect '^accounts: balanced'
pass "$programs"
