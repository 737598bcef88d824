# tests/unit/fuzz/fuzz.mk - fuzzing of everything that reads what it did not write: clang's libFuzzer with
# address and undefined-behaviour sanitizers, on the host.
#
# FUZZ_SOURCES_name lists the kernel sources that fuzz_name.c is linked with; support.c stands for the
# rest. Seeds are made by seeds.sh into $(B)/fuzz/seeds/; tests/unit/fuzz/found/NAME/ keeps each input that
# once was a finding. `make check` starts from both with a fixed seed for SECONDS each; a longer run
# goes on from what the shorter ones learnt ($(B)/fuzz/corpus/).
#
## make fuzz          fuzz the readers of foreign input   [SECONDS=n a target] [TARGET=t]

FUZZ_CC ?= clang-14
FUZZ := $(B)/fuzz
SECONDS ?= 2
TARGET ?=
FUZZ_TEXT := kernel/format.c kernel/strutil.c
FUZZ_SOURCES_elf := kernel/elf.c
FUZZ_SOURCES_swap_header := swap/swap_header.c
FUZZ_SOURCES_cmdline := kernel/cmdline.c
FUZZ_SOURCES_story := kernel/story.c
FUZZ_SOURCES_token := kernel/token.c tests/unit/fuzz/token_support.c
FUZZ_SOURCES_tty := kernel/servers/tty_line.c
FUZZ_SOURCES_format :=
FUZZ_SOURCES_ext2 := $(patsubst %,kernel/servers/ext2_%.c,alloc buffer dir inode map name super)
FUZZ_SOURCES_trace := $(patsubst %,tests/diff/%.c,trace_file spans totals sequence)
FUZZ_TARGETS := $(patsubst tests/unit/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/unit/fuzz/fuzz_*.c)))
FUZZ_WANTED := $(if $(TARGET),$(TARGET),$(FUZZ_TARGETS))

FUZZ_FLAGS := -m64 -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing -fno-common \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror -iquote . -iquote tests/host

$(FUZZ)/%.o: %.c tests/unit/fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(call say,FUZZCC,$<)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) $(if $(filter tests/%,$<),-D_GNU_SOURCE,-ffreestanding) -MMD -MP -c -o $@ $<

define fuzz_target
FUZZ_OBJS_$(1) := $(patsubst %.c,$(FUZZ)/%.o,tests/unit/fuzz/fuzz_$(1).c tests/unit/fuzz/support.c \
	$(FUZZ_TEXT) $(FUZZ_SOURCES_$(1)))
$(FUZZ)/$(1): $$(FUZZ_OBJS_$(1))
	$$(call say,FUZZLD,$$@)
	$$(Q)$$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $$@ $$^
-include $$(FUZZ_OBJS_$(1):.o=.d)
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzz_target,$(t))))

$(FUZZ)/seeds.made: tests/unit/fuzz/seeds.sh $(B)/programs/hello $(B)/programs/bad.made $(B)/hdb.img
	$(call say,SEEDS,$(FUZZ)/seeds)
	$(Q)rm -rf $(FUZZ)/seeds && BUILD=$(B) tests/unit/fuzz/seeds.sh $(FUZZ)/seeds
	@touch $@

$(FUZZ)/ext2-images.made: tests/unit/fuzz/ext2_images.sh
	$(call say,MKE2FS,$(FUZZ)/ext2-images)
	$(Q)tests/unit/fuzz/ext2_images.sh $(FUZZ)/ext2-images
	@touch $@

.PRECIOUS: $(FUZZ)/%.o
.PHONY: fuzz fuzz-build
fuzz-build: $(FUZZ_WANTED:%=$(FUZZ)/%) $(FUZZ)/seeds.made $(if $(filter ext2,$(FUZZ_WANTED)),$(FUZZ)/ext2-images.made)
fuzz:
	@command -v $(FUZZ_CC) > /dev/null || { echo "make fuzz needs $(FUZZ_CC): apt-get install clang-14 libclang-rt-14-dev, or as root: make deps"; exit 2; }
	@$(MAKE) --no-print-directory fuzz-build TARGET="$(TARGET)"
	@tests/unit/fuzz/run.sh $(FUZZ) $(SECONDS) $(FUZZ_WANTED)
