/*
 * arch-i386/signal.c - the frames of signal handlers on the user stack, in Linux/i386's layouts, and
 * how a system call that a signal broke off is made again.
 *
 * A frame carries all registers of the interrupted program; sigreturn takes them back from memory
 * that the program could write. So nothing in a frame is believed: segment registers may name user
 * segments only, code and stack segment are what they must be, and of the flags only those that
 * belong to a program come back (interrupts stay on, no I/O privilege, no nested task).
 */
#include "arch-i386/machine.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/uaccess.h"

#define VEC_NONE 256 /* regs->vector when no system call has to be settled any more */

#define FLAG_TF 0x00000100u
#define FLAG_DF 0x00000400u
#define FLAG_RF 0x00010000u
#define USER_FLAGS 0x00050DD5u /* AC RF OF DF TF SF ZF AF PF CF */

struct sigcontext {
	uint16_t gs, gs_high, fs, fs_high, es, es_high, ds, ds_high;
	uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
	uint32_t trap_number, error, eip;
	uint16_t cs, cs_high;
	uint32_t eflags, esp_at_signal;
	uint16_t ss, ss_high;
	uint32_t fpstate; /* user address, 0 = the x87 was not in use */
	uint32_t oldmask, cr2;
};
_Static_assert(sizeof(struct sigcontext) == 88, "struct sigcontext of Linux/i386");

struct fpstate { /* what fnsave stores, and two words more */
	uint8_t registers[108];
	uint16_t status, magic;
};
_Static_assert(sizeof(struct fpstate) == 112, "struct _fpstate of 1999's Linux/i386");

struct sigframe {
	uint32_t pretcode; /* where the handler returns to */
	uint32_t signo;
	struct sigcontext context;
	struct fpstate fp;
	uint32_t extramask; /* the upper half of the set */
	uint8_t retcode[8];
};

struct ucontext {
	uint32_t flags, link;
	uint32_t stack[3];
	struct sigcontext context;
	uint32_t sigmask[2];
};
_Static_assert(sizeof(struct ucontext) == 116, "struct ucontext of Linux/i386");

struct rt_sigframe {
	uint32_t pretcode, signo, pinfo, puc;
	uint32_t info[32];
	struct ucontext uc;
	struct fpstate fp;
	uint8_t retcode[8];
};

/* --- building ---------------------------------------------------------------------------------------- */

static void save_context(struct sigcontext *c, const struct pt_regs *regs, uint64_t blocked)
{
	const struct arch_task *arch = &arch_current()->arch;

	memset(c, 0, sizeof(*c));
	c->gs = (uint16_t)regs->gs;
	c->fs = (uint16_t)regs->fs;
	c->es = (uint16_t)regs->es;
	c->ds = (uint16_t)regs->ds;
	c->edi = regs->edi;
	c->esi = regs->esi;
	c->ebp = regs->ebp;
	c->esp = c->esp_at_signal = regs->esp;
	c->ebx = regs->ebx;
	c->edx = regs->edx;
	c->ecx = regs->ecx;
	c->eax = regs->eax;
	c->trap_number = arch->trap_number;
	c->error = arch->trap_error;
	c->eip = regs->eip;
	c->cs = (uint16_t)regs->cs;
	c->eflags = regs->eflags;
	c->ss = (uint16_t)regs->ss;
	c->oldmask = (uint32_t)blocked;
	c->cr2 = arch->fault_address;
}

/* The address of the x87 state in a frame, 0 when there is none to save. */
static uint32_t save_fp(struct fpstate *fp, unsigned long uaddr)
{
	if (!fpu_store(fp->registers))
		return 0;
	memcpy(&fp->status, fp->registers + 4, sizeof(fp->status));
	fp->magic = 0xFFFF; /* no more than the x87's own state */
	return uaddr;
}

/* A frame of @size bytes, so that the handler finds its stack as a function that was called. */
static unsigned long frame_at(const struct pt_regs *regs, const struct arch_signal *s, size_t size)
{
	unsigned long sp = s->alt_top ? s->alt_top : regs->esp;

	return ((sp - size + 4) & ~15ul) - 4;
}

/* Code on the stack that makes the call @nr; for the old frame it first drops the signal number. */
static void write_retcode(uint8_t code[8], uint8_t nr, bool pop)
{
	uint8_t *p = code;

	memset(code, 0x90, 8);
	if (pop)
		*p++ = 0x58; /* pop eax */
	*p++ = 0xB8; /* mov eax, nr */
	*p++ = nr;
	*p++ = 0;
	*p++ = 0;
	*p++ = 0;
	*p++ = 0xCD; /* int 0x80 */
	*p = 0x80;
}

#define NR_SIGRETURN	119
#define NR_RT_SIGRETURN 173

static int put_old_frame(const struct pt_regs *regs, const struct arch_signal *s, unsigned long at)
{
	struct sigframe f;

	memset(&f, 0, sizeof(f));
	f.pretcode = s->restorer ? s->restorer : at + offsetof(struct sigframe, retcode);
	f.signo = (uint32_t)s->signo;
	save_context(&f.context, regs, s->blocked);
	f.context.fpstate = save_fp(&f.fp, at + offsetof(struct sigframe, fp));
	f.extramask = (uint32_t)(s->blocked >> 32);
	write_retcode(f.retcode, NR_SIGRETURN, true);
	return copy_to_user(at, &f, sizeof(f));
}

static int put_rt_frame(const struct pt_regs *regs, const struct arch_signal *s, unsigned long at)
{
	struct rt_sigframe f;

	memset(&f, 0, sizeof(f));
	f.pretcode = s->restorer ? s->restorer : at + offsetof(struct rt_sigframe, retcode);
	f.signo = (uint32_t)s->signo;
	f.pinfo = at + offsetof(struct rt_sigframe, info);
	f.puc = at + offsetof(struct rt_sigframe, uc);
	memcpy(f.info, s->info, sizeof(f.info));
	memcpy(f.uc.stack, s->altstack, sizeof(f.uc.stack));
	save_context(&f.uc.context, regs, s->blocked);
	f.uc.context.fpstate = save_fp(&f.fp, at + offsetof(struct rt_sigframe, fp));
	f.uc.sigmask[0] = (uint32_t)s->blocked;
	f.uc.sigmask[1] = (uint32_t)(s->blocked >> 32);
	write_retcode(f.retcode, NR_RT_SIGRETURN, false);
	return copy_to_user(at, &f, sizeof(f));
}

static void start_handler(struct pt_regs *regs, const struct arch_signal *s, unsigned long at)
{
	regs->esp = at;
	regs->eip = s->handler;
	regs->eax = (unsigned long)s->signo;
	regs->edx = s->siginfo ? at + offsetof(struct rt_sigframe, info) : 0;
	regs->ecx = s->siginfo ? at + offsetof(struct rt_sigframe, uc) : 0;
	regs->cs = SEL_USER_CS;
	regs->ds = regs->es = regs->ss = SEL_USER_DS;
	regs->eflags &= ~(unsigned long)(FLAG_TF | FLAG_DF | FLAG_RF);
	regs->vector = VEC_NONE;
	fpu_load(NULL);
}

int arch_signal_enter(struct pt_regs *regs, const struct arch_signal *s)
{
	unsigned long at;
	int error;

	if (s->siginfo) {
		at = frame_at(regs, s, sizeof(struct rt_sigframe));
		error = put_rt_frame(regs, s, at);
	} else {
		at = frame_at(regs, s, sizeof(struct sigframe));
		error = put_old_frame(regs, s, at);
	}
	if (error)
		return -EFAULT;
	start_handler(regs, s, at);
	return 0;
}

/* --- going back ---------------------------------------------------------------------------------------- */

/* A data segment register: a user segment, or empty. */
static unsigned long safe_selector(uint16_t sel)
{
	unsigned long user = sel | 3u;

	return user == SEL_USER_DS || user == SEL_USER_CS || user == SEL_TLS ? user : 0;
}

static bool is_sane(const struct sigcontext *c)
{
	return (c->cs | 3) == SEL_USER_CS && (c->ss | 3) == SEL_USER_DS;
}

static int restore_fp(uint32_t uaddr)
{
	uint8_t registers[108];

	if (uaddr && copy_from_user(registers, uaddr, sizeof(registers)))
		return -EFAULT;
	fpu_load(uaddr ? registers : NULL);
	return 0;
}

static int restore_context(struct pt_regs *regs, const struct sigcontext *c, long *result)
{
	if (!is_sane(c) || restore_fp(c->fpstate))
		return -EFAULT;
	regs->gs = safe_selector(c->gs);
	regs->fs = safe_selector(c->fs);
	regs->es = safe_selector(c->es);
	regs->ds = safe_selector(c->ds);
	regs->cs = SEL_USER_CS;
	regs->ss = SEL_USER_DS;
	regs->edi = c->edi;
	regs->esi = c->esi;
	regs->ebp = c->ebp;
	regs->esp = c->esp;
	regs->ebx = c->ebx;
	regs->edx = c->edx;
	regs->ecx = c->ecx;
	regs->eip = c->eip;
	regs->eflags = (regs->eflags & ~(unsigned long)USER_FLAGS) | (c->eflags & USER_FLAGS);
	regs->vector = VEC_NONE;
	*result = (long)c->eax;
	return 0;
}

/* The handler's return popped pretcode, and the way back of an old frame the signal number too. */
static int leave_old(struct pt_regs *regs, uint64_t *blocked, long *result)
{
	struct sigframe f;

	if (copy_from_user(&f, regs->esp - 8, sizeof(f)))
		return -EFAULT;
	*blocked = (uint64_t)f.extramask << 32 | f.context.oldmask;
	return restore_context(regs, &f.context, result);
}

static int leave_rt(struct pt_regs *regs, uint64_t *blocked, uint32_t altstack[3], long *result)
{
	struct ucontext uc;

	if (copy_from_user(&uc, regs->esp - 4 + offsetof(struct rt_sigframe, uc), sizeof(uc)))
		return -EFAULT;
	*blocked = (uint64_t)uc.sigmask[1] << 32 | uc.sigmask[0];
	memcpy(altstack, uc.stack, sizeof(uc.stack));
	return restore_context(regs, &uc.context, result);
}

int arch_signal_leave(struct pt_regs *regs, bool rt, uint64_t *blocked, uint32_t altstack[3],
		      long *result)
{
	return rt ? leave_rt(regs, blocked, altstack, result) : leave_old(regs, blocked, result);
}

/* --- system calls ---------------------------------------------------------------------------------------- */

/* system_call_entry() left the number of the call in regs->error. */

long arch_syscall_result(const struct pt_regs *regs)
{
	return regs->vector == VEC_SYSCALL ? (long)regs->eax : 0;
}

void arch_syscall_set_result(struct pt_regs *regs, long result)
{
	regs->eax = (unsigned long)result;
	regs->vector = VEC_NONE;
}

#define INT_LENGTH 2 /* bytes of int 0x80 */

void arch_syscall_again(struct pt_regs *regs, int nr)
{
	regs->eax = nr >= 0 ? (unsigned long)nr : regs->error;
	regs->eip -= INT_LENGTH;
	regs->vector = VEC_NONE;
}
