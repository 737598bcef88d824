# tests/diff/diff.mk - the lock diff: build/lockdiff, the library that reads traces, and the commands.
#
# $(B)/diff/libtrace.a is everything here but the programs' main files; other tools (report) link it.

DIFF := $(B)/diff
TRACE_C := $(addprefix tests/diff/,trace_file.c spans.c totals.c sequence.c)
LOCKDIFF_C := $(addprefix tests/diff/,main.c pack.c print.c sequence_print.c check.c compare.c)
DIFF_FLAGS = -m64 -std=gnu11 -O2 -g $(HOST_WARNINGS) -D_GNU_SOURCE -iquote . -iquote tests/host

$(DIFF)/%.o: tests/diff/%.c tests/diff/diff.mk
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(DIFF_FLAGS) -MMD -MP -c -o $@ $<

$(DIFF)/libtrace.a: $(TRACE_C:tests/diff/%.c=$(DIFF)/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/lockdiff: $(LOCKDIFF_C:tests/diff/%.c=$(DIFF)/%.o) $(DIFF)/libtrace.a
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) -o $@ $^

-include $(wildcard $(DIFF)/*.d)

# Their unit tests, under the sanitizers, need none of the kernel.
TRACE_UNIT := trace_file sequences
TRACE_UNIT_OBJS := $(TRACE_C:%.c=$(H)/%.o)
$(H)/tests/diff/%.o: tests/diff/%.c $(H)/cflags
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -D_GNU_SOURCE -MMD -MP -c -o $@ $<

$(H)/libtrace.a: $(TRACE_UNIT_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^

$(TRACE_UNIT:%=$(H)/unit/test_%): $(H)/unit/%: $(H)/tests/unit/%.o $(H)/libtrace.a
	@mkdir -p $(@D)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -o $@ $^ $(CHECK_LIBS)
-include $(TRACE_UNIT_OBJS:.o=.d)

.PHONY: lockdiff diff-tools diff sequence compare
lockdiff: $(B)/lockdiff
diff-tools: $(B)/lockdiff $(B)/report $(B)/trace2json

A ?= linux-2.3.30
WORKLOAD ?= short
OP ?=
## make diff          one workload under two designs  A=d1 B=d2 WORKLOAD=w [CPUS=n]  (B= without a value: linux-6.12)
diff: images diff-tools
	@BUILD=$(B) tests/diff/diff.sh "$(A)" "$(DIFF_B)" "$(WORKLOAD)" "$(CPUS)"
## make sequence      the locks of one operation      DESIGN=d OP=munmap [WORKLOAD=w CPUS=n]
sequence: images $(B)/lockdiff
	@BUILD=$(B) tests/diff/sequence.sh "$(DESIGN)" "$(OP)" "$(WORKLOAD)" "$(CPUS)"
## make compare       two designs' files side by side  A=d1 B=d2
compare: $(B)/lockdiff
	@$(B)/lockdiff compare "$(A)" "$(DIFF_B)"

-include tests/diff/report.mk # the pictures
