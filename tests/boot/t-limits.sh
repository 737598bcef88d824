#!/bin/bash
# The ends of things: tasks, files, areas, arguments, addresses, locked memory; names and the disk. Each is told
# with its errno, and afterwards everything that was taken is back.
. "$(dirname "$0")/lib.sh"
boot 0 bochs "run=limits swap=hdb1" cpus=2 mem=32 timeout=300
expect '^limits: PASS'
expect '^accounts: balanced'
boot 0 bochs "run=limits_files" cpus=2 mem=16 timeout=300
expect '^limits_files: PASS'
expect '^accounts: balanced'
pass "tasks, files, areas, arguments, addresses, locks; names, links, disk"
