/*
 * mm/file.c - open files and the address spaces of cached pages. See mm/file.h.
 */
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/file.h"
#include "mm/mm_init.h"
#include "mm/slab.h"

static struct kmem_cache *filp_cache;
static uint16_t last_ordinal; /* atomic */

void file_cache_init(void)
{
	filp_cache = kmem_cache_create("file", sizeof(struct file), NULL, NULL, 0);
	BUG_ON(!filp_cache);
}

void address_space_init(struct address_space *as, const char *name,
			const struct address_space_operations *ops, void *host)
{
	memset(as, 0, sizeof(*as));
	as->a_ops = ops;
	as->host = host;
	as->name = name;
	list_init(&as->clean_pages);
	list_init(&as->dirty_pages);
	list_init(&as->dirty_link);
	as->ordinal = __atomic_add_fetch(&last_ordinal, 1, __ATOMIC_RELAXED);
	spin_lock_init(&as->i_shared_lock, LC_I_SHARED, name);
	init_rwsem(&as->i_mmap_rwsem, LC_I_MMAP, name);
}

struct file *file_alloc(const struct file_operations *ops, const char *name)
{
	struct file *file = kmem_cache_zalloc(filp_cache, GFP_KERNEL);

	if (!file)
		return NULL;
	file->f_count = 1;
	file->f_op = ops;
	file->name = name;
	sema_init(&file->f_pos_sem, 1, LC_FILE_POS, name);
	return file;
}

void fput(struct file *file)
{
	int left;

	if (!KMEM_ALIVE(file)) /* a design that kept no reference (R8) */
		return;
	left = __atomic_sub_fetch(&file->f_count, 1, __ATOMIC_ACQ_REL);
	if (left > 0)
		return;
	BUG_ON(left < 0);
	if (file->f_op && file->f_op->release)
		file->f_op->release(file);
	kmem_cache_free(filp_cache, file);
}
