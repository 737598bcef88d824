/*
 * kernel/arch.h - the arch boundary: everything the kernel may ask of the machine, and everything
 * the machine tells the kernel. Realised twice: by arch-i386/ (the PC) and by tests/host/ (the host
 * port on which unit tests and the explorer run). DESIGN section 2.
 *
 * "arch_inline.h" is found by the include path (-Iarch-i386 or -Itests/host) and supplies the
 * handful of functions that must be inline: irq flag, current task, cpu_relax, phys_to_virt.
 */
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include "kernel/types.h"

#define NR_CPUS 8
#define HZ	100 /* timer interrupts a second, as i386 had in 1999 */

struct task_struct;
struct pt_regs; /* the user registers saved at kernel entry; only the arch looks inside */

/* What the arch keeps in every task. */
struct arch_task {
	unsigned long sp; /* kernel stack pointer while switched out; written by arch_switch only */
	unsigned long user_tls; /* base of the task's TLS segment (set_thread_area), 0 = none */
	bool fpu_used;		/* the task has x87 state; fpu[] holds it while switched out */
	uint8_t fpu[108];
	unsigned long fault_address, trap_number, trap_error; /* of the last trap from user mode */
};

/* What the arch keeps in every address space. */
struct arch_mm {
	paddr_t pgd;		     /* physical address of the page directory */
	volatile uint32_t cpu_mask; /* CPUs whose TLB may hold entries of this mm; atomic bit ops */
};

#include "arch_inline.h"
/*
 * arch_inline.h must supply, as static inline:
 *   unsigned long arch_irq_save(void);           disable interrupts, return the old flag word
 *   void arch_irq_restore(unsigned long flags);
 *   void arch_irq_enable(void), arch_irq_disable(void);
 *   bool arch_irqs_enabled(void);
 *   void cpu_relax(void);                        one turn of a spin loop
 *   struct task_struct *arch_current(void);      the task whose kernel stack we are on
 *   void *phys_to_virt(paddr_t), paddr_t virt_to_phys(const void *);  kernel's map of all memory
 *   uint64_t arch_ticks(void);                   the time stamp counter; on the host a step count
 */

/* --- the machine, asked by the kernel ------------------------------------------------------ */

extern int nr_cpus; /* CPUs that are up; set before the first task runs, constant afterwards */

/* Switch kernel stacks and, with interrupts off, continue as @next. Returns (as @prev) when
 * somebody switches back; the return value is the task that was switched away from. x87 state is
 * saved when a task that used it is switched out, loaded at its next use; the kernel has none.
 * Context: atomic, interrupts off. Locks: runqueue_lock held by the caller, released by the task
 * that runs next (schedule_tail). */
struct task_struct *arch_switch(struct task_struct *prev, struct task_struct *next);

/* Prepare @task so that its first arch_switch runs schedule_tail(prev) and then kthread_entry(). */
void arch_task_init_kernel(struct task_struct *task);
/* Prepare @task so that it returns to user mode with a copy of @regs, result register 0, and user
 * stack pointer @sp when @sp is not 0. First runs schedule_tail(). */
void arch_task_init_fork(struct task_struct *task, const struct pt_regs *regs, unsigned long sp);
/* Leave the kernel for ring 3 at @entry with stack @sp, all other registers 0. Never returns. */
void arch_enter_user(unsigned long entry, unsigned long sp) __attribute__((noreturn));
/* The registers saved at this task's last entry from user mode. */
struct pt_regs *arch_user_regs(struct task_struct *task);
unsigned long arch_user_sp(const struct pt_regs *regs);
unsigned long arch_user_pc(const struct pt_regs *regs);

/* Signals. A handler is entered by a frame on the user stack and left by sigreturn or rt_sigreturn,
 * both in the layouts of Linux/i386. */
struct arch_signal {
	int signo;
	bool siginfo;		/* the frame with siginfo and ucontext */
	unsigned long handler;
	unsigned long restorer; /* where the handler returns to; 0 = to code in the frame itself */
	unsigned long alt_top;	/* end of the stack to use; 0 = go on below the current one */
	uint64_t blocked;	/* the set that sigreturn brings back */
	uint32_t info[32];	/* siginfo_t */
	uint32_t altstack[3];	/* stack_t: address, flags, size */
};
/* Make @regs enter the handler; its x87 starts fresh. 0, or -EFAULT: the stack is bad, nothing was
 * changed. Context: may sleep; no lock held; current task. */
int arch_signal_enter(struct pt_regs *regs, const struct arch_signal *s);
/* What a handler's sigreturn (@rt: rt_sigreturn) brings back. 0: @regs is as it was before, except
 * the result register: that value is in *@result; the set in *@blocked, and with @rt the stack_t in
 * @altstack. -EFAULT: there is no usable frame. No frame can give a program more rights than it had.
 * Context: may sleep; no lock held; current task. */
int arch_signal_leave(struct pt_regs *regs, bool rt, uint64_t *blocked, uint32_t altstack[3],
		      long *result);
/* The result of the system call that @regs is about to return from; 0 when it is none, or one that
 * one of the next two has dealt with. */
long arch_syscall_result(const struct pt_regs *regs);
void arch_syscall_set_result(struct pt_regs *regs, long result);
/* Let the program make the call again; @nr >= 0: as that call, with the same arguments. */
void arch_syscall_again(struct pt_regs *regs, int nr);

/* Address spaces. A new page directory shares the kernel's half. 0 = no memory. */
void arch_mm_init_pgd(paddr_t pgd);
/* Called by schedule() with interrupts off: load @next's page directory, keep cpu_mask right. */
void arch_switch_mm(struct arch_mm *prev, struct arch_mm *next);
/* Does a task without an mm run on the page directory of the task before it, which must then stay? */
bool arch_borrows_mm(void);
/* After a pte of @am changed: no CPU uses the old one when these return. Not needed where an entry only gained
 * rights: a CPU that has the old one faults once more, which drops it, and walks (Intel SDM 3, 4.10.4.3). Context:
 * atomic or not, interrupts must be on unless only this CPU is in cpu_mask; may spin. Takes the leaf tlb_lock. */
void arch_flush_tlb_page(struct arch_mm *am, unsigned long addr);
void arch_flush_tlb_range(struct arch_mm *am, unsigned long start, unsigned long end);
void arch_flush_tlb_mm(struct arch_mm *am);
/* Acknowledge a shootdown that another CPU waits for; called from loops that spin with no baton. */
void arch_tlb_poll(void);

/* User memory of the current mm. They return the number of bytes NOT copied (0 = all). They fault
 * pages in, so they may sleep; a bad address stops the copy, never the kernel. */
size_t arch_copy_from_user(void *dst, unsigned long src, size_t n);
size_t arch_copy_to_user(unsigned long dst, const void *src, size_t n);
size_t arch_clear_user(unsigned long dst, size_t n);
/* Length of the user string at @src, at most @max; -1 = bad address; @max = not terminated. */
long arch_strnlen_user(unsigned long src, size_t max);

/* Page contents. */
void arch_clear_page(paddr_t page);
void arch_copy_page(paddr_t to, paddr_t from);

/* CPUs. */
int arch_cpu_id(void);
/* The KSTACK_SIZE bytes on which kernel_main() (cpu 0) and secondary_main() run; the first word is
 * what arch_current() returns there, 0 until the kernel stores the idle task in it. */
void *arch_boot_stack(int cpu);
/* Let the other CPUs enter secondary_main(); until then they wait inside the arch. Called once, by
 * the boot CPU, when the scheduler is ready; sets nothing: nr_cpus is right since kernel_main(). */
void arch_start_cpus(void);
/* Mask / unmask the timer interrupt of every CPU (controlled mode). Context: any CPU, any state. */
void arch_timer_stop(void);
void arch_timer_start(void);
void arch_send_reschedule(int cpu); /* make @cpu look at need_resched soon */
void arch_idle(void);		    /* enable interrupts and wait for one */
/* Stop every other CPU where it stands (NMI), so that a report can be written; used by panic. Each
 * stopped CPU calls panic_stop_cpu() first. */
void arch_stop_others(void);
/* Fill @pcs with return addresses of @task's kernel stack (current or switched out), innermost
 * first; returns how many. */
int arch_backtrace(struct task_struct *task, uintptr_t *pcs, int max);

/* The console the reports use: polls, takes no lock, works in any state. */
void arch_emergency_write(const char *s, size_t n);
/* The ordinary console: VGA text and serial, same polling, called under console_lock. */
void arch_console_write(const char *s, size_t n);
/* End the machine. @status 0 = all well, 1 = not; Bochs and QEMU stop. */
void arch_poweroff(int status) __attribute__((noreturn));
void arch_reboot(void) __attribute__((noreturn));

/* --- disks --------------------------------------------------------------------------------- */

#define SECTOR_SIZE 512

/* One transfer. The submitter owns it until done() was called; at most one per disk in flight. */
struct disk_request {
	int disk;	   /* 0 = hda, 1 = hdb, ... */
	uint32_t sector;   /* first sector */
	uint32_t nsectors; /* 1..128 */
	paddr_t buffer;	   /* physically contiguous, word aligned */
	bool write;
	int error;	   /* 0 or -EIO; valid in done() */
	void (*done)(struct disk_request *); /* called in interrupt context, interrupts off */
	/* The transfer goes on there: the sectors behind these, from or to another place of memory; NULL
	 * = it does not. Same disk and direction; its error and done are not used. At most
	 * DISK_MAX_PARTS in all, and 128 sectors. */
	struct disk_request *more;
};

#define DISK_MAX_PARTS 16

int arch_disk_count(void);
uint32_t arch_disk_sectors(int disk); /* 0 = no such disk */
/* Start a transfer; done() is called later. Context: atomic. */
void arch_disk_submit(struct disk_request *req);
/* Write @nsectors (1..128) from @buffer by polling; nothing else uses the disks any more. For the end of
 * the machine, when no interrupt is served. 0 or -EIO. Context: interrupts off, other CPUs stopped. */
int arch_disk_write_polled(int disk, uint32_t sector, uint32_t nsectors, paddr_t buffer);
/* The kernel's code and constants in memory, and how many bytes they are: what tells builds apart. */
const uint32_t *arch_kernel_image(uint32_t *bytes);

/* --- what the machine tells the kernel (upcalls) ------------------------------------------- */

struct boot_info {
	const char *cmdline;
	paddr_t free_start, free_end; /* one range of usable memory above the kernel image */
	int ncpus;
};

void kernel_main(const struct boot_info *bi) __attribute__((noreturn)); /* boot CPU, interrupts off */
void secondary_main(int cpu) __attribute__((noreturn)); /* other CPUs, interrupts off */
void kthread_entry(void) __attribute__((noreturn));	/* first code of a kernel task */
void schedule_tail(struct task_struct *prev);		/* first code of every new task, interrupts off */
void timer_interrupt(int cpu, bool user);  /* HZ times a second on each CPU, interrupts off */
void reschedule_interrupt(void);
/* Before returning to user mode, interrupts on: preemption and signals. */
void return_to_user(struct pt_regs *regs);
long syscall_entry(struct pt_regs *regs, unsigned nr, const unsigned long args[6]);
void console_input(char c); /* a key or serial byte; interrupt context */
/* A trap or bad page fault of a program: it gets @signo with si_code @code (SEGV_MAPERR ...) and
 * si_addr @addr. Kernel traps panic in the arch. */
void user_trap(struct pt_regs *regs, int signo, int code, unsigned long addr);
void panic_stop_cpu(void); /* called on each CPU that arch_stop_others() stops, before it halts */

#endif
