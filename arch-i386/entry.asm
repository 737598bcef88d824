; arch-i386/entry.asm - the kernel's doors: every trap, interrupt and system call comes in here and
; leaves here; the switch of kernel stacks; the first steps of new tasks.
;
; Interface: trap_stubs[256] for the IDT; trap_entry(regs) in C does the work with interrupts off;
; exit_to_user(regs) runs before every return to ring 3. System calls and page faults of programs have
; doors of their own, system_call_entry(regs) and user_fault_entry(regs), which include the way out.
; Layout of the frame: struct pt_regs in machine.h (offsets asserted in traps.c). C functions take
; their first three arguments in eax, edx, ecx (-mregparm=3).
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
	extern system_call_entry, user_fault_entry
	global trap_stubs, switch_stacks, kernel_task_start, forked_task_start, leave_to_user
	global double_fault_stub

	section .text

VEC_PAGE_FAULT	equ 14
VEC_SYSCALL	equ 128

; One stub per vector: make the frame the same whether or not the CPU pushed an error code.
%assign v 0
%rep 256
trap_%+v:
%if v == 8 || (v >= 10 && v <= 14) || v == 17
%else
	push dword 0
%endif
	push dword v
%if v == VEC_SYSCALL
	jmp near trap_syscall
%elif v == VEC_PAGE_FAULT
	jmp near trap_page_fault
%else
	jmp near trap_common
%endif
%assign v v + 1
%endrep

; The rest of struct pt_regs; ebx = its address, which a C function keeps.
%macro save_registers 0
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
	mov ebx, esp
	mov eax, SEL_KERNEL_DS
	mov ds, eax
	mov es, eax
%endmacro

%macro load_registers 0
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
%endmacro

; Programs alone make system calls: the gate is the only way to this vector.
	align 16
trap_syscall:
	save_registers
	xor edx, edx
	push edx
	push edx
	mov ebp, esp
	mov eax, ebx
	call system_call_entry
	mov esp, ebx
	load_registers

	align 16
trap_page_fault:
	save_registers
	test byte [ebx + REGS_CS], 3
	jz trap_common.from_kernel
	xor edx, edx
	push edx
	push edx
	mov ebp, esp
	mov eax, ebx
	call user_fault_entry
	mov esp, ebx
	load_registers

	align 16
trap_common:
	save_registers
	xor eax, eax
	test byte [ebx + REGS_CS], 3
	jnz .from_user
.from_kernel:
	push dword [ebx + REGS_EIP]
	push ebp
	jmp .framed
.from_user:
	push eax
	push eax
.framed:
	mov ebp, esp
	mov eax, ebx
	call trap_entry
	mov esp, ebx

; esp = frame, interrupts off
trap_return:
	test byte [esp + REGS_CS], 3
	jz .registers
	xor ebp, ebp
	mov eax, esp
	call exit_to_user
.registers:
	load_registers

; struct task_struct *switch_stacks(unsigned long *save_sp, unsigned long load_sp, prev)
; Returns prev on the other stack. task.c builds the frame that is popped here for a new task.
switch_stacks:
	push ebp
	push ebx
	push esi
	push edi
	mov [eax], esp
	mov esp, edx
	mov eax, ecx
	pop edi
	pop esi
	pop ebx
	pop ebp
	ret

; A new kernel task: eax = the task before it.
kernel_task_start:
	xor ebp, ebp
	call schedule_tail
	call kthread_entry
	ud2

; A forked task: esp = its copy of the parent's frame.
forked_task_start:
	xor ebp, ebp
	call schedule_tail
	cli
	jmp trap_return

; void leave_to_user(entry, sp, stack_top): the frame is built at the top, where traps expect it.
leave_to_user:
	cli
	mov esp, ecx
	push dword SEL_USER_DS
	push edx
	push dword 0x202		; eflags: interrupts on
	push dword SEL_USER_CS
	push eax
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
