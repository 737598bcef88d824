# arch-i386/image.mk - the two disk images: where everything lies, and how they are put together.
# All numbers are sectors of 512 bytes; the boot code gets them as NASM macros, the runners from
# $(B)/layout.sh. Image bytes depend on the sources only: fixed times, owners and UUIDs.

ROOT_MB ?= 128
ROOT_BLOCK ?= 4096
PAD_MB ?= 4
SWAP1_MB ?= 32
SWAP2_MB ?= 32
SWAP3_MB ?= 8
SWAP4_MB ?= 8

MKE2FS ?= $(firstword $(wildcard /sbin/mke2fs /usr/sbin/mke2fs) mke2fs)
DEBUGFS ?= $(firstword $(wildcard /sbin/debugfs /usr/sbin/debugfs) debugfs)

calc = $(shell echo $$(($(1))))
CYLINDER := 1008# 16 heads * 63 sectors: Bochs wants whole cylinders

# hda: sector 0 MBR; p1 = loader, command line (4 KiB of text), kernel; p2 = root, ext2; p3 = the
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

# --- root: an ext2 file system. The fragments say what is in it: ROOT_INSTALL has words of the form
# bin/name=source/file, ROOT_LINKS words of the form bin/name=target of a symbolic link, ROOT_DIRS empty
# directories. Programs are in bin and bad. mke2fs makes it empty and debugfs fills it, in the order of
# the names, so that its bytes depend on theirs only: mke2fs -d would take owners, times and order over
# from the machine it runs on.
ROOT_SOURCES = $(foreach i,$(ROOT_INSTALL),$(lastword $(subst =, ,$(i))))
ROOT_DIRS += dev proc tmp home
ROOT_TIME := 941414400# 1 November 1999, 00:00 UTC: the machine's clock starts then (kernel/timer.h)
ROOT_UUID := 00000000-0000-4000-8000-000000000010

# Changes only when the list changes.
$(B)/root.list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(ROOT_INSTALL) $(ROOT_LINKS) $(ROOT_DIRS) $(ROOT_BLOCK) $(P2_SECTORS) | cmp -s - $@ || \
		printf '%s\n' $(ROOT_INSTALL) $(ROOT_LINKS) $(ROOT_DIRS) $(ROOT_BLOCK) $(P2_SECTORS) > $@

$(B)/root.img: $(ROOT_SOURCES) $(B)/root.list arch-i386/image.mk arch-i386/root.sh
	$(call say,MKE2FS,$@)
	$(Q)MKE2FS=$(MKE2FS) DEBUGFS=$(DEBUGFS) E2FSPROGS_FAKE_TIME=$(ROOT_TIME) ROOT_UUID=$(ROOT_UUID) \
		arch-i386/root.sh $@ $(ROOT_BLOCK) $(P2_SECTORS) "$(ROOT_DIRS)" "$(ROOT_LINKS)" $(ROOT_INSTALL)

# put FILE at SECTOR of the image being made
put = dd if=$(1) of=$@.tmp bs=512 seek=$(2) conv=notrunc status=none
# the same for a large sparse one; partitions start at multiples of 8 sectors
put_sparse = dd if=$(1) of=$@.tmp bs=4096 seek=$$(($(2) / 8)) conv=notrunc,sparse status=none

$(B)/hda.img: $(B)/boot/mbr.bin $(B)/boot/loader.bin $(B)/kernel.bin $(B)/root.img $(B)/layout.sh
	$(call say,IMAGE,$@)
	$(Q)test $$(stat -c %s $(B)/kernel.bin) -le $$(($(KERNEL_SECTORS) * 512)) || \
		{ echo "the kernel is larger than its place in the image"; exit 1; }
	$(Q)rm -f $@.tmp && truncate -s $$(($(HDA_SECTORS) * 512)) $@.tmp
	$(Q)$(call put,$(B)/boot/mbr.bin,0) && $(call put,$(B)/boot/loader.bin,$(LOADER_LBA)) && \
		$(call put,$(B)/kernel.bin,$(KERNEL_LBA)) && $(call put_sparse,$(B)/root.img,$(P2_LBA)) && mv $@.tmp $@

$(B)/hdb.img: $(B)/boot/swapmbr.bin $(B)/layout.sh
	$(call say,MKSWAP,$@)
	$(Q)rm -f $@.tmp && truncate -s $$(($(HDB_SECTORS) * 512)) $@.tmp && $(call put,$<,0)
	$(Q)$(foreach n,1 2 3 4,rm -f $(B)/swap.tmp && truncate -s $$(($(SWAP$(n)_SECTORS) * 512)) $(B)/swap.tmp && \
		chmod 600 $(B)/swap.tmp && \
		$(MKSWAP) -q -U 00000000-0000-4000-8000-00000000000$(n) $(B)/swap.tmp && \
		dd if=$(B)/swap.tmp of=$@.tmp bs=512 seek=$(SWAP$(n)_LBA) conv=notrunc,sparse status=none &&) \
		rm -f $(B)/swap.tmp && mv $@.tmp $@
