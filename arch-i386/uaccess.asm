; arch-i386/uaccess.asm - copies to and from user memory, and the exception table that saves them.
;
; Interface (uaccess.c checks ranges before): size_t uaccess_copy(dst, src, n) and uaccess_clear(dst, n)
; return the bytes not done; long uaccess_strnlen(src, max). Arguments come in eax, edx, ecx.
; Invariant: an instruction that may touch a bad user address has an entry in section __ex_table, the
; pair (its address, where to go on); fault.c looks it up. There ecx is what `rep` has left to do.

%macro may_fault 2
	section __ex_table progbits alloc noexec nowrite align=4
	dd %1, %2
	section .text
%endmacro

	global uaccess_copy, uaccess_clear, uaccess_strnlen
	section .text

uaccess_copy:
	push ebp
	mov ebp, esp
	push esi
	push edi
	mov edi, eax
	mov esi, edx
	mov edx, ecx
	and edx, 3			; edx = odd bytes at the end
	shr ecx, 2
.words:
	rep movsd
	mov ecx, edx
.bytes:
	rep movsb
	mov eax, ecx
.out:
	pop edi
	pop esi
	pop ebp
	ret
.words_bad:
	lea ecx, [ecx * 4 + edx]	; a word may straddle into the bad page: byte by byte to the edge
	jmp .bytes
.bytes_bad:
	mov eax, ecx
	jmp .out
	may_fault .words, .words_bad
	may_fault .bytes, .bytes_bad

uaccess_clear:
	push ebp
	mov ebp, esp
	push edi
	mov edi, eax
	mov ecx, edx
	and edx, 3
	shr ecx, 2
	xor eax, eax
.words:
	rep stosd
	mov ecx, edx
.bytes:
	rep stosb
	mov eax, ecx
.out:
	pop edi
	pop ebp
	ret
.words_bad:
	lea ecx, [ecx * 4 + edx]
	jmp .bytes
.bytes_bad:
	mov eax, ecx
	jmp .out
	may_fault .words, .words_bad
	may_fault .bytes, .bytes_bad

; Bytes before the NUL, at most max; -1 = bad address.
uaccess_strnlen:
	push ebp
	mov ebp, esp
	mov ecx, edx
	mov edx, eax
	xor eax, eax
.next:
	cmp eax, ecx
	jae .out
.load:
	cmp byte [edx + eax], 0
	je .out
	inc eax
	jmp .next
.bad:
	mov eax, -1
.out:
	pop ebp
	ret
	may_fault .load, .bad
