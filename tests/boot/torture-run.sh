#!/bin/bash
# tests/boot/torture-run.sh - one torture run, for `make torture`: DESIGN, HOLES, CPUS, TOUCHES, SEED, MEM and
# EMULATOR (bochs or qemu) from the environment.
. "$(dirname "$0")/torture.sh"
torture "${EMULATOR:-qemu}" "${DESIGN:-linux-2.3.30}" "${HOLES:-mended}" "${CPUS:-4}" "${MEM:-12}" \
	"${TIMEOUT:-3600}" "${TOUCHES:-100000}:${SEED:-1}"
pass "the log is $LOG"
