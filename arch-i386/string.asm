; arch-i386/string.asm - memcpy, memmove and memset, by the string instructions: of all the functions of
; kernel/string.h these are where the kernel spends time.
;
; Arguments in eax, edx, ecx (-mregparm=3); the result, dst, in eax. The direction flag is clear
; everywhere in the kernel, and is clear again after memmove.

	global memcpy, memmove, memset
	section .text

; void *memmove(void *dst, const void *src, size_t n)
	align 16
memmove:
	push esi
	mov esi, eax
	sub esi, edx
	cmp esi, ecx			; unsigned: dst lies in [src, src + n)
	pop esi
	jae memcpy
	push esi
	push edi
	lea esi, [edx + ecx - 1]
	lea edi, [eax + ecx - 1]
	std
	rep movsb
	cld
	pop edi
	pop esi
	ret

; void *memcpy(void *dst, const void *src, size_t n)
	align 16
memcpy:
	push esi
	push edi
	mov edi, eax
	mov esi, edx
	mov edx, ecx
	shr ecx, 2
	rep movsd
	mov ecx, edx
	and ecx, 3
	rep movsb
	pop edi
	pop esi
	ret

; void *memset(void *dst, int c, size_t n)
	align 16
memset:
	push edi
	push eax
	mov edi, eax
	movzx eax, dl
	imul eax, eax, 0x01010101
	mov edx, ecx
	shr ecx, 2
	rep stosd
	mov ecx, edx
	and ecx, 3
	rep stosb
	pop eax
	pop edi
	ret
