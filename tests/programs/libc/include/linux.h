/*
 * tests/programs/libc/include/linux.h - calls that POSIX does not know, or newlib hides.
 */
#ifndef TESTS_PROGRAMS_LIBC_LINUX_H
#define TESTS_PROGRAMS_LIBC_LINUX_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define SWAP_FLAG_PREFER 0x8000 /* the low 15 bits are the priority */

#define REBOOT_RESTART	 0x01234567u
#define REBOOT_POWER_OFF 0x4321fedcu

struct utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

struct sysinfo {
	long uptime;
	unsigned long loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	unsigned short procs, pad;
	unsigned long totalhigh, freehigh, mem_unit;
	char reserved[8];
};

struct statfs {
	uint32_t f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	uint32_t f_fsid[2], f_namelen, f_frsize, f_flags, f_spare[4];
};

int swapon(const char *path, int flags);
int swapoff(const char *path);
int uname(struct utsname *u);
int sysinfo(struct sysinfo *info);
int statfs(const char *path, struct statfs *st);
/* Does not return when it works. On this kernel the machine ends with @status. */
int reboot_machine(unsigned command, int status);
int sched_yield(void);
/* POSIX's, which newlib keeps from targets without its timers. -1 and what is left at a signal. */
int nanosleep(const struct timespec *want, struct timespec *left);

#endif
