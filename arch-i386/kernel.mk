# arch-i386/kernel.mk - compiling and linking the kernel. Every .c and .asm file of these directories
# belongs to it; a new file needs no entry here.

KERNEL_DIRS ?= arch-i386 kernel kernel/servers mm mm/design swap tests/scenarios
KERNEL_C := $(sort $(foreach d,$(KERNEL_DIRS),$(wildcard $(d)/*.c)))
KERNEL_ASM := $(sort $(foreach d,$(KERNEL_DIRS),$(wildcard $(d)/*.asm))) arch-i386/boot/head.asm
KERNEL_OBJS := $(KERNEL_ASM:%=$(B)/%.o) $(KERNEL_C:%.c=$(B)/%.o)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
GCC_INCLUDE = $(shell $(CC) -print-file-name=include)
LIBGCC = $(shell $(CC) -m32 -print-libgcc-file-name)
KERNEL_CFLAGS = -m32 -std=c11 -O2 -g -march=i686 -mno-sse -mno-mmx -mno-80387 -ffreestanding -nostdinc \
	-isystem $(GCC_INCLUDE) -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-common -fno-strict-aliasing \
	-mtune=generic -mregparm=3 -mpreferred-stack-boundary=2 \
	$(WARNINGS) -I. -Iarch-i386

# memcpy and its family must not be compiled into calls of themselves
$(B)/kernel/string.o: KERNEL_CFLAGS += -fno-tree-loop-distribute-patterns

$(B)/%.o: %.c $(B)/cflags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.asm.o: %.asm
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) -I. -f elf32 -MD $(@:.o=.d) -MP -o $@ $<

# Changes only when the flags change.
$(B)/cflags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(KERNEL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(KERNEL_CFLAGS)' > $@

# The list of objects is part of the link: a deleted source must lead to a new one.
$(B)/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(KERNEL_OBJS)' | cmp -s - $@ || echo '$(KERNEL_OBJS)' > $@

LINK = $(LD) -m elf_i386 -T arch-i386/kernel.ld -z noexecstack --no-warn-rwx-segments -nostdlib

# Twice: the first link tells the addresses of the functions, the second carries them as a table,
# which lies behind the code and so moves none of them; that is checked.
FUNCTIONS = $(NM) -n $(1) | awk '$$2 ~ /^[tT]$$/ && $$3 !~ /^(_etext|_kernel_start)$$/'

$(B)/kernel.elf: $(KERNEL_OBJS) arch-i386/kernel.ld arch-i386/ksyms.awk $(B)/objects
	$(call say,LD,$@)
	$(Q)$(LINK) -o $(B)/kernel.pass1 $(KERNEL_OBJS)
	$(Q)$(NM) -n $(B)/kernel.pass1 | awk -f arch-i386/ksyms.awk > $(B)/ksyms.c
	$(Q)$(CC) $(KERNEL_CFLAGS) -c -o $(B)/ksyms.o $(B)/ksyms.c
	$(Q)$(LINK) -Map=$(B)/kernel.map -o $@.tmp $(KERNEL_OBJS) $(B)/ksyms.o
	$(Q)$(call FUNCTIONS,$(B)/kernel.pass1) > $(B)/functions.1
	$(Q)$(call FUNCTIONS,$@.tmp) | cmp -s - $(B)/functions.1 || \
		{ echo "the symbol table moved the code: look at arch-i386/kernel.ld"; exit 1; }
	$(Q)mv $@.tmp $@

$(B)/kernel.bin: $(B)/kernel.elf
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -O binary $< $@

-include $(KERNEL_C:%.c=$(B)/%.d) $(KERNEL_ASM:%=$(B)/%.d) $(wildcard $(B)/boot/*.d)
