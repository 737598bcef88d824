; arch-i386/boot/head.asm - the first instructions of the kernel: header for the loader, first page
; directory, the jump to high addresses; and the way an additional CPU comes up.
;
; Interface: the loader jumps to kernel_entry (physical) with esi = boot parameters; another CPU comes
; out of the trampoline (copied to TRAMPOLINE_AT by smp.c) with ap_cpu = its number. Both end on their
; boot stack in C: arch_main(params) and arch_ap_main(cpu).
; Invariant: boot_pgd maps the first 256 MB twice (at 0 and at KERNEL_BASE) by 4 MB pages. Only start-up
; code runs on it; kernel_pgd (memory.c) replaces it as soon as C runs.

%include "arch-i386/boot/bootparams.inc"

KERNEL_BASE	equ 0xC0000000
TRAMPOLINE_AT	equ 0x8000
STACK_SIZE	equ 8192
CR0_ON		equ 0x80010021		; PG, WP, NE, PE
CR0_OFF		equ 0x6000000E		; CD, NW, TS, EM, MP
CR4_PSE		equ 0x10

	extern arch_main, arch_ap_main, ap_cpu
	extern _image_bytes, _bss_start, _bss_end, _end_physical
	global kernel_entry, boot_pgd, boot_stacks, trampoline, trampoline_end

	section .head progbits alloc exec nowrite align=4096
	dd KERNEL_MAGIC
	dd _image_bytes
	dd _end_physical
	dd kernel_entry - KERNEL_BASE

kernel_entry:
	cld
	mov edi, _bss_start - KERNEL_BASE
	mov ecx, _bss_end - KERNEL_BASE
	sub ecx, edi
	shr ecx, 2
	xor eax, eax
	rep stosd

	mov edi, boot_pgd - KERNEL_BASE
	mov eax, 0x83			; present, writable, 4 MB
	mov ecx, 64			; 64 * 4 MB = 256 MB
.map:
	mov [edi], eax
	mov [edi + (KERNEL_BASE >> 20)], eax
	add edi, 4
	add eax, 4 << 20
	loop .map
	mov eax, paged
	jmp enable_paging

; Turn paging on with boot_pgd and continue at eax (a high address). Keeps esi.
enable_paging:
	mov ecx, boot_pgd - KERNEL_BASE
	mov cr3, ecx
	mov ecx, cr4
	or ecx, CR4_PSE
	mov cr4, ecx
	mov ecx, cr0
	and ecx, ~CR0_OFF
	or ecx, CR0_ON
	mov cr0, ecx
	jmp eax

	section .text
paged:
	mov esp, boot_stacks + STACK_SIZE
	xor ebp, ebp			; ends every call chain
	mov eax, esi
	call arch_main
	ud2

ap_paged:
	mov eax, [ap_cpu]
	mov esp, eax
	inc esp
	shl esp, 13			; each CPU has STACK_SIZE = 1 << 13 bytes
	add esp, boot_stacks
	xor ebp, ebp
	call arch_ap_main
	ud2

; The trampoline: position 0 of page TRAMPOLINE_AT, started in real mode by the start-up IPI.
	bits 16
trampoline:
	cli
	mov ax, cs
	mov ds, ax
	lgdt [.gdt_pointer - trampoline]
	mov eax, cr0
	or al, 1
	mov cr0, eax
	jmp dword 8:(TRAMPOLINE_AT + .protected - trampoline)
	bits 32
.protected:
	mov ax, 16
	mov ds, ax
	mov es, ax
	mov ss, ax
	xor ax, ax
	mov fs, ax
	mov gs, ax
	mov eax, ap_paged
	mov ecx, enable_paging - KERNEL_BASE
	jmp ecx
	align 8
.gdt:
	dq 0
	dq 0x00CF9A000000FFFF		; 8: code
	dq 0x00CF92000000FFFF		; 16: data
.gdt_pointer:
	dw .gdt_pointer - .gdt - 1
	dd TRAMPOLINE_AT + .gdt - trampoline
trampoline_end:

	section .bss align=8192
boot_stacks:
	resb 8 * STACK_SIZE		; NR_CPUS of them; machine.h asserts the number
	alignb 4096
boot_pgd:
	resb 4096
