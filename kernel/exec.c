/*
 * kernel/exec.c - execve: check, gather, build the new address space, and only then let go of the
 * old.
 *
 * The new address space is complete before the old one is given up, so every failure is an errno in
 * the old program; nobody is killed for a bad file. Segments are private mappings of the file:
 * pages come in as they are touched, clean ones can be dropped again.
 */
#include "kernel/exec.h"

#include "kernel/errno.h"
#include "kernel/exec_strings.h"
#include "kernel/files.h"
#include "kernel/open.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/uaccess.h"
#include "mm/mm.h"
#include "mm/slab.h"

/* What an execve needs in memory; too large for a kernel stack. */
struct exec_work {
	struct elf_image image;
	struct exec_strings strings;
	char head[ELF_HEAD_SIZE];
};

/* --- mapping --------------------------------------------------------------------------------- */

static int map_fixed(unsigned long start, unsigned long len, unsigned prot, unsigned flags,
		     struct file *file, unsigned long pgoff)
{
	long addr = sys_mmap_pgoff(start, len, prot, MAP_PRIVATE | MAP_FIXED | flags, file, pgoff);

	return IS_ERR_VALUE(addr) ? (int)addr : 0;
}

static int map_segment(const struct elf_segment *s, struct file *file)
{
	unsigned long start = s->vaddr & PAGE_MASK;
	unsigned long file_end = (unsigned long)s->vaddr + s->filesz;
	unsigned long mapped_end = s->filesz ? PAGE_ALIGN(file_end) : start;
	unsigned long end = PAGE_ALIGN((unsigned long)s->vaddr + s->memsz);
	int error = 0;

	if (s->filesz)
		error = map_fixed(start, mapped_end - start, s->prot, 0, file,
				  (s->offset & PAGE_MASK) >> PAGE_SHIFT);
	if (!error && s->memsz > s->filesz && s->filesz)
		error = clear_user(file_end, mapped_end - file_end);
	if (!error && end > mapped_end)
		error = map_fixed(mapped_end, end - mapped_end, s->prot, MAP_ANONYMOUS, NULL, 0);
	return error;
}

static void set_bounds(struct mm_struct *mm, const struct elf_image *im, unsigned long sp)
{
	mm->start_code = im->start_code;
	mm->end_code = im->end_code;
	mm->start_data = im->start_data;
	mm->end_data = im->end_data;
	mm->start_brk = mm->brk = PAGE_ALIGN((unsigned long)im->end_mem);
	mm->start_stack = sp;
}

/* Fill the current, fresh address space. */
static int load(const struct exec_work *w, struct file *file, unsigned long *sp)
{
	int i, error = 0;

	for (i = 0; i < w->image.nsegments && !error; i++)
		error = map_segment(&w->image.segment[i], file);
	if (!error)
		error = exec_strings_lay_out(&w->strings, STACK_TOP, &w->image, sp);
	if (!error)
		set_bounds(current->mm, &w->image, *sp);
	return error;
}

/* --- execve ---------------------------------------------------------------------------------- */

static int read_image(struct exec_work *w, struct file *file, const char *path)
{
	const char *why = "not a regular file";
	int64_t size = file_size(file);
	long len = file_read_kernel(file, w->head, sizeof(w->head), 0);
	int error = -ENOEXEC;

	if (len >= 0 && size >= 0)
		error = elf_check(w->head, (size_t)len, (uint64_t)size, &w->image, &why);
	else if (len == -EIO)
		return -EIO;
	if (error)
		printk("exec: %s refused: %s\n", path, why);
	return error;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The point of no return lies behind us: the current task is the new program. */
static void become(struct mm_struct *old, const char *path)
{
	struct task_struct *t = current;

	str_copy(t->comm, base_name(path), sizeof(t->comm));
	t->arch.user_tls = 0;
	signals_exec();
	if (old)
		mmput(old);
	if (t->files)
		files_close_on_exec(t->files);
}

static int replace_mm(struct exec_work *w, struct file *file, const char *path, unsigned long *sp)
{
	struct mm_struct *mm = mm_for_exec(base_name(path)), *old;
	int error;

	if (!mm)
		return -ENOMEM;
	old = sched_use_mm(mm);
	error = load(w, file, sp);
	if (error) {
		mm = sched_use_mm(old);
		mmput(mm);
		printk("exec: %s: no room for the program (error %d)\n", path, error);
		/* Whatever the cause, a fault in a fresh address space is no fault of the caller's
		 * pointers. */
		return error == -EFAULT ? -ENOMEM : error;
	}
	become(old, path);
	return 0;
}

static int exec_file(struct file *file, const char *path, const struct exec_vector *argv,
		     const struct exec_vector *envp, unsigned long *entry, unsigned long *sp)
{
	struct exec_work *w = kzalloc(sizeof(*w), GFP_KERNEL);
	int error;

	if (!w)
		return -ENOMEM;
	error = read_image(w, file, path);
	if (!error)
		error = exec_strings_gather(&w->strings, path, argv, envp);
	if (!error)
		error = replace_mm(w, file, path, sp);
	*entry = w->image.entry;
	exec_strings_release(&w->strings);
	kfree(w);
	return error;
}

/* A regular file that somebody may execute; root then may, too. */
static bool may_execute(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return inode && S_ISREG(inode->i_mode) && (inode->i_mode & 0111);
}

int do_execve(const char *path, const struct exec_vector *argv, const struct exec_vector *envp,
	      unsigned long *entry, unsigned long *sp)
{
	struct file *file;
	int error = file_open(path, O_RDONLY, &file);

	if (error)
		return error;
	error = may_execute(file) ? signals_unshare() : -EACCES;
	if (!error)
		error = exec_file(file, path, argv, envp, entry, sp);
	fput(file);
	return error;
}
