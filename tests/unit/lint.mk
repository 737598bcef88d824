# tests/unit/lint.mk - the static judges: cppcheck and clang-tidy over everything that is compiled.
#
# One stamp a file ($(B)/lint/FILE.ok), made anew when the file or a header of it has changed: the first run
# takes minutes, the next seconds. Give it -j. Unit tests are read by cppcheck alone (Check's macros are no
# code of ours), programs that need newlib by neither.

LINT := $(B)/lint
LINT_KERNEL = $(KERNEL_C)
LINT_HOST := $(wildcard tests/host/*.c tests/unit/fuzz/*.c)
LINT_PROGRAMS := $(wildcard tests/programs/*.c)
LINT_UNIT := $(wildcard tests/unit/test_*.c)

# A macro that is a list of a header's lines is no missing include, and inline headers are seen with
# their users.
CPPCHECK = cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	--suppress=missingIncludeSystem --suppress=unknownMacro
TIDY = clang-tidy --quiet $(1) -- $(2) 2> $@.err || { cat $@.err; exit 1; }
LINT_FLAGS_KERNEL := -m32 -std=c11 -ffreestanding -fno-builtin -I. -Iarch-i386
LINT_FLAGS_HOST := -m64 -std=gnu11 -D_GNU_SOURCE -iquote . -iquote tests/host
LINT_FLAGS_PROGRAMS := -m32 -std=c11 -ffreestanding -fno-builtin -I. -Itests/programs
lint_deps = clang -MM -MP -MT $@ -MF $(@:.ok=.d) $(1) $<

lint_stamps = $(patsubst %,$(LINT)/%.ok,$(1))

$(call lint_stamps,$(LINT_KERNEL)): $(LINT)/%.ok: % .clang-tidy
	@mkdir -p $(@D)
	$(call say,LINT,$<)
	$(Q)$(CPPCHECK) -I. -Iarch-i386 $<
	$(Q)$(call TIDY,$<,$(LINT_FLAGS_KERNEL))
	$(Q)$(call lint_deps,$(LINT_FLAGS_KERNEL)) && rm -f $@.err && touch $@

$(call lint_stamps,$(LINT_HOST)): $(LINT)/%.ok: % .clang-tidy
	@mkdir -p $(@D)
	$(call say,LINT,$<)
	$(Q)$(CPPCHECK) -I. -Itests/host $<
	$(Q)$(call TIDY,$<,$(LINT_FLAGS_HOST))
	$(Q)$(call lint_deps,$(LINT_FLAGS_HOST)) && rm -f $@.err && touch $@

$(call lint_stamps,$(LINT_PROGRAMS)): $(LINT)/%.ok: % .clang-tidy
	@mkdir -p $(@D)
	$(call say,LINT,$<)
	$(Q)$(CPPCHECK) -Itests/programs $<
	$(Q)$(call TIDY,$<,$(LINT_FLAGS_PROGRAMS))
	$(Q)$(call lint_deps,$(LINT_FLAGS_PROGRAMS)) && rm -f $@.err && touch $@

$(call lint_stamps,$(LINT_UNIT)): $(LINT)/%.ok: %
	@mkdir -p $(@D)
	$(call say,LINT,$<)
	$(Q)$(CPPCHECK) -I. -Itests/host $<
	$(Q)touch $@

.PHONY: lint
## make lint          cppcheck and clang-tidy over what has changed since the last time; -j2 is faster
lint: $(call lint_stamps,$(LINT_KERNEL) $(LINT_HOST) $(LINT_PROGRAMS) $(LINT_UNIT))

-include $(patsubst %,$(LINT)/%.d,$(LINT_KERNEL) $(LINT_HOST) $(LINT_PROGRAMS))
