/*
 * tests/programs/bin/procb.c - process B of the swapout deadlock: asks the driver, which allocates under its lock L.
 */
#include "util.h"
#include "pad.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>

/*
 * B asks the driver how often each page was written home, again and again. The driver answers under its lock
 * L, and allocates a page for the answer while it holds it: with GFP_BUFFER, as a careful author does. When
 * memory is short, that allocation looks for pages to steal, too. The other half is proca. ^C ends it.
 */
static volatile bool enough;

static void on_signal(int signo)
{
	(void)signo;
	enough = true;
}

int main(int argc, char **argv)
{
	static uint32_t writes[PAD_MAX_PAGES];
	unsigned long asked = 0, refused = 0;
	long seconds = 0;
	int fd;
	time_t end = 0;

	set_program(argv[0]);
	if (argc > 2)
		usage("procb [SECONDS]");
	if (argc == 2)
		seconds = number_arg(argv[1], "number of seconds", 1, 100000);
	fd = open(PAD_DEVICE, O_RDWR);
	if (fd < 0) {
		complain_errno(PAD_DEVICE);
		return 1;
	}
	if (seconds)
		end = time(NULL) + (time_t)seconds;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while (!enough && (!end || time(NULL) < end)) {
		if (ioctl(fd, PAD_SNAPSHOT, writes) == 0) {
			asked++;
		} else if (errno == ENOMEM) {
			refused++; /* no page without I/O: an answer like any other */
		} else {
			complain_errno(PAD_DEVICE);
			return 1;
		}
	}
	printf("B: finished; %lu answers, %lu times no memory for one\n", asked, refused);
	return finish(0);
}
