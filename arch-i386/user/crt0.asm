; arch-i386/user/crt0.asm - where a ring-3 test program starts, and how it calls the kernel.
;
; Linux/i386: at _start the stack holds argc, argv[0..argc-1], NULL, envp[...], NULL, auxv.
; A system call is int 0x80: number in eax, arguments in ebx, ecx, edx, esi, edi, ebp; eax = result or
; -errno. The C side is tests/programs/lib.h.

global _start
global syscall6
global thread_create
extern main

SYS_EXIT  equ 1
SYS_CLONE equ 120

section .text

_start:
	xor	ebp, ebp		; the outermost frame
	mov	eax, [esp]		; argc
	lea	ebx, [esp + 4]		; argv
	lea	ecx, [ebx + eax * 4 + 4] ; envp
	and	esp, -16
	sub	esp, 4
	push	ecx
	push	ebx
	push	eax
	call	main
	mov	ebx, eax
	mov	eax, SYS_EXIT
	int	0x80
	ud2

; long syscall6(long nr, long a, long b, long c, long d, long e, long f)
syscall6:
	push	ebp
	push	ebx
	push	esi
	push	edi
	mov	eax, [esp + 20]
	mov	ebx, [esp + 24]
	mov	ecx, [esp + 28]
	mov	edx, [esp + 32]
	mov	esi, [esp + 36]
	mov	edi, [esp + 40]
	mov	ebp, [esp + 44]
	int	0x80
	pop	edi
	pop	esi
	pop	ebx
	pop	ebp
	ret

; long thread_create(unsigned flags, void *stack_top, int (*fn)(void *), void *arg)
; The new thread calls fn(arg) on its own stack and exits with what it returns.
thread_create:
	push	ebx
	push	esi
	push	edi
	mov	ebx, [esp + 16]		; flags
	mov	ecx, [esp + 20]		; stack
	and	ecx, -16
	mov	eax, [esp + 24]
	mov	edx, [esp + 28]
	mov	[ecx - 16], edx		; fn's argument
	mov	[ecx - 4], eax		; fn
	sub	ecx, 16
	xor	edx, edx
	xor	esi, esi
	xor	edi, edi
	mov	eax, SYS_CLONE
	int	0x80
	test	eax, eax
	jz	.child
	pop	edi
	pop	esi
	pop	ebx
	ret
.child:
	xor	ebp, ebp
	call	[esp + 12]
	mov	ebx, eax
	mov	eax, SYS_EXIT
	int	0x80
	ud2

section .note.GNU-stack noalloc noexec nowrite progbits
