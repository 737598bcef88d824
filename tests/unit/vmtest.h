/*
 * tests/unit/vmtest.h - what the tests of the address-space code share: a task with an mm, touching
 * user memory, a driver that counts its calls, and the judgement at the end of each test.
 * Include unit.h first.
 */
#ifndef TESTS_UNIT_VMTEST_H
#define TESTS_UNIT_VMTEST_H

#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/rcu.h"
#include "kernel/sched.h"
#include "kernel/servers/block.h"
#include "kernel/watch.h"
#include "mm/avl.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/invariants.h"
#include "mm/slab.h"
#include "mm/vma.h"
#include "mm/vmscan.h"
#include "swap/swap.h"

#define PROT_NONE 0
#define RW	  (PROT_READ | PROT_WRITE)
#define ANON	  (MAP_PRIVATE | MAP_ANONYMOUS)
#define ANON_AT	  (ANON | MAP_FIXED)
#define PAGES(n)  ((unsigned long)(n)*PAGE_SIZE)
#define VT_MEMORY 16384 /* KB */

static inline void vt_boot(const char *design, unsigned kbytes)
{
	static char cmdline[80];

	snprintk(cmdline, sizeof(cmdline), "design=%s holes=mended watch=all", design);
	host_boot(1, kbytes, cmdline);
}

/* Boot, run @body in a task, judge. */
static inline void vt_run(const char *design, void (*body)(void *), void *arg)
{
	unsigned i;

	vt_boot(design, VT_MEMORY);
	ck_assert_int_eq(host_run(body, arg), HOST_DONE);
	for (i = 0; watch_complaint(i); i++)
		ck_abort_msg("%s: complaint: %s", design, watch_complaint(i)->key);
	ck_assert_int_eq(vm_invariants_check(), 0);
}

/* The current task gets an address space of its own / gives it up. */
static inline struct mm_struct *vt_enter(const char *name)
{
	struct mm_struct *mm = mm_alloc(name);

	ck_assert_ptr_nonnull(mm);
	ck_assert_ptr_null(sched_use_mm(mm));
	return mm;
}
static inline void vt_leave(void)
{
	struct mm_struct *mm = sched_use_mm(NULL);

	ck_assert_ptr_nonnull(mm);
	mmput(mm);
}
/* Pages that are nobody's, slabs not looked at: objects come and go by whole slabs, and where areas are freed by
 * RCU some time later. */
static inline long vt_unused(void)
{
	rcu_barrier();
	return nr_free_pages + (long)slab_pages();
}
/* What is in use now. A task without an mm goes on borrowing the last one it had, so there is one
 * such before and one after. */
static inline void vt_snapshot(struct vm_snapshot *snap)
{
	vt_enter("borrowed");
	vt_leave();
	rcu_barrier();
	vm_leak_snapshot(snap);
}
static inline int vt_leaks(const struct vm_snapshot *before)
{
	rcu_barrier();
	return vm_leak_compare(before);
}
/* Run as another mm for a while; the caller keeps both references. */
static inline struct mm_struct *vt_wear(struct mm_struct *mm)
{
	return sched_use_mm(mm);
}

/* One word of user memory. True = the access was allowed. */
static inline bool vt_poke(unsigned long addr, uint32_t value)
{
	return arch_copy_to_user(addr, &value, sizeof(value)) == 0;
}
static inline bool vt_peek(unsigned long addr, uint32_t *value)
{
	return arch_copy_from_user(value, addr, sizeof(*value)) == 0;
}
static inline uint32_t vt_word(unsigned long addr)
{
	uint32_t value = 0xdeadbeef;

	ck_assert_msg(vt_peek(addr, &value), "0x%lx cannot be read", addr);
	return value;
}

static inline unsigned long vt_mmap(unsigned long addr, unsigned long len, unsigned prot,
				    unsigned flags)
{
	return (unsigned long)sys_mmap_pgoff(addr, len, prot, flags, NULL, 0);
}

/* List, tree, counters of an address space nobody changes. */
static inline void vt_check_mm(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long total = 0, locked = 0, end = 0;
	int n = 0;

	for (vma = mm->mmap; vma; vma = vma->vm_next, n++) {
		ck_assert_ptr_eq(vma->vm_mm, mm);
		ck_assert_uint_ge(vma->vm_start, end);
		ck_assert_uint_lt(vma->vm_start, vma->vm_end);
		ck_assert_uint_eq((vma->vm_start | vma->vm_end) & ~PAGE_MASK, 0);
		end = vma->vm_end;
		total += (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
		if (vma->vm_flags & VM_LOCKED)
			locked += (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
	}
	ck_assert_uint_le(end, TASK_SIZE);
	ck_assert_int_eq(mm->map_count, n);
	ck_assert_uint_eq(mm->total_vm, total);
	ck_assert_uint_eq(mm->locked_vm, locked);
	if (mm->mmap_avl)
		ck_assert(avl_check(mm->mmap_avl, mm->mmap));
	else if (!vma_tree_used())
		ck_assert_int_lt(mm->map_count, AVL_MIN_MAP_COUNT);
	ck_assert_int_eq(vm_invariants_check_mm(mm), 0);
}

/* A small random generator: the same sequence from run to run. */
static inline uint32_t vt_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* --- swap ----------------------------------------------------------------------------------- */

#define SWAP_PAGES 4096u

static inline void vt_put_word(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

/* A disk with a swap area, as mkswap makes it. */
static inline void vt_swap_disk(void)
{
	unsigned char *d = host_disk_data(host_disk_add(SWAP_PAGES * 8));

	vt_put_word(d + 1024, 1);
	vt_put_word(d + 1028, SWAP_PAGES - 1);
	memcpy(d + 4086, "SWAPSPACE2", 10);
}

/* As vt_run, on @cpus CPUs that take turns by @seed, with little memory and a swap disk. */
static inline void vt_swap_run(const char *design, int cpus, uint32_t seed, unsigned kbytes,
			       void (*body)(void *), void *arg)
{
	static char cmdline[80];
	unsigned i;

	vt_swap_disk();
	snprintk(cmdline, sizeof(cmdline), "design=%s holes=mended watch=all poison=1", design);
	host_boot(cpus, kbytes, cmdline);
	host_set_seed(seed);
	ck_assert_int_eq(host_run(body, arg), HOST_DONE);
	host_settle(3 * HZ);
	for (i = 0; watch_complaint(i); i++)
		ck_abort_msg("%s: complaint: %s", design, watch_complaint(i)->key);
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert_int_eq(slab_verify(), 0);
}

/* First thing in the body. */
static inline void vt_start_swapping(void)
{
	block_start();
	kswapd_start();
	ck_assert_int_eq(sys_swapon("hda", 0), 0);
}

/* --- a driver whose pages live in the page cache, and that counts its calls ----------------- */

struct vt_driver {
	struct address_space mapping;
	unsigned long npages;
	int opens, closes, unmaps, nopages, released;
	size_t unmapped; /* bytes told to unmap() */
	int mmap_error;	 /* what mmap() is to answer */
};

static struct vt_driver vt_driver;

static struct page *vt_nopage(struct vm_area_struct *vma, unsigned long addr, int write_access)
{
	unsigned long index = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	struct page *page;
	int error;

	(void)write_access;
	vt_driver.nopages++;
	if (index >= vt_driver.npages)
		return NULL;
	page = read_cache_page(&vt_driver.mapping, index, vma->vm_file, &error);
	return page ? page : NOPAGE_OOM;
}

/* Page n of the file begins with the word 1000 + n. */
static int vt_readpage(struct file *file, struct page *page)
{
	uint32_t word = 1000 + (uint32_t)page->index;

	(void)file;
	arch_clear_page(page_to_phys(page));
	memcpy(page_address(page), &word, sizeof(word));
	page_set(page, PG_uptodate);
	UnlockPage(page);
	return 0;
}

static int vt_writepage(struct page *page)
{
	UnlockPage(page);
	return 0;
}

static void vt_open(struct vm_area_struct *vma)
{
	(void)vma;
	vt_driver.opens++;
}
static void vt_close(struct vm_area_struct *vma)
{
	(void)vma;
	vt_driver.closes++;
}
static void vt_unmap(struct vm_area_struct *vma, unsigned long start, size_t len)
{
	ck_assert(start >= vma->vm_start && start + len <= vma->vm_end);
	vt_driver.unmaps++;
	vt_driver.unmapped += len;
}

static const struct vm_operations_struct vt_vm_ops = {
	.open = vt_open,
	.close = vt_close,
	.unmap = vt_unmap,
	.nopage = vt_nopage,
};

static int vt_mmap_method(struct file *file, struct vm_area_struct *vma)
{
	(void)file;
	if (!vt_driver.mmap_error)
		vma->vm_ops = &vt_vm_ops;
	return vt_driver.mmap_error;
}
static void vt_release(struct file *file)
{
	(void)file;
	vt_driver.released++;
}

static const struct file_operations vt_file_ops = { .mmap = vt_mmap_method, .release = vt_release };
static const struct address_space_operations vt_aops = {
	.readpage = vt_readpage,
	.writepage = vt_writepage,
};

/* An open file of @npages pages, readable and writable; mode: 1 = read, 2 = write. */
static inline struct file *vt_file(unsigned long npages, unsigned mode)
{
	struct file *file = file_alloc(&vt_file_ops, "vt");

	ck_assert_ptr_nonnull(file);
	memset(&vt_driver, 0, sizeof(vt_driver));
	vt_driver.npages = npages;
	address_space_init(&vt_driver.mapping, "vt", &vt_aops, NULL);
	file->f_mode = mode;
	file->f_mapping = &vt_driver.mapping;
	return file;
}

static inline unsigned vt_share_list_length(void)
{
	struct vm_area_struct *vma;
	unsigned n = 0;

	for (vma = vt_driver.mapping.i_mmap; vma; vma = vma->vm_next_share)
		n++;
	return n;
}

/* Each test program is run under every design. */
#define VT_ADD(tc, test) tcase_add_loop_test((tc), (test), 0, nr_vm_designs)

static inline int vt_main(const char *name, void (*add)(TCase *))
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 120);
	add(tc);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

#endif
