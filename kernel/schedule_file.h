/*
 * kernel/schedule_file.h - the schedule that came with the boot disk: a story or a token, as text.
 *
 * The last SCHEDULE_BYTES of the boot partition hold it, ended by a zero byte; the runners of
 * tests/boot write it there, so a new schedule needs no new image.
 */
#ifndef KERNEL_SCHEDULE_FILE_H
#define KERNEL_SCHEDULE_FILE_H

#define SCHEDULE_BYTES 16384u

/* With schedule=file on the command line: read the text and hand it to the scenario framework. What
 * goes wrong is said in one line; the scenario then refuses to run. Context: may sleep; once, before
 * scenario_main(). */
void schedule_file_load(void);

#endif
