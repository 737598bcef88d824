# tests/explore/explore.mk - the explorer: a static i386 program that holds the kernel twice removed from
# the machine. The kernel's sources are compiled unchanged, with hooks at loads and stores; see rt.h for
# what tracked objects and observers are, and docs/explorer.md.

X := $(B)/explore
X_BIN ?= $(X)/explore
XDIRS := kernel kernel/servers mm mm/design swap tests/scenarios tests/explore/models
# string.c's functions come from libc, symbols from the running file
XSKIP := kernel/string.c kernel/symbols.c
# X_USER: further scenarios and drivers, files of your own (docs/explorer.md)
X_USER ?=
X_KERNEL_C := $(filter-out $(XSKIP),$(sort $(foreach d,$(XDIRS),$(wildcard $(d)/*.c)) $(X_USER)))
X_OBSERVERS := $(filter kernel/control%.c kernel/watch%.c kernel/lock_waits.c kernel/lockcost.c kernel/trace_out.c mm/invariants%.c mm/leaks.c,\
	$(X_KERNEL_C)) $(addprefix kernel/,story.c token.c \
	trace.c printk.c format.c panic.c lock.c spinlock.c kernel_lock.c wait_record.c sched.c cmdline.c strutil.c scenario.c)
X_TRACKED := $(filter-out $(X_OBSERVERS),$(X_KERNEL_C))
# the host port's machine; fibers and output are the engine's own
X_HOST := $(filter-out tests/host/mmu.c tests/host/fiber.c tests/host/output.c tests/host/symbols.c,$(wildcard tests/host/*.c))
X_ENGINE := $(wildcard tests/explore/*.c) tests/host/symbols.c
X_OBJS := $(X_TRACKED:%.c=$(X)/tracked/%.o) $(X_OBSERVERS:%.c=$(X)/observer/%.o) \
	$(X)/tracked/tests/host/mmu.o $(X_HOST:%.c=$(X)/observer/%.o) \
	$(X_ENGINE:%.c=$(X)/engine/%.o)

X_FLAGS = -m32 -std=gnu11 -O2 -g -march=i686 -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer \
	-fcf-protection=none -fno-common -fno-strict-aliasing $(WARNINGS) -Wno-error=tsan -Wno-tsan -iquote . -iquote tests/host \
	-DHOST_MEMORY="(4u<<20)" -DKSWAPD23_EXPLORE
X_HOOKS = -fsanitize=thread --param tsan-instrument-func-entry-exit=0 --param tsan-distinguish-volatile=1 \
	-fno-inline-small-functions -mmemcpy-strategy=libcall:-1:noalign -mmemset-strategy=libcall:-1:noalign
X_MEM = memcpy memmove memset
X_WRAP := lock_got lock_dropped spin_trylock lock_handed_over timers_pending wake_up_process set_current_state ctl_io_started sched_use_mm
# what the modelled MMU does is done by hardware: no race
X_MARKED := $(foreach n,1 2 4 8,$(foreach a,read write,--redefine-sym __tsan_$(a)$(n)=__tsan_volatile_$(a)$(n)))
redefine = $(foreach f,$(X_MEM),--redefine-sym $(f)=$(1)_$(f))

$(X)/tracked/%.o: %.c $(X)/cflags
	@mkdir -p $(@D)
	$(call say,XCC,$<)
	$(Q)$(CC) $(X_FLAGS) $(X_HOOKS) $(if $(filter tests/host/%,$<),-D_GNU_SOURCE -fno-builtin,-ffreestanding) -MMD -MP -c -o $@ $<
	$(Q)$(OBJCOPY) $(if $(filter tests/host/%,$<),$(call redefine,mach) $(X_MARKED),$(call redefine,xp) --redefine-sym memcmp=xp_memcmp) $@

$(X)/observer/%.o: %.c $(X)/cflags tests/explore/observer.syms
	@mkdir -p $(@D)
	$(call say,XCC,$<)
	$(Q)$(CC) $(X_FLAGS) $(X_HOOKS) $(if $(filter tests/host/%,$<),-D_GNU_SOURCE -fno-builtin,-ffreestanding) -MMD -MP -c -o $@ $<
	$(Q)$(OBJCOPY) $(call redefine,$(if $(filter tests/host/disk.c,$<),mach,obs)) --redefine-syms=tests/explore/observer.syms $@

$(X)/engine/%.o: %.c $(X)/cflags
	@mkdir -p $(@D)
	$(call say,XCC,$<)
	$(Q)$(CC) $(X_FLAGS) -O3 -fomit-frame-pointer -msse2 -mtune=haswell -D_GNU_SOURCE -MMD -MP -c -o $@ $<

$(X_BIN): $(X_OBJS) $(X_BIN).objects tests/explore/region.ld
	$(call say,XLD,$@)
	$(Q)$(CC) -m32 -static -no-pie $(X_LDFLAGS) -Wl,-T,tests/explore/region.ld -Wl,--no-warnings $(X_WRAP:%=-Wl,--wrap=%) \
		-o $@ $(X_OBJS) -lm

$(X)/cflags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(X_FLAGS) $(X_HOOKS)' | cmp -s - $@ || echo '$(CC) $(X_FLAGS) $(X_HOOKS)' > $@

$(X_BIN).objects: FORCE
	@mkdir -p $(@D)
	@echo '$(X_OBJS) $(X_WRAP)' | cmp -s - $@ || echo '$(X_OBJS) $(X_WRAP)' > $@

.PHONY: explore-build
explore-build: $(X_BIN)

-include $(X_OBJS:.o=.d)

# --- commands --------------------------------------------------------------------------------------------
BOUND ?= 3
SECONDS_MAX ?= 60
UNBOUNDED ?=
LEAST ?= 2
HOLES ?= faithful
TOKEN ?= $(B)/explore/$(SCENARIO)-$(DESIGN).token
.PHONY: explore matrix matrix-short check-explore

## make explore       all interleavings of a scenario, on the host   SCENARIO=s DESIGN=d [BOUND=n|all] [HOLES=mended] [ORDER=1]
explore: $(X_BIN)
	@$(X_BIN) "$(SCENARIO)" "$(DESIGN)" "bound=$(BOUND)" "seconds=$(SECONDS_MAX)" "holes=$(HOLES)" "token=$(TOKEN)" $(if $(ORDER),order=1)

## make matrix        every scenario x every design          [BOUND=n|all SECONDS_MAX=s UNBOUNDED=s DOC=file for the page]
matrix: $(X_BIN)
	@tests/explore/matrix.sh $(X_BIN) "bound=$(BOUND)" "seconds=$(SECONDS_MAX)" "least=$(LEAST)" $(if $(UNBOUNDED),"unbounded=$(UNBOUNDED)") \
		"holes=$(HOLES)"; status=$$?; \
		[ -z "$(DOC)" ] || SECONDS_EACH=$(SECONDS_MAX) tests/explore/matrix-page.sh $(X_BIN) $(X)/matrix "BOUND=$(BOUND)$(if $(UNBOUNDED), UNBOUNDED=$(UNBOUNDED))" >"$(DOC)"; \
		exit $$status

# each cell for a second, or to bound 2: part of make check
matrix-short: $(X_BIN)
	@tests/explore/matrix.sh $(X_BIN) bound=2 seconds=1 holes=faithful >$(X)/matrix.out; status=$$?; grep "^[^ ].*\(UNEXPECTED\|unmarked\)" $(X)/matrix.out; tail -n 1 $(X)/matrix.out; exit $$status

## make check-explore  the explorer itself: models whose answers are known, the two engines on a real scenario
check-explore: $(X_BIN)
	@$(X_BIN) --self-test
	@$(X)/explore swapout-deadlock linux-2.4.3 check=1
	@$(X)/explore lookup-shrink linux-6.12 check=1 # a disk server may be at work when the tasks have ended
	@$(X)/explore stackrot linux-6.12 check=1
	@$(X)/explore fork-unlocked linux-6.12 check=1
	@$(X)/explore zap-steal linux-2.3.22 check=1 # every run touches freed memory
	@$(X)/explore double-add linux-2.3.30 check-undo=1 bound=1 seconds=2 cell=1
	@$(X)/explore swapoff-fault linux-2.4.3 check-undo=1 bound=1 seconds=2 cell=1
	@$(X)/explore exit-steal linux-2.3.22 check-undo=1 bound=1 seconds=2 cell=1
	@tests/explore/claims.sh $(X_BIN)
	@BUILD=$(B) tests/explore/example.sh
	@$(MAKE) --no-print-directory matrix-short

# --- known mistakes: tests/explore/mistakes.sh ------------------------------------------------------------
.PHONY: mistakes mistakes-short
X_MISTAKES = XCC='$(subst ",,$(CC) $(X_FLAGS) $(X_HOOKS) -ffreestanding)' OBJCOPY="$(OBJCOPY)" X="$(X)" \
	COPY_TRACKED="$(call redefine,xp) --redefine-sym memcmp=xp_memcmp" \
	COPY_OBSERVER="$(call redefine,obs) --redefine-syms=tests/explore/observer.syms" \
	LINK="$(CC) -m32 -static -no-pie $(X_LDFLAGS) -Wl,-T,tests/explore/region.ld -Wl,--no-warnings $(X_WRAP:%=-Wl,--wrap=%) $(X_OBJS) -lm"

## make mistakes      does the explorer find what is known to be wrong?
mistakes: $(X)/explore
	@$(X_MISTAKES) tests/explore/mistakes.sh all
mistakes-short: $(X)/explore
	@$(X_MISTAKES) tests/explore/mistakes.sh short
