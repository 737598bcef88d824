# kswapd23 - builds the kernel and its disk images, and runs them. `make help` lists the commands.
# Everything is built under build/ (BUILD=dir for another place); V=1 shows the full commands.

BUILD ?= build
# B= on the command line is the second design of `make diff` and `make compare`
DIFF_B := $(if $(filter command,$(origin B)),$(B),linux-6.12)
override B := $(BUILD)
.DEFAULT_GOAL := all

CROSS ?= i686-linux-gnu-
CC := $(CROSS)gcc
LD := $(CROSS)ld
OBJCOPY := $(CROSS)objcopy
NM := $(CROSS)nm
AR := $(CROSS)ar
HOSTCC ?= gcc
NASM ?= nasm
MKSWAP ?= $(firstword $(wildcard /sbin/mkswap /usr/sbin/mkswap) mkswap)
export LC_ALL := C

ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(2)
endif

.PHONY: all images kernel bochs qemu gdb clean help doctor deps FORCE
FORCE:

# --- tools and the Debian packages they come in: the first missing one ends the build -----------------
# words of the form tool=package
BUILD_TOOLS := $(CC)=gcc-i686-linux-gnu $(LD)=binutils-i686-linux-gnu $(NASM)=nasm $(MKSWAP)=util-linux tar=tar \
	awk=mawk dd=coreutils xz=xz-utils flock=util-linux
RUN_TOOLS := bochs=bochs qemu-system-i386=qemu-system-x86
TEST_TOOLS := $(HOSTCC)=gcc pkg-config=pkg-config qemu-i386=qemu-user e2fsck=e2fsprogs mke2fs=e2fsprogs gdb=gdb clang-14=clang-14 dot=graphviz
PACKAGES := gcc-i686-linux-gnu nasm bochs bochsbios vgabios bochs-sdl qemu-system-x86 qemu-user \
	gcc clang-14 libclang-rt-14-dev make check pkg-config util-linux e2fsprogs gdb mawk newlib-source xz-utils patch graphviz
tool = $(firstword $(subst =, ,$(1)))
package = $(lastword $(subst =, ,$(1)))
has = $(shell PATH="$$PATH:/sbin:/usr/sbin" command -v $(call tool,$(1)) 2>/dev/null)
# These work without them, or install them first.
ifeq ($(filter help doctor deps clean run check check-long,$(MAKECMDGOALS)),)
$(foreach t,$(BUILD_TOOLS),$(if $(call has,$(t)),,\
	$(error $(call tool,$(t)) is missing: apt-get install $(call package,$(t)), or as root: make deps)))
endif

all: images

include arch-i386/kernel.mk
-include tests/unit/lint.mk tests/programs/programs.mk tests/unit/unit.mk tests/unit/fuzz/fuzz.mk tests/explore/explore.mk tests/scenarios/scenarios.mk tests/boot/boot.mk tests/diff/scaling.mk docs/docs.mk tests/diff/diff.mk
include arch-i386/image.mk # last: by now the fragments have said what belongs on the root partition

kernel: $(B)/kernel.elf
images: $(B)/hda.img $(B)/hdb.img

# --- running it by hand --------------------------------------------------------------------------------
CMDLINE ?=
CPUS ?= 2
MEM ?= 32
IPS ?= 4000000
DISPLAY_BOCHS ?= serial

bochs: images
	@BUILD=$(B) tests/boot/run-bochs.sh $(B)/bochs "$(CMDLINE)" cpus=$(CPUS) mem=$(MEM) ips=$(IPS) display=$(DISPLAY_BOCHS)

qemu: images
	@BUILD=$(B) tests/boot/run-qemu.sh $(B)/qemu "$(CMDLINE)" cpus=$(CPUS) mem=$(MEM) display=serial

# The machine waits for the debugger; leave gdb with `kill`.
gdb: images
	@BUILD=$(B) tests/boot/run-qemu.sh $(B)/gdb "$(CMDLINE)" cpus=$(CPUS) mem=$(MEM) display=gdb elf=$(B)/kernel.elf

clean:
	rm -rf $(B)

help:
	@echo 'make               build the kernel and both disk images into $(B)/'
	@echo 'make bochs         boot it in Bochs, in this terminal      CPUS=n MEM=mb IPS=n CMDLINE="..."'
	@echo '                   (DISPLAY_BOCHS=sdl2 opens a window)'
	@echo 'make qemu          boot it in QEMU, on this terminal       CPUS=n MEM=mb CMDLINE="..."'
	@echo 'make gdb           the same under gdb'
	@for f in $(MAKEFILE_LIST); do sed -n 's/^## //p' $$f; done
	@echo 'make doctor        say what is missing on this machine'
	@echo 'make deps          install the missing Debian packages (as root)'
	@echo 'make clean         remove $(B)/'
	@echo 'make help          this list'
	@echo 'V=1 shows full commands, BUILD=dir builds elsewhere.'

doctor:
	@bad=0; \
	for t in $(BUILD_TOOLS) $(RUN_TOOLS) $(TEST_TOOLS); do \
		if PATH="$$PATH:/sbin:/usr/sbin" command -v $${t%%=*} > /dev/null 2>&1; then echo "ok       $${t%%=*}"; \
		else echo "MISSING  $${t%%=*}: apt-get install $${t#*=}"; bad=1; fi; \
	done; \
	for f in /usr/share/bochs/BIOS-bochs-latest=bochsbios /usr/share/vgabios/vgabios.bin=vgabios \
		/usr/lib/*/bochs/plugins/libbx_sdl2_gui.so*=bochs-sdl /usr/include/check.h=check \
		/usr/src/newlib/newlib-*.tar.xz=newlib-source; do \
		if ls $${f%%=*} > /dev/null 2>&1; then echo "ok       $${f%%=*}"; \
		else echo "MISSING  $${f%%=*}: apt-get install $${f#*=}"; bad=1; fi; \
	done; \
	if [ $$bad = 0 ]; then echo "Nothing is missing."; else echo "As root, make deps installs all of it."; exit 2; fi

deps:
	@missing=; for p in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$p 2> /dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then echo "All packages are installed."; \
	elif [ "$$(id -u)" = 0 ]; then echo "installing:$$missing"; \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; \
	else echo "missing:$$missing"; echo "run as root: apt-get install$$missing"; exit 2; fi
