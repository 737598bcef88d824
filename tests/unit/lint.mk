# tests/unit/lint.mk - the static judges: cppcheck and clang-tidy over everything the kernel is made of.

LINT_C := $(KERNEL_C) $(wildcard tests/host/*.c)

.PHONY: lint
## make lint          cppcheck and clang-tidy over the kernel's sources
lint:
	$(call say,CPPCHECK,"$(words $(LINT_C)) files")
	$(Q)cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		-I. -Iarch-i386 --suppress=missingIncludeSystem $(LINT_C)
	$(call say,TIDY,"$(words $(KERNEL_C)) files")
	$(Q)printf '%s\n' $(KERNEL_C) | xargs -P 2 -n 8 sh -c 'clang-tidy --quiet "$$@" -- -m32 -std=c11 -ffreestanding \
		-I. -Iarch-i386 -fno-builtin' sh 2> /dev/null
