# tests/boot/boot.mk - the commands that boot the machine: the tour, replays, and the tests.

.PHONY: torture run replay check check-boot check-long

## make run           the tour: the documented deadlock in Bochs, then the designs that live; needs no window
run:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory images diff-tools
	@BUILD=$(B) tests/boot/tour.sh

SCENARIO ?= swapout-deadlock
DESIGN ?= linux-2.3.30
SCHEDULE ?=
MODE ?=
QUANTUM ?= 5
## make replay        one scenario in Bochs     SCENARIO=s DESIGN=d [SCHEDULE=file|story|none|free] [CPUS=n]
replay: images
	@BUILD=$(B) tests/boot/replay.sh "$(SCENARIO)" "$(DESIGN)" "$(SCHEDULE)" cpus=$(CPUS) ips=$(IPS) quantum=$(QUANTUM)

TOUCHES ?= 100000
SEED ?= 1
HOLES ?= mended
EMULATOR ?= qemu
TORTURE_MEM ?= 12
## make torture       checked load on all of the VM    [DESIGN=d HOLES=mended|faithful CPUS=n TOUCHES=n SEED=n EMULATOR=qemu|bochs]
torture: images
	@BUILD=$(B) DESIGN=$(DESIGN) HOLES=$(HOLES) CPUS=$(CPUS) TOUCHES=$(TOUCHES) SEED=$(SEED) EMULATOR=$(EMULATOR) \
		MEM=$(TORTURE_MEM) tests/boot/torture-run.sh

.PHONY: bench bench-swap
## make bench         what the VM's operations cost in Bochs, watchers off and on, beside real Linux    [DESIGN=d]
bench: images
	@BUILD=$(B) DESIGN=$(DESIGN) tests/boot/bench.sh
## make bench-swap    the same for swapping: a sweep over more memory than there is
bench-swap: images
	@BUILD=$(B) DESIGN=$(DESIGN) tests/boot/bench.sh swap

check-boot: images explore-build lockdiff
	@BUILD=$(B) tests/boot/run-all.sh

## make check         every test that fits 20 minutes on 2 cores: unit, explorer, fuzz, boot
check:
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory check-explore
	@$(MAKE) --no-print-directory mistakes-short
	@$(MAKE) --no-print-directory fuzz SECONDS=2
	@$(MAKE) --no-print-directory check-boot

# Bochs runs one CPU at a time, so two tests share the two cores; the longest begin first, so that none of them
# is left over alone. QEMU's four CPUs want both cores: beside another test their spin locks wait for a CPU that does not run.
LONG_QEMU := long-torture-parallel long-designs long-real-input
LONG_BOCHS := long-torture-8 long-scaling long-torture-4 long-torture-2 long-torture-1 \
	$(filter-out $(LONG_QEMU),$(notdir $(basename $(wildcard tests/boot/long-*.sh))))

## make check-long    what is too long for make check: full torture, full matrix, all scaling runs
check-long:
	@$(MAKE) --no-print-directory mistakes
	@$(MAKE) --no-print-directory fuzz SECONDS=30
	@$(MAKE) --no-print-directory matrix BOUND=all SECONDS_MAX=60 UNBOUNDED=6
	@$(MAKE) --no-print-directory images explore-build lockdiff
	@export BUILD=$(B); status=0; tests/boot/run-all.sh $(LONG_BOCHS) || status=1; \
		JOBS=1 tests/boot/run-all.sh $(LONG_QEMU) || status=1; exit $$status
