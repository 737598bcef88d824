# tests/programs/programs.mk - the ring-3 programs and what else goes into the root file system.
#
# Each .c file here but lib.c and the build tools is a program: a static Linux/i386 executable
# without a C library, in $(B)/programs/. ROOT_INSTALL (arch-i386/image.mk) takes them from there.

PROGRAM_TOOLS := make_bad
PROGRAMS := $(filter-out lib torture_% workload_% $(PROGRAM_TOOLS),$(patsubst tests/programs/%.c,%,$(sort $(wildcard tests/programs/*.c))))
PROGRAM_OBJS := $(B)/programs/obj/lib.o $(B)/programs/obj/crt0.o
PROGRAM_CFLAGS = -m32 -std=c11 -O2 -g -march=i386 -mno-sse -mno-mmx -ffreestanding -nostdinc -isystem $(GCC_INCLUDE) \
	-fno-pic -fno-pie -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-builtin \
	-fno-tree-loop-distribute-patterns $(WARNINGS) -Wno-format-zero-length -Itests/programs
PROGRAM_LDFLAGS = -m elf_i386 -static -z noexecstack --build-id=none -nostdlib

# Half of the programs have the two segments of 1999, the others today's four: both kinds are loaded.
TWO_SEGMENTS := init pattern forktest clonetest wildptr
$(TWO_SEGMENTS:%=$(B)/programs/%): PROGRAM_LDFLAGS += -z noseparate-code

$(B)/programs/obj/%.o: tests/programs/%.c tests/programs/programs.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(PROGRAM_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/programs/obj/crt0.o: arch-i386/user/crt0.asm
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) -f elf32 -o $@ $<

# Programs of several sources.
$(B)/programs/torture: $(patsubst tests/programs/%.c,$(B)/programs/obj/%.o,$(wildcard tests/programs/torture_*.c))
# its barrier adds and fetches in one: from the 486 on
$(B)/programs/obj/workload.o: PROGRAM_CFLAGS += -march=i486
$(B)/programs/workload: $(patsubst tests/programs/%.c,$(B)/programs/obj/%.o,$(wildcard tests/programs/workload_*.c))

$(PROGRAMS:%=$(B)/programs/%): $(B)/programs/%: $(B)/programs/obj/%.o $(PROGRAM_OBJS)
	$(call say,LD,$@)
	$(Q)$(LD) $(PROGRAM_LDFLAGS) -o $@ $^ $(LIBGCC)

# --- damaged executables: /bad -------------------------------------------------------------------------
BAD_NAMES := $(shell sed -n 's/.*{ "\([a-z0-9-]*\)", .*/&/p' tests/programs/bad_names.h | grep -o '"[a-z0-9-]*"' | tr -d '"')

$(B)/programs/make_bad: tests/programs/make_bad.c tests/programs/bad_names.h
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) -std=c11 -O1 -Wall -Wextra -Werror -Itests/programs -o $@ $<

$(B)/programs/bad.made: $(B)/programs/make_bad $(B)/programs/hello
	@mkdir -p $(B)/programs/bad
	$(call say,DAMAGE,$(B)/programs/bad)
	$(Q)$^ $(B)/programs/bad
	@touch $@
$(BAD_NAMES:%=$(B)/programs/bad/%): $(B)/programs/bad.made ;

# --- the root file system -----------------------------------------------------------------------------------
ROOT_INSTALL += $(foreach p,$(PROGRAMS),bin/$(p)=$(B)/programs/$(p)) \
	$(foreach p,$(BAD_NAMES),bad/$(p)=$(B)/programs/bad/$(p)) etc/banner=tests/programs/banner.txt \
	$(foreach s,$(wildcard tests/scenarios/*.story),stories/$(notdir $(s))=$(s))

.PHONY: programs
## make programs      build the ring-3 programs into build/programs/
programs: $(PROGRAMS:%=$(B)/programs/%) $(B)/programs/bad.made

-include $(wildcard $(B)/programs/obj/torture_*.d $(B)/programs/obj/workload_*.d) $(PROGRAMS:%=$(B)/programs/obj/%.d) $(B)/programs/obj/lib.d

include tests/programs/newlib.mk
