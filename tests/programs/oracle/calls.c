/*
 * tests/programs/oracle/calls.c - files, directories, pipes, processes and memory by system calls.
 */
#include "oracle.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

static char buf[8192];

static void show_stat(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		printf("%s: %s\n", path, strerror(errno));
	else
		printf("%s: mode %o links %d size %ld\n", path, (unsigned)st.st_mode,
		       S_ISDIR(st.st_mode) ? 0 : (int)st.st_nlink, /* each file system counts its own way */
		       S_ISDIR(st.st_mode) ? 0l : (long)st.st_size);
}

static void files(void)
{
	int fd, again;

	umask(022);
	SHOW(open("calls.tmp", O_RDONLY));
	fd = open("calls.tmp", O_RDWR | O_CREAT | O_EXCL, 0666);
	SHOW(fd >= 0);
	SHOW(open("calls.tmp", O_RDWR | O_CREAT | O_EXCL, 0666));
	SHOW(write(fd, "0123456789", 10));
	SHOW(lseek(fd, 4, SEEK_SET));
	SHOW(read(fd, buf, 100));
	SHOW(read(fd, buf, 100));
	SHOW(lseek(fd, 10000, SEEK_SET));
	SHOW(write(fd, "far", 3));
	show_stat("calls.tmp");
	SHOW(lseek(fd, 5000, SEEK_SET));
	SHOW(read(fd, buf, 8));
	printf("hole %d\n", buf[0] | buf[7]);
	SHOW(lseek(fd, -1, SEEK_SET));
	SHOW(ftruncate(fd, 6));
	show_stat("calls.tmp");
	SHOW(lseek(fd, 0, SEEK_END));
	again = dup(fd);
	SHOW(lseek(again, 2, SEEK_SET));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(close(again));
	SHOW(close(again));
	SHOW(fcntl(fd, F_GETFL, 0) & O_ACCMODE);
	SHOW(fcntl(fd, F_GETFD, 0));
	SHOW(fcntl(fd, F_SETFD, FD_CLOEXEC));
	SHOW(fcntl(fd, F_GETFD, 0));
	SHOW(close(fd));
	fd = open("calls.tmp", O_WRONLY | O_APPEND);
	SHOW(fcntl(fd, F_GETFL, 0) & O_APPEND);
	SHOW(write(fd, "end", 3));
	SHOW(read(fd, buf, 3));
	SHOW(close(fd));
	show_stat("calls.tmp");
	SHOW(close(open("calls.tmp", O_RDWR | O_TRUNC)));
	show_stat("calls.tmp");
	SHOW(access("calls.tmp", R_OK));
	SHOW(open("calls.tmp/below", O_RDONLY));
	SHOW(open("calls.tmp", O_RDONLY | O_DIRECTORY));
	SHOW(open("", O_RDONLY));
	SHOW(open(".", O_WRONLY));
	SHOW(read(-1, buf, 1));
	SHOW(write(1000, buf, 1));
}

static void names(void)
{
	char path[400];
	DIR *dir;
	struct dirent *d;
	int n = 0;

	SHOW(link("calls.tmp", "calls.lnk"));
	show_stat("calls.lnk");
	SHOW(link("calls.tmp", "calls.lnk"));
	SHOW(unlink("calls.tmp"));
	show_stat("calls.lnk");
	SHOW(symlink("calls.lnk", "calls.sym"));
	show_stat("calls.sym");
	SHOW(readlink("calls.sym", path, sizeof(path)));
	SHOW(readlink("calls.lnk", path, sizeof(path)));
	SHOW(symlink("calls.loop", "calls.loop"));
	SHOW(open("calls.loop", O_RDONLY));
	SHOW(unlink("calls.loop"));
	SHOW(mkdir("calls.dir", 0755));
	SHOW(mkdir("calls.dir", 0755));
	show_stat("calls.dir");
	SHOW(mkdir("calls.dir/in", 0700));
	show_stat("calls.dir");
	SHOW(rmdir("calls.dir"));
	SHOW(unlink("calls.dir"));
	SHOW(rename("calls.lnk", "calls.dir/moved"));
	SHOW(rename("calls.dir", "calls.dir/in/under"));
	SHOW(rename("calls.dir/moved", "calls.dir/in"));
	SHOW(open("calls.sym", O_RDONLY));
	SHOW(chdir("calls.dir/in"));
	SHOW(chdir(".."));
	SHOW(getcwd(path, sizeof(path)) != NULL);
	printf("%s\n", strrchr(path, '/'));
	SHOW(getcwd(path, 2) == NULL);
	dir = opendir(".");
	while ((d = readdir(dir)))
		n += d->d_name[0] != '.';
	closedir(dir);
	printf("%d names\n", n);
	SHOW(opendir("moved") == NULL);
	memset(path, 'x', 300);
	path[300] = '\0';
	SHOW(mkdir(path, 0755));
	SHOW(chmod("moved", 0400));
	show_stat("moved");
	SHOW(chdir(".."));
	SHOW(unlink("calls.dir/moved"));
	SHOW(rmdir("calls.dir/in"));
	SHOW(rmdir("calls.dir"));
	SHOW(unlink("calls.sym"));
	SHOW(chdir("nosuch"));
}

static void open_but_gone(void)
{
	int fd = open("calls.gone", O_RDWR | O_CREAT, 0600);

	SHOW(unlink("calls.gone"));
	SHOW(write(fd, "still there", 11));
	SHOW(lseek(fd, 6, SEEK_SET));
	SHOW(read(fd, buf, 5));
	printf("%.5s\n", buf);
	close(fd);
	SHOW(open("calls.gone", O_RDONLY));
}

static void pipes(void)
{
	int fds[2], status, i;
	pid_t pid;
	long total = 0, n;

	SHOW(pipe(fds));
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		for (i = 0; i < 100; i++)
			if (write(fds[1], buf, sizeof(buf)) != (ssize_t)sizeof(buf))
				_exit(1);
		_exit(3);
	}
	close(fds[1]);
	while ((n = read(fds[0], buf, 3000)) > 0)
		total += n;
	printf("through the pipe: %ld\n", total);
	SHOW(waitpid(pid, &status, 0) == pid);
	printf("exited %d with %d\n", WIFEXITED(status), WEXITSTATUS(status));
	close(fds[0]);
	SHOW(pipe(fds));
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	SHOW(write(fds[1], "x", 1));
	signal(SIGPIPE, SIG_DFL);
	close(fds[1]);
	SHOW(pipe(fds));
	SHOW(lseek(fds[0], 0, SEEK_SET));
	SHOW(fcntl(fds[0], F_SETFL, O_NONBLOCK));
	SHOW(read(fds[0], buf, 1));
	SHOW(tcgetattr(fds[0], (struct termios *)(void *)buf));
	SHOW(isatty(fds[0]));
	SHOW(dup2(fds[1], 77));
	SHOW(write(77, "via 77", 6));
	SHOW(read(fds[0], buf, 100));
	close(77);
	close(fds[0]);
	close(fds[1]);
}

static void processes(void)
{
	int status;
	pid_t pid;
	char *args[] = { (char *)"nosuch", NULL };

	pid = fork();
	if (pid == 0)
		_exit(200);
	SHOW(waitpid(pid, &status, 0) == pid);
	printf("status %x\n", (unsigned)status);
	SHOW(waitpid(pid, &status, 0));
	SHOW(wait(&status));
	pid = fork();
	if (pid == 0) {
		raise(SIGKILL);
		_exit(0);
	}
	SHOW(waitpid(-1, &status, 0) == pid);
	printf("signaled %d by %d\n", WIFSIGNALED(status), WTERMSIG(status));
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	SHOW(waitpid(pid, &status, WNOHANG));
	SHOW(kill(pid, SIGSTOP));
	SHOW(waitpid(pid, &status, WUNTRACED) == pid);
	printf("stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
	SHOW(kill(pid, SIGTERM));
	SHOW(kill(pid, SIGCONT));
	SHOW(waitpid(pid, &status, 0) == pid);
	printf("signaled %d by %d\n", WIFSIGNALED(status), WTERMSIG(status));
	SHOW(kill(pid, 0));
	SHOW(kill(getpid(), 0));
	SHOW(kill(getpid(), 65));
	SHOW(execv("nosuch", args));
	SHOW(execv("/", args));
	SHOW(getppid() > 0);
	SHOW(setpgid(0, 0));
	SHOW(getpgrp() == getpid());
}

static void memory(void)
{
	int fd = open("calls.map", O_RDWR | O_CREAT | O_TRUNC, 0644), i, n;
	char *p, *q;

	memset(buf, 'a', sizeof(buf));
	for (i = 0; i < 3; i++)
		if (write(fd, buf, 4096) < 0)
			printf("write: %s\n", strerror(errno));
	SHOW(ftruncate(fd, 10000));
	p = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	q = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	SHOW(p != MAP_FAILED && q != MAP_FAILED);
	printf("%c %c %d\n", p[0], p[9999], p[10000]);
	p[1] = 'S';
	q[2] = 'P';
	printf("%c %c\n", q[1], p[2]);
	SHOW(msync(p, 12288, MS_SYNC));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(read(fd, buf, 4));
	printf("%.4s\n", buf);
	SHOW(lseek(fd, 100, SEEK_SET));
	SHOW(write(fd, "written", 7));
	printf("%.7s\n", p + 100);
	if (fork() == 0) {
		p[200] = 'C';
		q[200] = 'D';
		_exit(0);
	}
	wait(&n);
	printf("%c %c\n", p[200], q[200]);
	SHOW(mprotect(p, 4096, PROT_READ));
	SHOW(munmap(p, 12288));
	SHOW(munmap(q, 12288));
	SHOW(close(fd));
	SHOW((long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	SHOW((long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 99, 0));
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p[4096] = 'm';
	q = mremap(p, 8192, 1 << 20, MREMAP_MAYMOVE);
	SHOW(q != MAP_FAILED && q[4096] == 'm' && q[(1 << 20) - 1] == 0);
	SHOW(unlink("calls.map"));
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0); /* forked children must not hold our text */
	files();
	names();
	open_but_gone();
	pipes();
	processes();
	memory();
	return 0;
}
