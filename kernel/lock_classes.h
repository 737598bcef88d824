/*
 * kernel/lock_classes.h - every lock class of the kernel, in the order in which they may be taken.
 *
 * A class may be taken while holding any class above it, never one below it; the `order` watcher
 * learns the real graph at run time and this table is what a reader checks it against.
 * LOCK_CLASS(id, "name", kind, leaf, "what it protects", "why it ranks here")
 *   kind: SPIN, SEM (mutex or counting), RWSEM, BKL, PAGE (page lock), PSEUDO
 *   leaf: 1 = nothing else is taken and nobody sleeps while it is held. A leaf's whole critical
 *         section is one step of a controlled schedule (DESIGN section 4 and 5).
 * Sources: S0, S1; facts/linux-2.3-2.4-locking.md section c, "Documented nesting".
 */
/* clang-format off */
#ifndef LOCK_CLASS
#error "define LOCK_CLASS before including kernel/lock_classes.h"
#endif
LOCK_CLASS(NAMESPACE,     "namespace_sem",   SEM,    0, "the names of the file system: who changes them, or looks them up on the disk",
	   "outermost: held over messages to the file system; no user memory is touched under it")
LOCK_CLASS(FILE_POS,      "f_pos lock",      SEM,    0, "an open file's position, against others who have the same open file",
	   "held over a whole read() or write(), which takes i_sem, faults and sleeps")
LOCK_CLASS(PIPE,          "pipe lock",       SEM,    0, "one pipe's buffer and its numbers of readers and writers",
	   "held while a pipe copies to and from user memory: a fault under it takes mmap_sem and all below")
LOCK_CLASS(INODE_SEM,     "i_sem",           SEM,    0, "a file's size and contents against other writers",
	   "write() copies from user memory under it, and a fault takes mmap_sem; truncation takes mmap_sem of all who map the file")
LOCK_CLASS(SWAPON,        "swapon_mutex",    SEM,    0, "swapon and swapoff against each other, today",
	   "swapoff visits every address space while it holds it")
LOCK_CLASS(MMAP_SEM,      "mmap_sem",        SEM,    0, "one mm's vma list and fields against other threads and system calls",
	   "outermost of the VM: held over faults, disk reads and page stealing")
LOCK_CLASS(MMAP_RWSEM,    "mmap_sem (rw)",   RWSEM,  0, "one mm's vma list and fields: faults read, changes write (from 2.4.3)",
	   "as mmap_sem")
LOCK_CLASS(MMAP_LOCK,     "mmap_lock",       RWSEM,  0, "one mm's vma tree and the fields of its vmas; today's name of mmap_sem",
	   "as mmap_sem; never waited for with a vma's lock in hand")
LOCK_CLASS(VMA,           "vm_lock",         RWSEM,  0, "one vma against the faults that hold it: they read; a change waits for them to leave",
	   "readers only try for it; a writer holds mmap_lock for writing and waits for readers, who may sleep for a page")
LOCK_CLASS(DRIVER,        "driver lock",     SEM,    0, "what a driver says; the demonstration driver's is L",
	   "taken by file operations that a system call or a fault entered")
LOCK_CLASS(VMLIST_SEM,    "vmlist lock",     SEM,    0, "one mm's vma list against the page stealer, in designs where it sleeps",
	   "rule 4 of 1999: nothing that leads to page stealing is done under it")
LOCK_CLASS(VMLIST_RWSEM,  "vmlist lock (rw)", RWSEM, 0, "one mm's vma list against the page stealer, in the design in which stealers share it",
	   "as the vmlist lock that sleeps")
LOCK_CLASS(PAGE_LOCK,     "page lock",       PAGE,   0, "one page's identity, its contents while I/O runs, its sharing test",
	   "I/O sleeps with it")
LOCK_CLASS(RECLAIM,       "reclaim",         PSEUDO, 0, "nothing: entered by each allocation that may wait, and by the stealer",
	   "whoever is inside may want any lock that page stealing takes")
LOCK_CLASS(RECLAIM_IO,    "reclaim with I/O", PSEUDO, 0, "nothing: entered where the stealer may write (swapout methods, swap I/O)",
	   "only an allocation with __GFP_IO leads here; a GFP_BUFFER one does not")
LOCK_CLASS(I_MMAP,        "i_mmap_rwsem",    RWSEM,  0, "one file's list of mappings, today: walked by reclaim and truncation, changed by mmap and munmap",
	   "page stealing takes it: nobody who holds it may ask for memory")
LOCK_CLASS(ANON_VMA,      "anon_vma lock",   RWSEM,  0, "one family of anon_vmas: which areas may map its pages",
	   "as i_mmap_rwsem, and inside it where both are needed")
LOCK_CLASS(SEMAPHORE,     "semaphore",       SEM,    0, "what its user says", "a class for tests and small uses")
LOCK_CLASS(RWSEM,         "rw_semaphore",    RWSEM,  0, "what its user says", "a class for tests and small uses")
LOCK_CLASS(KERNEL,        "kernel_lock",     BKL,    0, "everything nobody gave a lock of its own, as in 1999",
	   "recursive, dropped by schedule(): may be taken under sleeping locks, never under a spin lock")
LOCK_CLASS(TASKLIST,      "tasklist_lock",   SPIN,   0, "the list of all tasks, parents and children",
	   "the stealer chooses its victim under it")
LOCK_CLASS(MMLIST,        "mmlist_lock",     SPIN,   1, "the list of all mms", "taken with nothing but tasklist_lock held; pins what it finds")
LOCK_CLASS(FS,            "fs lock",         SPIN,   0, "one program's current directory and umask",
	   "takes a reference on an inode inside")
LOCK_CLASS(PAGE_TABLE,    "page_table_lock", SPIN,   0, "one mm's ptes against the stealer; from 2.3.23 also its vma list (the vmlist lock)",
	   "taken under kernel_lock; the swap locks and caches nest inside")
LOCK_CLASS(PTE,           "pte lock",        SPIN,   0, "the entries of one page table, and the counts that belong to them, in designs that split page_table_lock",
	   "inside page_table_lock; fork and mremap hold two, ordered by mmap_lock; swap locks and caches nest inside")
LOCK_CLASS(I_SHARED,      "i_shared_lock",   SPIN,   1, "one file's list of mappings (i_mmap)",
	   "nests in the vmlist lock; nobody asks for memory under it")
LOCK_CLASS(SWAP_LIST,     "swap_list_lock",  SPIN,   0, "the priority list of swap areas, nr_swap_pages",
	   "before swap_device_lock (S1)")
LOCK_CLASS(SWAP_DEVICE,   "swap_device_lock",SPIN,   1, "one area's swap_map, lowest_bit, highest_bit",
	   "innermost of the swap locks (S1)")
LOCK_CLASS(SWAP_LOCK,     "swap_lock",       SPIN,   0, "today's list of swap areas and their flags", "before si.lock")
LOCK_CLASS(SWAP_INFO,     "si.lock",         SPIN,   0, "one area today: which slots are free, and how many", "before its clusters' locks")
LOCK_CLASS(SWAP_CLUSTER,  "cluster lock",    SPIN,   1, "the counts of 256 slots of one swap area", "innermost but for swap_avail_lock")
LOCK_CLASS(SWAP_AVAIL,    "swap_avail_lock", SPIN,   1, "which swap area is asked next, nr_swap_pages", "taken inside si.lock when an area has room again")
LOCK_CLASS(SWAP_CACHE,    "swap cache lock", SPIN,   0, "one swap area's part of the swap cache: look and add as one step",
	   "the page hash and the LRU list are changed inside")
LOCK_CLASS(LRU,           "lru_lock",        SPIN,   1, "one CPU's list of anonymous pages, in designs that steal from the page", "a leaf")
LOCK_CLASS(PAGEMAP_LRU,   "pagemap_lru_lock",SPIN,   0, "the LRU list of page-cache pages",
	   "shrink_mmap takes pagecache_lock while it holds a page from this list")
LOCK_CLASS(PAGECACHE,     "pagecache_lock",  SPIN,   1, "the page hash: (inode or swapper, offset) to page",
	   "nests in page_table_lock; nobody asks for memory under it")
LOCK_CLASS(KMEM_CACHE,    "c_spinlock",      SPIN,   1, "one slab cache's lists", "asks for pages only after dropping it")
LOCK_CLASS(PAGE_ALLOC,    "page_alloc_lock", SPIN,   1, "the buddy lists and nr_free_pages", "a leaf")
LOCK_CLASS(WAITQUEUE,     "waitqueue_lock",  SPIN,   0, "one wait queue, and the count of the semaphore that owns it",
	   "wake_up takes runqueue_lock inside; taken from interrupts")
LOCK_CLASS(PORT,          "port_lock",       SPIN,   0, "one message port's queue", "a leaf but for the wake-up inside")
LOCK_CLASS(SIGNAL,        "siglock",         SPIN,   1, "one task's pending and blocked signals, or one table of actions",
	   "signals are sent under tasklist_lock, under vmlist locks and from the timer interrupt; the receiver is woken after it")
LOCK_CLASS(TIMER,         "timer_lock",      SPIN,   1, "the timer list", "taken from interrupts")
LOCK_CLASS(RUNQUEUE,      "runqueue_lock",   SPIN,   1, "the run queue and every task's state changes", "innermost of the scheduler")
LOCK_CLASS(TLB,           "tlb_lock",        SPIN,   1, "the one TLB shootdown in flight", "taken inside page_table_lock")
LOCK_CLASS(DISK,          "disk_lock",       SPIN,   1, "an ATA channel's registers and its current request", "taken from interrupts")
LOCK_CLASS(CONSOLE,       "console_lock",    SPIN,   1, "the message log and the screen", "printk may be called anywhere")
LOCK_CLASS(RCU,           "rcu_lock",        SPIN,   1, "callbacks that wait for a grace period", "call_rcu may be called anywhere")
LOCK_CLASS(RCU_READ,      "rcu_read",        PSEUDO, 0, "nothing: a section in which what it found by RCU is not freed; in traces only", "entered anywhere")
LOCK_CLASS(TEST,          "test lock",       SPIN,   0, "whatever a test says", "tests only")
LOCK_CLASS(MISC,          "misc lock",       SPIN,   1, "small leaf structures", "a leaf")
/* clang-format on */
#undef LOCK_CLASS
