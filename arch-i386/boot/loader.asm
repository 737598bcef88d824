; arch-i386/boot/loader.asm - from the BIOS to the kernel: real mode, A20, memory map, command line,
; the kernel image to 1 MB, protected mode.
;
; Loaded by mbr.asm at 0:0x8000 (dl = boot drive) from fixed sectors of partition 1; sector numbers
; are macros from arch-i386/image.mk. Memory below 1 MB while it runs:
;   0x07000 boot parameters   0x08000 this code   0x0B000 command line   0x10000 bounce buffer (32 KB)
; The BIOS may change segment limits in its disk calls, so no unreal mode: each chunk is read into the
; bounce buffer and moved up in a short visit to protected mode.
; Interface to head.asm: 32-bit protected mode, flat segments, paging off, esi = boot parameters.
; Every failure prints one line on screen, port 0xE9 and serial, then stops.

%include "arch-i386/boot/bootparams.inc"

BOUNCE_SEG	equ 0x1000
BOUNCE_AT	equ 0x10000
CHUNK		equ 64			; sectors per disk read: 32 KB
MIN_MEMORY_KB	equ 4096
CPU_NEEDS	equ 0x0000A239		; fpu, pse, tsc, msr, apic, pge, cmov: CPUID 1, edx

	bits 16
	org 0x8000
	jmp near start
	times 4 - ($ - $$) nop
	db "KW23"			; mbr.asm looks for it

start:
	mov [drive], dl
	mov [PARAMS_DRIVE], dl
	mov si, msg_hello
	call print
	call check_cpu
	call enable_a20
	call memory_map
	call check_disk
	call read_cmdline
	call load_kernel
	jmp enter_kernel

; si = what went wrong, without an end of line.
fail:
	push si
	mov si, msg_error
	call print
	pop si
	call print
	mov si, msg_eol
	call print
.stop:
	cli
	hlt
	jmp .stop

%include "arch-i386/boot/print16.inc"

; Print eax in decimal.
print_number:
	mov ecx, 10
	xor bp, bp
.digit:
	xor edx, edx
	div ecx
	push dx
	inc bp
	test eax, eax
	jnz .digit
.out:
	pop ax
	add al, '0'
	call putc
	dec bp
	jnz .out
	ret

; ---------------------------------------------------------------------------------------------
check_cpu:
	pushfd				; CPUID is there when the ID flag can be changed
	pop eax
	mov ecx, eax
	xor eax, 1 << 21
	push eax
	popfd
	pushfd
	pop eax
	mov si, msg_cpu
	cmp eax, ecx
	je fail
	mov eax, 1
	cpuid
	and edx, CPU_NEEDS
	cmp edx, CPU_NEEDS
	jne fail
	ret

; ---------------------------------------------------------------------------------------------
enable_a20:
	call a20_is_on
	jne .done
	mov ax, 0x2401			; ask the BIOS
	int 0x15
	call a20_is_on
	jne .done
	in al, 0x92			; ask the chip set
	or al, 2
	and al, 0xFE
	out 0x92, al
	mov cx, 0xFFFF
.wait:
	call a20_is_on
	jne .done
	loop .wait
	mov si, msg_a20
	jmp fail
.done:
	ret

; ZF clear when 1 MB + 0x500 is not 0x500. Keeps cx.
a20_is_on:
	push es
	mov ax, 0xFFFF
	mov es, ax
	mov ax, [0x500]
	mov [es:0x510], ax
	not ax
	mov [0x500], ax
	cmp [es:0x510], ax
	pop es
	ret

; ---------------------------------------------------------------------------------------------
; Fill the memory map; [memory_end] = end of the range that starts at 1 MB.
memory_map:
	mov dword [PARAMS_AT], BOOT_MAGIC
	mov dword [PARAMS_NR_MAP], 0
	mov di, PARAMS_MAP
	xor ebx, ebx
.next:
	mov eax, 0xE820
	mov ecx, MAP_ENTRY
	mov edx, 0x534D4150		; "SMAP"
	int 0x15
	jc .end
	cmp eax, 0x534D4150
	jne .end
	inc dword [PARAMS_NR_MAP]
	cmp dword [di + 16], 1
	jne .skip
	cmp dword [di + 4], 0
	jne .skip
	mov eax, [di]
	cmp eax, KERNEL_AT
	ja .skip
	add eax, [di + 8]
	jc .skip
	cmp eax, KERNEL_AT
	jbe .skip
	mov [memory_end], eax
.skip:
	add di, MAP_ENTRY
	cmp dword [PARAMS_NR_MAP], MAP_MAX
	je .end
	test ebx, ebx
	jnz .next
.end:
	cmp dword [memory_end], 0
	jne .have
	mov ax, 0xE801			; older: KB from 1 MB to 16 MB, 64 KB blocks above
	int 0x15
	mov si, msg_map
	jc fail
	movzx eax, ax
	shl eax, 10
	movzx ebx, bx
	shl ebx, 16
	cmp eax, 15 << 20		; a hole below 16 MB: what lies above it is not used
	jne .no_hole
	add eax, ebx
.no_hole:
	mov dword [PARAMS_NR_MAP], 1
	mov dword [PARAMS_MAP], KERNEL_AT
	mov dword [PARAMS_MAP + 4], 0
	mov [PARAMS_MAP + 8], eax
	mov dword [PARAMS_MAP + 12], 0
	mov dword [PARAMS_MAP + 16], 1
	add eax, KERNEL_AT
	mov [memory_end], eax
.have:
	mov eax, [memory_end]
	add eax, 65536			; the BIOS keeps its tables at the very end
	cmp eax, MIN_MEMORY_KB << 10
	mov si, msg_memory
	jb fail
	ret

; ---------------------------------------------------------------------------------------------
; The disk must be as large as its partition table says.
check_disk:
	mov word [disk_info], 26
	mov ah, 0x48
	mov dl, [drive]
	mov si, disk_info
	int 0x13
	jc .unknown			; then reading will tell
	cmp dword [disk_info + 20], 0
	jne .unknown
	cmp dword [disk_info + 16], P3_LBA + P3_SECTORS
	jae .unknown
	mov si, msg_error
	call print
	mov si, msg_small
	call print
	mov eax, [disk_info + 16]
	call print_number
	mov si, msg_needed
	call print
	mov eax, P3_LBA + P3_SECTORS
	call print_number
	mov si, msg_eol
	call print
	jmp fail.stop
.unknown:
	ret

; Read cx sectors from eax to es:0; stops the machine when the disk cannot.
read_sectors:
	mov [packet.lba], eax
	mov [packet.count], cx
	mov [packet.segment], es
	mov ah, 0x42
	mov dl, [drive]
	mov si, packet
	int 0x13
	jc .bad
	ret
.bad:
	mov si, msg_error
	call print
	mov si, msg_read
	call print
	mov eax, [packet.lba]
	call print_number
	mov si, msg_eol
	call print
	jmp fail.stop

read_cmdline:
	push es
	mov ax, CMDLINE_AT >> 4
	mov es, ax
	mov eax, CMDLINE_LBA
	mov cx, CMDLINE_SECTORS
	call read_sectors
	mov byte [es:CMDLINE_SECTORS * 512 - 1], 0
	pop es
	mov dword [PARAMS_CMDLINE], CMDLINE_AT
	ret

; ---------------------------------------------------------------------------------------------
load_kernel:
	push es
	mov ax, BOUNCE_SEG
	mov es, ax
	mov eax, KERNEL_LBA		; its first sector tells how long it is
	mov cx, 1
	call read_sectors
	mov si, msg_kernel
	cmp dword [es:HEAD_MAGIC], KERNEL_MAGIC
	jne fail
	mov eax, [es:HEAD_BYTES]
	add eax, 511
	shr eax, 9
	mov [left], eax
	mov si, msg_too_big
	cmp eax, KERNEL_SECTORS
	ja fail
	mov eax, [es:HEAD_END]
	mov si, msg_no_room
	cmp eax, [memory_end]
	ja fail
	mov eax, [es:HEAD_ENTRY]
	mov [entry], eax

	mov dword [next_lba], KERNEL_LBA
	mov dword [target], KERNEL_AT
.chunk:
	mov ecx, [left]
	test ecx, ecx
	jz .done
	cmp ecx, CHUNK
	jbe .last
	mov ecx, CHUNK
.last:
	mov eax, [next_lba]
	push ecx
	call read_sectors
	pop ecx
	sub [left], ecx
	add [next_lba], ecx
	call move_up
	jmp .chunk
.done:
	pop es
	ret

; Move ecx sectors from the bounce buffer to [target], which advances.
move_up:
	cli
	shl ecx, 7			; sectors to words of 4 bytes
	mov edi, [target]
	mov esi, BOUNCE_AT
	lgdt [gdt_pointer]
	mov eax, cr0
	or al, 1
	mov cr0, eax
	jmp 8:.protected
	bits 32
.protected:
	mov ax, 16
	mov ds, ax
	mov es, ax
	rep movsd
	mov [target], edi
	jmp 24:.narrow
	bits 16
.narrow:
	mov ax, 32			; 64 KB limits, as real mode wants
	mov ds, ax
	mov es, ax
	mov eax, cr0
	and al, 0xFE
	mov cr0, eax
	jmp 0:.real
.real:
	xor ax, ax
	mov ds, ax
	mov ax, BOUNCE_SEG
	mov es, ax
	sti
	ret

enter_kernel:
	cli
	lgdt [gdt_pointer]
	mov eax, cr0
	or al, 1
	mov cr0, eax
	jmp 8:.protected
	bits 32
.protected:
	mov ax, 16
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov fs, ax
	mov gs, ax
	mov esi, PARAMS_AT
	jmp [entry]
	bits 16

; ---------------------------------------------------------------------------------------------
msg_hello:   db "kswapd23 loader", 13, 10, 0
msg_error:   db "boot error: ", 0
msg_cpu:     db "this CPU lacks what the kernel needs (a Pentium II has it: 4 MB and global pages, "
	     db "TSC, local APIC, cmov)", 0
msg_a20:     db "the A20 gate stays closed", 0
msg_map:     db "the BIOS tells no memory map", 0
msg_memory:  db "too little memory: at least 4 MB are needed", 0
msg_small:   db "the disk is too small: sectors there: ", 0
msg_needed:  db ", needed: ", 0
msg_read:    db "cannot read the disk at sector ", 0
msg_kernel:  db "no kernel on this disk", 0
msg_too_big: db "the kernel is larger than its place on the disk", 0
msg_no_room: db "too little memory for the kernel", 0
msg_eol:     db 13, 10, 0

	align 8
gdt:
	dq 0
	dq 0x00CF9A000000FFFF		; 8: 32-bit code
	dq 0x00CF92000000FFFF		; 16: 32-bit data
	dq 0x00009A000000FFFF		; 24: 16-bit code
	dq 0x000092000000FFFF		; 32: 16-bit data
gdt_pointer:
	dw gdt_pointer - gdt - 1
	dd gdt

	align 4
packet:
	db 16, 0
.count:   dw 0
	  dw 0
.segment: dw 0
.lba:     dd 0, 0

drive:      dd 0
memory_end: dd 0
left:       dd 0
next_lba:   dd 0
target:     dd 0
entry:      dd 0
disk_info:  times 32 db 0

%if $ - $$ > LOADER_SECTORS * 512
%error "the loader does not fit its sectors"
%endif
	times LOADER_SECTORS * 512 - ($ - $$) db 0
