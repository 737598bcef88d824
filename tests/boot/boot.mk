# tests/boot/boot.mk - the commands that boot the machine: the tour, replays, and the tests.

.PHONY: run replay check check-boot check-long

## make run           the tour: the documented deadlock in Bochs, then the designs that live; needs no window
run:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory images
	@BUILD=$(B) tests/boot/tour.sh

SCENARIO ?= swapout-deadlock
DESIGN ?= linux-2.3.30
SCHEDULE ?=
MODE ?=
QUANTUM ?= 5
## make replay        one scenario in Bochs     SCENARIO=s DESIGN=d [SCHEDULE=file|story|none|free] [CPUS=n]
replay: images
	@BUILD=$(B) tests/boot/replay.sh "$(SCENARIO)" "$(DESIGN)" "$(SCHEDULE)" cpus=$(CPUS) ips=$(IPS) quantum=$(QUANTUM)

check-boot: images
	@BUILD=$(B) tests/boot/run-all.sh

## make check         every test that fits 20 minutes on 2 cores: unit, boot
check:
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory check-boot

## make check-long    the long tests (up to 75 minutes)
check-long: check
	@BUILD=$(B) tests/boot/run-all.sh 'long-*'
