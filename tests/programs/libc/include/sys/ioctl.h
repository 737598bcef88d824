/*
 * tests/programs/libc/include/sys/ioctl.h - ioctl(); the terminal's requests are in sys/termios.h.
 */
#include <sys/termios.h>
