# arch-i386/image.mk - the two disk images: where everything lies, and how they are put together.
# All numbers are sectors of 512 bytes; the boot code gets them as NASM macros, the runners from
# $(B)/layout.sh. Image bytes depend on the sources only: fixed times, owners and UUIDs.

ROOT_MB ?= 16
PAD_MB ?= 4
SWAP1_MB ?= 32
SWAP2_MB ?= 32
SWAP3_MB ?= 8
SWAP4_MB ?= 8

calc = $(shell echo $$(($(1))))
CYLINDER := 1008# 16 heads * 63 sectors: Bochs wants whole cylinders

# hda: sector 0 MBR; p1 = loader, command line (4 KiB of text), kernel; p2 = root; p3 = the
# store of /dev/pad (mm/pad.c)
LOADER_LBA := 64
LOADER_SECTORS := 16
CMDLINE_LBA := 80
CMDLINE_SECTORS := 8
KERNEL_LBA := 88
# the last 16 KB of p1: a schedule for a scenario, as text (kernel/schedule_file.c)
SCHEDULE_SECTORS := 32
P1_LBA := $(LOADER_LBA)
P2_LBA := 8192
P1_SECTORS := $(call calc,$(P2_LBA) - $(P1_LBA))
SCHEDULE_LBA := $(call calc,$(P2_LBA) - $(SCHEDULE_SECTORS))
KERNEL_SECTORS := $(call calc,$(SCHEDULE_LBA) - $(KERNEL_LBA))
P2_SECTORS := $(call calc,$(ROOT_MB) * 2048)
P3_LBA := $(call calc,$(P2_LBA) + $(P2_SECTORS))
P3_SECTORS := $(call calc,$(PAD_MB) * 2048)
HDA_SECTORS := $(call calc,($(P3_LBA) + $(P3_SECTORS) + $(CYLINDER) - 1) / $(CYLINDER) * $(CYLINDER))

# hdb: sector 0 partition table; four swap partitions
SWAP1_LBA := 64
SWAP1_SECTORS := $(call calc,$(SWAP1_MB) * 2048)
SWAP2_LBA := $(call calc,$(SWAP1_LBA) + $(SWAP1_SECTORS))
SWAP2_SECTORS := $(call calc,$(SWAP2_MB) * 2048)
SWAP3_LBA := $(call calc,$(SWAP2_LBA) + $(SWAP2_SECTORS))
SWAP3_SECTORS := $(call calc,$(SWAP3_MB) * 2048)
SWAP4_LBA := $(call calc,$(SWAP3_LBA) + $(SWAP3_SECTORS))
SWAP4_SECTORS := $(call calc,$(SWAP4_MB) * 2048)
HDB_SECTORS := $(call calc,($(SWAP4_LBA) + $(SWAP4_SECTORS) + $(CYLINDER) - 1) / $(CYLINDER) * $(CYLINDER))

LAYOUT := LOADER_LBA LOADER_SECTORS SCHEDULE_LBA SCHEDULE_SECTORS CMDLINE_LBA CMDLINE_SECTORS KERNEL_LBA KERNEL_SECTORS \
	P1_LBA P1_SECTORS P2_LBA P2_SECTORS P3_LBA P3_SECTORS HDA_SECTORS HDB_SECTORS \
	$(foreach n,1 2 3 4,SWAP$(n)_LBA SWAP$(n)_SECTORS)
LAYOUT_TEXT := $(foreach v,$(LAYOUT),$(v)=$($(v)))

# Changes only when a number changes: what depends on the layout depends on this file.
$(B)/layout.sh: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(LAYOUT_TEXT) | cmp -s - $@ || printf '%s\n' $(LAYOUT_TEXT) > $@

$(B)/boot/%.bin: arch-i386/boot/%.asm $(B)/layout.sh
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) -I. -f bin $(addprefix -D,$(LAYOUT_TEXT)) -MD $@.d -o $@ $<

# --- root: what the fragments put into ROOT_INSTALL (words of the form bin/name=source/file) --------
ROOT_SOURCES = $(foreach i,$(ROOT_INSTALL),$(lastword $(subst =, ,$(i))))
ROOT_DATE := 1999-12-01 00:00:00Z

$(B)/root.tar: $(ROOT_SOURCES) $(MAKEFILE_LIST)
	$(call say,TAR,$@)
	$(Q)rm -rf $(B)/root && mkdir -p $(B)/root
	$(Q)for i in $(ROOT_INSTALL); do \
		mkdir -p "$(B)/root/$$(dirname "$${i%%=*}")" && \
		cp "$${i#*=}" "$(B)/root/$${i%%=*}" || exit 1; \
	done
	$(Q)find $(B)/root -type d -exec chmod 755 {} + && cd $(B)/root && LC_ALL=C find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | \
		tar --format=ustar --no-recursion --mtime='$(ROOT_DATE)' --owner=0 --group=0 --numeric-owner \
		-cf ../root.tar.tmp -T - && mv ../root.tar.tmp ../root.tar

# put FILE at SECTOR of the image being made
put = dd if=$(1) of=$@.tmp bs=512 seek=$(2) conv=notrunc status=none

$(B)/hda.img: $(B)/boot/mbr.bin $(B)/boot/loader.bin $(B)/kernel.bin $(B)/root.tar $(B)/layout.sh
	$(call say,IMAGE,$@)
	$(Q)test $$(stat -c %s $(B)/kernel.bin) -le $$(($(KERNEL_SECTORS) * 512)) || \
		{ echo "the kernel is larger than its place in the image"; exit 1; }
	$(Q)test $$(stat -c %s $(B)/root.tar) -le $$(($(P2_SECTORS) * 512)) || \
		{ echo "the root files need more than ROOT_MB=$(ROOT_MB)"; exit 1; }
	$(Q)rm -f $@.tmp && truncate -s $$(($(HDA_SECTORS) * 512)) $@.tmp
	$(Q)$(call put,$(B)/boot/mbr.bin,0) && $(call put,$(B)/boot/loader.bin,$(LOADER_LBA)) && \
		$(call put,$(B)/kernel.bin,$(KERNEL_LBA)) && $(call put,$(B)/root.tar,$(P2_LBA)) && mv $@.tmp $@

$(B)/hdb.img: $(B)/boot/swapmbr.bin $(B)/layout.sh
	$(call say,MKSWAP,$@)
	$(Q)rm -f $@.tmp && truncate -s $$(($(HDB_SECTORS) * 512)) $@.tmp && $(call put,$<,0)
	$(Q)$(foreach n,1 2 3 4,rm -f $(B)/swap.tmp && truncate -s $$(($(SWAP$(n)_SECTORS) * 512)) $(B)/swap.tmp && \
		chmod 600 $(B)/swap.tmp && \
		$(MKSWAP) -q -U 00000000-0000-4000-8000-00000000000$(n) $(B)/swap.tmp && \
		dd if=$(B)/swap.tmp of=$@.tmp bs=512 seek=$(SWAP$(n)_LBA) conv=notrunc,sparse status=none &&) \
		rm -f $(B)/swap.tmp && mv $@.tmp $@
