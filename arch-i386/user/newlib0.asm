; arch-i386/user/newlib0.asm - where a program linked with newlib starts, and how it calls the kernel.
;
; Linux/i386: at _start the stack holds argc, argv[0..argc-1], NULL, envp[...], NULL, auxv. A system call is
; int 0x80: number in eax, arguments in ebx, ecx, edx, esi, edi, ebp; eax = result or -errno. The C side is
; tests/programs/libc/.

global _start
global linux_syscall
global linux_sigreturn
global linux_rt_sigreturn
extern program_start

SYS_SIGRETURN	 equ 119
SYS_RT_SIGRETURN equ 173

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
	call	program_start		; does not return
	ud2

; long linux_syscall(long nr, long a, long b, long c, long d, long e, long f)
linux_syscall:
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

; Where a signal handler returns to: the two forms of the frame (sa_restorer of rt_sigaction). The plain
; frame has the signal number on top of what sigreturn expects.
linux_sigreturn:
	pop	eax
	mov	eax, SYS_SIGRETURN
	int	0x80
	ud2

linux_rt_sigreturn:
	mov	eax, SYS_RT_SIGRETURN
	int	0x80
	ud2

section .note.GNU-stack noalloc noexec nowrite progbits
