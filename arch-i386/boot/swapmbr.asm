; arch-i386/boot/swapmbr.asm - sector 0 of build/hdb.img: nothing but a partition table with four
; swap partitions (type 0x82). Their sizes come from arch-i386/image.mk as macros, in sectors.

	org 0
	times 446 db 0

; CHS fields say "use LBA".
%macro swap_partition 2
	db 0, 0xFE, 0xFF, 0xFF, 0x82, 0xFE, 0xFF, 0xFF
	dd %1, %2
%endmacro
	swap_partition SWAP1_LBA, SWAP1_SECTORS
	swap_partition SWAP2_LBA, SWAP2_SECTORS
	swap_partition SWAP3_LBA, SWAP3_SECTORS
	swap_partition SWAP4_LBA, SWAP4_SECTORS
	dw 0xAA55
