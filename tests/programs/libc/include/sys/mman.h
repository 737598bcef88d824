/*
 * tests/programs/libc/include/sys/mman.h - memory mappings, with Linux/i386's numbers.
 */
#ifndef TESTS_PROGRAMS_LIBC_SYS_MMAN_H
#define TESTS_PROGRAMS_LIBC_SYS_MMAN_H

#include <sys/types.h>

#define PROT_NONE  0
#define PROT_READ  1
#define PROT_WRITE 2
#define PROT_EXEC  4

#define MAP_SHARED    0x01
#define MAP_PRIVATE   0x02
#define MAP_FIXED     0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON      MAP_ANONYMOUS
#define MAP_FAILED    ((void *)-1)

#define MS_ASYNC      1
#define MS_INVALIDATE 2
#define MS_SYNC	      4

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED   2

void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
int munmap(void *addr, size_t length);
int mprotect(void *addr, size_t length, int prot);
int msync(void *addr, size_t length, int flags);
int mlock(const void *addr, size_t length);
int munlock(const void *addr, size_t length);
int madvise(void *addr, size_t length, int advice);
void *mremap(void *addr, size_t old_length, size_t new_length, int flags, ...);

#endif
