/*
 * tests/programs/bin/util.c - what the programs of /bin share. Contracts in util.h.
 */
#include "util.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

static const char *program = "?";

void set_program(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (argv0)
		program = slash ? slash + 1 : argv0;
}

static void say(const char *fmt, va_list ap, int error)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "%s: ", program);

	n += vsnprintf(text + n, sizeof(text) - (size_t)n - 1, fmt, ap);
	if (n > (int)sizeof(text) - 2)
		n = sizeof(text) - 2;
	if (error) {
		n += snprintf(text + n, sizeof(text) - (size_t)n - 1, ": %s", strerror(error));
		if (n > (int)sizeof(text) - 2)
			n = sizeof(text) - 2;
	}
	text[n++] = '\n';
	fflush(stdout);
	write_all(2, text, (size_t)n);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, 0);
	va_end(ap);
}

void complain_errno(const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, error);
	va_end(ap);
}

void usage(const char *text)
{
	fflush(stdout);
	fprintf(stderr, "usage: %s\n", text);
	exit(2);
}

int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		complain_errno("write error");
		status = 1;
	}
	return status;
}

void *must_alloc(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (!p) {
		complain("out of memory (%lu bytes)", (unsigned long)size);
		exit(2);
	}
	return p;
}

char *read_fd(int fd, size_t *length)
{
	size_t size = 4096, n = 0;
	struct stat st;
	char *text;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		size = (size_t)st.st_size + 1;
	text = malloc(size + 1);
	while (text) {
		ssize_t got = read(fd, text + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			if (got < 0) {
				free(text);
				return NULL;
			}
			break;
		}
		n += (size_t)got;
		if (n == size) {
			char *more = realloc(text, (size *= 2) + 1);

			if (!more)
				free(text);
			text = more;
		}
	}
	if (!text) {
		errno = ENOMEM;
		return NULL;
	}
	text[n] = '\0';
	if (length)
		*length = n;
	return text;
}

char *read_path(const char *path, size_t *length)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY) : 0, error;
	char *text;

	if (fd < 0)
		return NULL;
	text = read_fd(fd, length);
	error = errno;
	if (fd)
		close(fd);
	errno = error;
	return text;
}

char *read_proc(const char *path)
{
	char *text = read_path(path, NULL);

	if (!text) {
		complain_errno("%s", path);
		exit(1);
	}
	return text;
}

long proc_number(const char *text, const char *name)
{
	size_t n = strlen(name);
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (!strncmp(line, name, n) && (line[n] == ' ' || line[n] == ':'))
			return strtol(line + n + 1, NULL, 10);
	}
	return -1;
}

int open_input(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY) : 0;

	if (fd < 0)
		complain_errno("%s", path);
	return fd;
}

int write_all(int fd, const void *buf, size_t n)
{
	const char *p = buf;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

char *count_option(char *arg)
{
	char *text;

	if (!arg || arg[0] != '-' || arg[1] < '0' || arg[1] > '9')
		return arg;
	text = must_alloc(NULL, strlen(arg) + 2);
	sprintf(text, "-n%s", arg + 1);
	return text;
}

long number_arg(const char *text, const char *what, long min, long max)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || *end || errno || value < min || value > max) {
		complain("%s: not a %s from %ld to %ld", text, what, min, max);
		exit(2);
	}
	return value;
}

char *base_name(char *path)
{
	size_t n = strlen(path);
	char *slash;

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

char *join_path(const char *dir, const char *name)
{
	size_t n = strlen(dir);
	char *path = must_alloc(NULL, n + strlen(name) + 2);

	sprintf(path, "%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name);
	return path;
}
