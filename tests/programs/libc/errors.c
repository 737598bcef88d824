/*
 * tests/programs/libc/errors.c - Linux's errors as newlib's, and what they are called.
 *
 * Up to 34 the numbers are the same. strerror() and perror()'s text are ours: newlib's differ from
 * the words that a user of Linux knows ("Not enough space" for ENOMEM).
 */
#include "syscalls.h"

#include <errno.h>
#include <reent.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int number, linux_number;
	const char *text;
} errors[] = {
	{ EPERM, 1, "Operation not permitted" },
	{ ENOENT, 2, "No such file or directory" },
	{ ESRCH, 3, "No such process" },
	{ EINTR, 4, "Interrupted system call" },
	{ EIO, 5, "Input/output error" },
	{ ENXIO, 6, "No such device or address" },
	{ E2BIG, 7, "Argument list too long" },
	{ ENOEXEC, 8, "Exec format error" },
	{ EBADF, 9, "Bad file descriptor" },
	{ ECHILD, 10, "No child processes" },
	{ EAGAIN, 11, "Resource temporarily unavailable" },
	{ ENOMEM, 12, "Cannot allocate memory" },
	{ EACCES, 13, "Permission denied" },
	{ EFAULT, 14, "Bad address" },
	{ 15 /* ENOTBLK, which newlib hides */, 15, "Block device required" },
	{ EBUSY, 16, "Device or resource busy" },
	{ EEXIST, 17, "File exists" },
	{ EXDEV, 18, "Invalid cross-device link" },
	{ ENODEV, 19, "No such device" },
	{ ENOTDIR, 20, "Not a directory" },
	{ EISDIR, 21, "Is a directory" },
	{ EINVAL, 22, "Invalid argument" },
	{ ENFILE, 23, "Too many open files in system" },
	{ EMFILE, 24, "Too many open files" },
	{ ENOTTY, 25, "Inappropriate ioctl for device" },
	{ ETXTBSY, 26, "Text file busy" },
	{ EFBIG, 27, "File too large" },
	{ ENOSPC, 28, "No space left on device" },
	{ ESPIPE, 29, "Illegal seek" },
	{ EROFS, 30, "Read-only file system" },
	{ EMLINK, 31, "Too many links" },
	{ EPIPE, 32, "Broken pipe" },
	{ EDOM, 33, "Numerical argument out of domain" },
	{ ERANGE, 34, "Numerical result out of range" },
	{ EDEADLK, 35, "Resource deadlock avoided" },
	{ ENAMETOOLONG, 36, "File name too long" },
	{ ENOLCK, 37, "No locks available" },
	{ ENOSYS, 38, "Function not implemented" },
	{ ENOTEMPTY, 39, "Directory not empty" },
	{ ELOOP, 40, "Too many levels of symbolic links" },
	{ ENOMSG, 42, "No message of desired type" },
	{ ENODATA, 61, "No data available" },
	{ ETIME, 62, "Timer expired" },
	{ EPROTO, 71, "Protocol error" },
	{ EBADMSG, 74, "Bad message" },
	{ EOVERFLOW, 75, "Value too large for defined data type" },
	{ EILSEQ, 84, "Invalid or incomplete multibyte or wide character" },
	{ ENOTSOCK, 88, "Socket operation on non-socket" },
	{ EOPNOTSUPP, 95, "Operation not supported" },
	{ ETIMEDOUT, 110, "Connection timed out" },
	{ EALREADY, 114, "Operation already in progress" },
	{ EINPROGRESS, 115, "Operation now in progress" },
	{ ESTALE, 116, "Stale file handle" },
	{ EDQUOT, 122, "Disk quota exceeded" },
	{ ECANCELED, 125, "Operation canceled" },
};
#define NR_ERRORS (sizeof(errors) / sizeof(errors[0]))
#define UNKNOWN	  1000 /* an error that newlib has no number for: 1000 + Linux's */

int errno_of_linux(int error)
{
	size_t i;

	if (error <= 34)
		return error;
	for (i = 0; i < NR_ERRORS; i++)
		if (errors[i].linux_number == error)
			return errors[i].number;
	return UNKNOWN + error;
}

long result_of(long raw)
{
	if ((unsigned long)raw < -4095ul)
		return raw;
	errno = errno_of_linux((int)-raw);
	return -1;
}

/* newlib's perror() asks for this one. */
char *_strerror_r(struct _reent *reent, int number, int internal, int *error)
{
	static char unknown[32];
	size_t i;

	(void)reent, (void)internal, (void)error;
	if (number == 0)
		return (char *)"Success";
	for (i = 0; i < NR_ERRORS; i++)
		if (errors[i].number == number)
			return (char *)errors[i].text;
	snprintf(unknown, sizeof(unknown), "Unknown error %d",
		 number > UNKNOWN ? number - UNKNOWN : number);
	return unknown;
}

char *strerror(int number)
{
	return _strerror_r(NULL, number, 0, NULL);
}
