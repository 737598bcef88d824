# tests/unit/unit.mk - unit tests on the host: every tests/unit/test_*.c is one Check program, linked with
# the kernel, mm, swap and scenario objects built once for the host (64 bit, address and undefined-behaviour
# sanitizers) and the modelled machine of tests/host/.
#
## make unit          the unit tests, on the host        TESTS="locks wait" for some only

H := $(B)/host
HOST_DIRS := kernel kernel/servers mm mm/design swap tests/scenarios
# libc supplies string.c's functions, tests/host/symbols.c the names
HOST_C := $(filter-out kernel/string.c kernel/symbols.c, \
	$(sort $(foreach d,$(HOST_DIRS),$(wildcard $(d)/*.c))))
HOST_OBJS := $(HOST_C:%.c=$(H)/%.o)
HOST_ARCH_OBJS := $(patsubst %.c,$(H)/%.o,$(wildcard tests/host/*.c))
UNIT_C := $(sort $(wildcard tests/unit/test_*.c))
UNIT_PROGRAMS := $(UNIT_C:tests/unit/%.c=$(H)/unit/%)
TESTS ?= $(UNIT_C:tests/unit/test_%.c=%)

HOST_WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
HOST_SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_FLAGS = -m64 -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing -fno-common \
	$(HOST_SANITIZE) $(HOST_WARNINGS) -iquote . -iquote tests/host
CHECK_FLAGS = $(shell pkg-config --cflags check)
CHECK_LIBS = $(shell pkg-config --libs check)

# Kernel sources see no libc; the host port and the tests do.
$(H)/%.o: %.c $(H)/cflags
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -ffreestanding -MMD -MP -c -o $@ $<

$(H)/tests/host/%.o: tests/host/%.c $(H)/cflags
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -D_GNU_SOURCE -MMD -MP -c -o $@ $<

$(H)/tests/unit/%.o: tests/unit/%.c $(H)/cflags
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -D_GNU_SOURCE $(CHECK_FLAGS) -MMD -MP -c -o $@ $<

$(H)/libkernel.a: $(HOST_OBJS) $(HOST_ARCH_OBJS) $(H)/objects
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $(HOST_OBJS) $(HOST_ARCH_OBJS)

$(H)/unit/%: $(H)/tests/unit/%.o $(H)/libkernel.a
	@mkdir -p $(@D)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -o $@ $< $(filter %.a,$^) $(CHECK_LIBS)

$(H)/cflags: FORCE
	@mkdir -p $(@D)
	@echo '$(HOSTCC) $(HOST_FLAGS)' | cmp -s - $@ || echo '$(HOSTCC) $(HOST_FLAGS)' > $@

$(H)/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(HOST_OBJS)' | cmp -s - $@ || echo '$(HOST_OBJS)' > $@

.PRECIOUS: $(H)/%.o $(H)/tests/unit/%.o $(H)/tests/host/%.o
.PHONY: unit unit-build
unit-build: $(TESTS:%=$(H)/unit/test_%)
unit: unit-build
	@tests/unit/run.sh $(TESTS:%=$(H)/unit/test_%)

-include $(HOST_OBJS:.o=.d) $(HOST_ARCH_OBJS:.o=.d) $(UNIT_C:%.c=$(H)/%.d)
