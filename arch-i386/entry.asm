; arch-i386/entry.asm - the kernel's doors: every trap, interrupt and system call comes in here and
; leaves here; the switch of kernel stacks; the first steps of new tasks.
;
; Interface: trap_stubs[256] for the IDT; trap_entry(regs) in C does the work with interrupts off;
; exit_to_user(regs) runs before every return to ring 3. Layout of the frame: struct pt_regs in
; machine.h (offsets asserted in traps.c).
; Invariants: entered from user mode, the frame lies at the very top of the task's kernel stack. A
; false stack frame (ebp, return address) is built below it, so that a backtrace runs through the
; interrupted function; user frames end the chain.

REGS_EBP	equ 20
REGS_VECTOR	equ 44
REGS_EIP	equ 52
REGS_CS		equ 56
REGS_SIZE	equ 72
SEL_KERNEL_DS	equ 0x18
SEL_USER_CS	equ 0x23
SEL_USER_DS	equ 0x2B
SEL_TLS		equ 0x33

	extern trap_entry, exit_to_user, schedule_tail, kthread_entry, double_fault_entry
	global trap_stubs, switch_stacks, kernel_task_start, forked_task_start, leave_to_user
	global double_fault_stub

	section .text

; One stub per vector: make the frame the same whether or not the CPU pushed an error code.
%assign v 0
%rep 256
trap_%+v:
%if v == 8 || (v >= 10 && v <= 14) || v == 17
%else
	push dword 0
%endif
	push dword v
	jmp near trap_common
%assign v v + 1
%endrep

trap_common:
	cld
	push gs
	push fs
	push es
	push ds
	push eax
	push ebp
	push edi
	push esi
	push edx
	push ecx
	push ebx
	mov ebx, esp			; struct pt_regs; a C function keeps ebx
	mov eax, SEL_KERNEL_DS
	mov ds, eax
	mov es, eax
	xor eax, eax
	test byte [ebx + REGS_CS], 3
	jnz .from_user
	push dword [ebx + REGS_EIP]
	push ebp
	jmp .framed
.from_user:
	push eax
	push eax
.framed:
	mov ebp, esp
	push ebx
	call trap_entry
	mov esp, ebx

; esp = frame, interrupts off
trap_return:
	test byte [esp + REGS_CS], 3
	jz .registers
	xor ebp, ebp
	push esp
	call exit_to_user
	add esp, 4
.registers:
	pop ebx
	pop ecx
	pop edx
	pop esi
	pop edi
	pop ebp
	pop eax
	pop ds
	pop es
	pop fs
	pop gs
	add esp, 8			; vector, error code
	iret

; struct task_struct *switch_stacks(unsigned long *save_sp, unsigned long load_sp, prev)
; Returns prev on the other stack. task.c builds the frame that is popped here for a new task.
switch_stacks:
	mov ecx, [esp + 4]
	mov edx, [esp + 8]
	mov eax, [esp + 12]
	push ebp
	push ebx
	push esi
	push edi
	mov [ecx], esp
	mov esp, edx
	pop edi
	pop esi
	pop ebx
	pop ebp
	ret

; A new kernel task: eax = the task before it.
kernel_task_start:
	xor ebp, ebp
	push eax
	call schedule_tail
	add esp, 4
	call kthread_entry
	ud2

; A forked task: esp = its copy of the parent's frame.
forked_task_start:
	xor ebp, ebp
	push eax
	call schedule_tail
	add esp, 4
	cli
	jmp trap_return

; void leave_to_user(entry, sp, stack_top): the frame is built at the top, where traps expect it.
leave_to_user:
	mov ecx, [esp + 4]
	mov edx, [esp + 8]
	mov eax, [esp + 12]
	cli
	mov esp, eax
	push dword SEL_USER_DS
	push edx
	push dword 0x202		; eflags: interrupts on
	push dword SEL_USER_CS
	push ecx
	xor eax, eax
	push eax			; error
	push eax			; vector
	push eax			; gs
	push eax			; fs
	push dword SEL_USER_DS
	push dword SEL_USER_DS
%rep 7
	push eax
%endrep
	jmp trap_return

; Entered by task switch, on a stack of its own, which only one CPU can use.
double_fault_stub:
	lock bts dword [df_stack_taken], 0
	jnc .mine
	hlt
	jmp double_fault_stub
.mine:
	xor ebp, ebp
	call double_fault_entry
	ud2

	section .data
df_stack_taken:
	dd 0

	section .rodata
	align 4
trap_stubs:
%assign v 0
%rep 256
	dd trap_%+v
%assign v v + 1
%endrep
