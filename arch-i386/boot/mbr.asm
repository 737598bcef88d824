; arch-i386/boot/mbr.asm - the first sector of build/hda.img: partition table, and the code that
; loads the loader from fixed sectors of partition 1.
;
; The BIOS jumps here in real mode with the boot drive in dl. Sector numbers come from the Makefile
; (arch-i386/image.mk) as macros, so the image and this code cannot disagree.
; Interface to loader.asm: jumps to 0:0x8000 with dl = boot drive, serial port 0x3F8 set up.
; Every failure prints one line on screen, port 0xE9 and serial, then stops.

	bits 16
	org 0x7C00

LOADER_AT equ 0x8000

start:
	cli
	cld
	xor ax, ax
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov sp, 0x7C00
	jmp 0:.here			; some BIOSes start us at 07C0:0000
.here:
	sti
	mov [drive], dl
	call serial_init

	mov ah, 0x41			; are the LBA calls there?
	mov bx, 0x55AA
	mov dl, [drive]
	int 0x13
	mov si, msg_no_lba
	jc fail
	cmp bx, 0xAA55
	jne fail

	mov ah, 0x42
	mov dl, [drive]
	mov si, packet
	int 0x13
	mov si, msg_read
	jc fail
	mov si, msg_magic
	cmp dword [LOADER_AT + 4], 0x3332574B	; "KW23"
	jne fail
	mov dl, [drive]
	jmp 0:LOADER_AT

fail:
	push si
	mov si, msg_error
	call print
	pop si
	call print
.stop:
	cli
	hlt
	jmp .stop

%include "arch-i386/boot/print16.inc"

msg_error:  db "boot error: ", 0
msg_no_lba: db "this BIOS cannot read disks by LBA", 13, 10, 0
msg_read:   db "cannot read the loader", 13, 10, 0
msg_magic:  db "no loader on this disk", 13, 10, 0
drive:      db 0

	align 4
packet:
	db 16, 0
	dw LOADER_SECTORS
	dw LOADER_AT, 0
	dd LOADER_LBA, 0

%if $ - $$ > 446
%error "the MBR code runs into the partition table"
%endif
	times 446 - ($ - $$) db 0

; One partition: type, first sector, sectors. CHS fields say "use LBA".
%macro partition 4
	db %1, 0xFE, 0xFF, 0xFF, %2, 0xFE, 0xFF, 0xFF
	dd %3, %4
%endmacro
	partition 0x80, 0x23, P1_LBA, P1_SECTORS	; loader, command line, kernel
	partition 0x00, 0x83, P2_LBA, P2_SECTORS	; root
	partition 0x00, 0xDA, P3_LBA, P3_SECTORS	; the pad's store
	times 16 db 0
	dw 0xAA55
