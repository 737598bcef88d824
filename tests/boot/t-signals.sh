#!/bin/bash
# Signals, children, pipes and wild frames on 1, 2 and 4 CPUs in Bochs: the same checks as on Linux
# (at the end they run there, if this host runs i386 programs), no complaint of a watcher, and all memory comes back.
. "$(dirname "$0")/lib.sh"
programs=sigtest,waittest,pipetest,badframe
for cpus in 1 2 4; do
	boot 0 bochs "run=$programs watch=all" cpus=$cpus mem=16 timeout=300
	for program in ${programs//,/ }; do
		expect "^$program: PASS"
	done
	expect '^accounts: balanced'
	refuse '^(order|waits|rule): ' "a watcher complained"
done
# The oracle: the same executables on Linux say the same. (qemu-i386 is none here: its old sigaction, its
# sigsuspend and its x87 frames differ from the kernel's.)
oracle="not compared with Linux: this host runs no i386 programs"
if "$ROOT/${BUILD:-build}/programs/hello" >/dev/null 2>&1; then
	for program in ${programs//,/ }; do
		timeout 60 "$ROOT/${BUILD:-build}/programs/$program" >"$DIR/$program.linux" || fail "$program on Linux"
		while read -r line; do
			grep -qxF -- "$line" "$LOG" || fail "Linux says \"$line\""
		done <"$DIR/$program.linux"
	done
	oracle="as on Linux"
fi
# No more tasks, no more descriptors: an error, and the system lives.
boot 0 bochs "run=limittest,waittest" cpus=2 mem=12 timeout=300
expect '^limittest: PASS'
expect '^waittest: PASS'
expect '^accounts: balanced'
pass "${programs//,/ } on 1, 2, 4 CPUs; $oracle"
