# tests/programs/newlib.mk - newlib, and the programs that are linked with it.
#
# newlib is unpacked and built once, into NEWLIB_DIR, and used by every BUILD directory. The layer under it is
# tests/programs/libc/; each .c file in tests/programs/bin/ but util.c is a program, and those in
# tests/programs/oracle/ are programs whose output Linux must repeat.

NEWLIB_DIR ?= build/newlib
NEWLIB_TARBALL ?= $(firstword $(wildcard /usr/src/newlib/newlib-*.tar.xz) /usr/src/newlib/newlib-3.3.0.tar.xz)
NEWLIB_A := $(NEWLIB_DIR)/lib/libc.a
LIBC_DIR := tests/programs/libc

$(NEWLIB_TARBALL):
	@echo "$@ is missing: apt-get install newlib-source"; exit 1

$(NEWLIB_A): $(NEWLIB_TARBALL) $(LIBC_DIR)/abi.h $(LIBC_DIR)/build-newlib.sh
	$(call say,NEWLIB,"$(NEWLIB_DIR) (once; about a minute)")
	$(Q)$(LIBC_DIR)/build-newlib.sh $(NEWLIB_DIR) $(NEWLIB_TARBALL) $(CC) $(AR) $(CROSS)ranlib $(LIBC_DIR)/abi.h

USER_CFLAGS = -m32 -std=gnu11 -O2 -march=i386 -mno-sse -mno-mmx -ffreestanding -nostdinc -include $(LIBC_DIR)/abi.h \
	-isystem $(GCC_INCLUDE) -I$(LIBC_DIR)/include -Itests/programs/bin -isystem $(NEWLIB_DIR)/include -U__linux__ \
	-fno-pic -fno-pie -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing \
	-ffunction-sections -fdata-sections $(WARNINGS)
USER_LDFLAGS = -m elf_i386 -static -z noexecstack -z noseparate-code --build-id=none -nostdlib --gc-sections -s

LIBC_OBJS := $(patsubst $(LIBC_DIR)/%.c,$(B)/user/libc/%.o,$(sort $(wildcard $(LIBC_DIR)/*.c))) $(B)/user/libc/newlib0.o
BIN_SHARED := util copy
# the shell is several files
SHELL_C := $(sort $(wildcard tests/programs/bin/sh/*.c))
BIN_NAMES := $(filter-out $(BIN_SHARED),$(patsubst tests/programs/bin/%.c,%,$(sort $(wildcard tests/programs/bin/*.c))))
ORACLE_NAMES := $(patsubst tests/programs/oracle/%.c,%,$(sort $(wildcard tests/programs/oracle/*.c)))
BIN_PROGRAMS := $(BIN_NAMES:%=$(B)/user/bin/%) $(if $(SHELL_C),$(B)/user/bin/sh)
ORACLE_PROGRAMS := $(ORACLE_NAMES:%=$(B)/user/oracle/%)

$(B)/user/libc/%.o: $(LIBC_DIR)/%.c $(NEWLIB_A) tests/programs/newlib.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/user/libc/newlib0.o: arch-i386/user/newlib0.asm
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) -f elf32 -o $@ $<

$(B)/user/obj/%.o: tests/programs/%.c $(NEWLIB_A) tests/programs/newlib.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

USER_LINK = $(Q)mkdir -p $(@D) && $(LD) $(USER_LDFLAGS) -o $@ $(filter %.o,$^) $(NEWLIB_DIR)/lib/libm.a $(NEWLIB_A) $(LIBGCC)

$(BIN_NAMES:%=$(B)/user/bin/%): $(B)/user/bin/%: $(B)/user/obj/bin/%.o $(BIN_SHARED:%=$(B)/user/obj/bin/%.o) $(LIBC_OBJS)
	$(call say,LD,$@)
	$(USER_LINK)

$(B)/user/bin/sh: $(patsubst tests/programs/%.c,$(B)/user/obj/%.o,$(SHELL_C)) $(BIN_SHARED:%=$(B)/user/obj/bin/%.o) $(LIBC_OBJS)
	$(call say,LD,$@)
	$(USER_LINK)

$(ORACLE_PROGRAMS): $(B)/user/oracle/%: $(B)/user/obj/oracle/%.o $(LIBC_OBJS)
	$(call say,LD,$@)
	$(USER_LINK)

ROOT_INSTALL += $(foreach p,$(BIN_PROGRAMS),bin/$(notdir $(p))=$(p)) \
	$(foreach p,$(ORACLE_PROGRAMS),oracle/$(notdir $(p))=$(p)) \
	$(foreach f,$(sort $(wildcard tests/programs/oracle/*.sh tests/programs/oracle/*.txt)),oracle/$(notdir $(f))=$(f))
ROOT_LINKS += bin/[=test
ROOT_INSTALL += $(foreach f,$(sort $(wildcard tests/programs/etc/*)),etc/$(notdir $(f))=$(f))

.SECONDARY: $(BIN_NAMES:%=$(B)/user/obj/bin/%.o) $(ORACLE_NAMES:%=$(B)/user/obj/oracle/%.o)
.PHONY: user newlib
## make user          build newlib (once) and the shell's programs into build/user/
user: $(BIN_PROGRAMS) $(ORACLE_PROGRAMS)
newlib: $(NEWLIB_A)

-include $(wildcard $(B)/user/libc/*.d $(B)/user/obj/bin/*.d $(B)/user/obj/bin/sh/*.d $(B)/user/obj/oracle/*.d)
