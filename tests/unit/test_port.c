/*
 * tests/unit/test_port.c - message ports and the block server: calls, posts, order, errors,
 * partitions, refused requests, and what the wait-for graph is told.
 */
#include "unit.h"

#include "kernel/errno.h"
#include "kernel/kernel_lock.h"
#include "kernel/port.h"
#include "kernel/sched.h"
#include "kernel/servers/block.h"
#include "kernel/timer.h"
#include "mm/page.h"

struct adder {
	struct message msg;
	long a, b;
};

static struct port port;
static unsigned served;
static bool slow;

static void server_main(void *arg)
{
	(void)arg;
	port_serve(&port);
	ck_assert_uint_eq(current->flags & (PF_SERVER | PF_MEMALLOC), PF_SERVER | PF_MEMALLOC);
	for (;;) {
		struct adder *r = container_of(port_receive(&port), struct adder, msg);

		ck_assert_ptr_nonnull(current->calls);
		if (slow)
			schedule_timeout(3);
		served++;
		message_reply(&r->msg, r->a + r->b);
	}
}

static struct task_struct *spawn(void (*fn)(void *), void *arg, const char *name)
{
	struct task_struct *t = kthread_create(fn, arg, name);

	ck_assert_ptr_nonnull(t);
	wake_up_process(t);
	return t;
}

static void start(int cpus)
{
	host_boot(cpus, 4096, "");
	port_init(&port, "adder");
}

static void calls(void *arg)
{
	int i;

	for (i = 0; i < 100; i++) {
		struct adder r = {.a = i, .b = current->pid};

		ck_assert_int_eq(port_call(&port, &r.msg), i + current->pid);
		memset(&r, 0xee, sizeof(r));
	}
	++*(unsigned *)arg;
}

static void calls_body(void *arg)
{
	unsigned done = 0;
	int i;

	(void)arg;
	for (i = 0; i < 3; i++)
		spawn(calls, &done, "client");
	schedule_timeout(1); /* messages queue up before there is a server */
	spawn(server_main, NULL, "server");
	while (done < 3)
		schedule_timeout(1);
	ck_assert_uint_eq(served, 300);
	ck_assert_uint_eq(port.queued, 0);
}

START_TEST(test_calls)
{
	start(_i);
	host_set_seed((uint32_t)_i * 31u);
	ck_assert_int_eq(host_run(calls_body, NULL), HOST_DONE);
}
END_TEST

static char replies[8];
static unsigned nreplies;

static void post_done(struct message *msg)
{
	ck_assert_ptr_eq(current, port.server);
	replies[nreplies++] = (char)msg->result;
}

static void post_body(void *arg)
{
	struct adder r[3] = {{.a = 'a'}, {.a = 'b'}, {.a = 'c'}};
	int i;

	(void)arg;
	spawn(server_main, NULL, "server");
	slow = true;
	r[0].msg.done = r[1].msg.done = post_done;
	for (i = 0; i < 3; i++)
		port_post(&port, &r[i].msg);
	ck_assert_uint_eq(nreplies, 0);
	ck_assert_int_eq(message_wait(&r[2].msg), 'c');
	ck_assert_str_eq(replies, "ab");
}

START_TEST(test_post)
{
	start(_i);
	ck_assert_int_eq(host_run(post_body, NULL), HOST_DONE);
}
END_TEST

/* While a client waits: its wait record names the port, and kernel_lock is free. */
static void locked_client(void *arg)
{
	struct adder r = {.a = 1, .b = 2};

	lock_kernel();
	ck_assert_int_eq(port_call(&port, &r.msg), 3);
	ck_assert(kernel_locked());
	unlock_kernel();
	*(bool *)arg = true;
}

static void record_body(void *arg)
{
	struct task_struct *t;
	bool done = false;

	(void)arg;
	spawn(server_main, NULL, "server");
	slow = true;
	t = spawn(locked_client, &done, "client");
	schedule_timeout(1);
	ck_assert_int_eq(t->wait.kind, WAIT_CALL);
	ck_assert_ptr_eq(t->wait.what, &port);
	ck_assert_ptr_eq(port.server->calls, t);
	ck_assert_ptr_null(kernel_lock_info()->owner);
	while (!done)
		schedule_timeout(1);
	ck_assert_int_eq(port.server->wait.kind, WAIT_PORT);
}

START_TEST(test_wait_records)
{
	start(2);
	ck_assert_int_eq(host_run(record_body, NULL), HOST_DONE);
}
END_TEST

static void self_call_server(void *arg)
{
	struct adder r = {.a = 1};

	(void)arg;
	port_serve(&port);
	port_call(&port, &r.msg);
}

START_TEST(test_self_call)
{
	host_expect_panic("BUG: port->server == current at");
	start(1);
	host_run(self_call_server, NULL);
}
END_TEST

/* --- the block server ---------------------------------------------------------------------- */

static void put_le32(unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
	p[2] = (unsigned char)(v >> 16);
	p[3] = (unsigned char)(v >> 24);
}

static void put_partition(unsigned char *mbr, int nth, uint8_t type, uint32_t start_at,
			  uint32_t size)
{
	unsigned char *e = mbr + 446 + 16 * nth;

	e[4] = type;
	put_le32(e + 8, start_at);
	put_le32(e + 12, size);
	mbr[510] = 0x55;
	mbr[511] = 0xaa;
}

static void start_disks(int cpus)
{
	unsigned char *mbr;

	host_disk_add(1000);
	mbr = host_disk_data(host_disk_add(5000));
	put_partition(mbr, 0, 0x83, 63, 937);
	put_partition(mbr, 1, 0x82, 1000, 4000);
	put_partition(mbr, 2, 0x83, 4900, 200); /* leaves the disk: ignored */
	put_partition(mbr, 3, 0x05, 100, 100);	/* extended: not ours */
	host_boot(cpus, 4096, "");
}

static void block_body(void *arg)
{
	const struct block_dev *hdb1, *hdb2, *hda;
	unsigned char *page = get_free_pages(GFP_KERNEL, 0);
	paddr_t pa = virt_to_phys(page);

	(void)arg;
	block_start();
	hda = block_find("hda");
	hdb1 = block_find("hdb1");
	hdb2 = block_find("hdb2");
	ck_assert(hda && hdb1 && hdb2);
	ck_assert_ptr_null(block_find("hdb3"));
	ck_assert_ptr_null(block_find("hdb4"));
	ck_assert_ptr_null(block_find("hdc"));
	ck_assert_uint_eq(hda->nsectors, 1000);
	ck_assert_uint_eq(hdb2->start, 1000);
	ck_assert_uint_eq(hdb2->type, 0x82);
	ck_assert_uint_eq(block_devno(hdb2), 3 << 8 | 64 | 2);
	ck_assert_ptr_eq(block_find_devno(3 << 8 | 64 | 1), hdb1);
	ck_assert_ptr_null(block_nth(4));

	memset(page, 0x5a, PAGE_SIZE);
	ck_assert_int_eq(block_write(hdb2, 8, 8, pa), 0);
	ck_assert_int_eq(host_disk_data(1)[1008 * 512], 0x5a);
	ck_assert_int_eq(host_disk_data(1)[1007 * 512 + 511], 0);
	memset(page, 0, PAGE_SIZE);
	ck_assert_int_eq(block_read(hdb2, 8, 1, pa), 0);
	ck_assert_int_eq(page[511], 0x5a);
	ck_assert_int_eq(page[512], 0);

	ck_assert_int_eq(block_read(hdb1, 936, 1, pa), 0);
	ck_assert_int_eq(block_read(hdb1, 937, 1, pa), -EINVAL);
	ck_assert_int_eq(block_read(hdb1, 930, 8, pa), -EINVAL);
	ck_assert_int_eq(block_read(hdb1, 0, 0, pa), -EINVAL);
	ck_assert_int_eq(block_read(hdb1, 0, 129, pa), -EINVAL);
	ck_assert_int_eq(block_read(hdb1, 0xffffffff, 2, pa), -EINVAL);
	host_disk_fail(1, 65, 1);
	ck_assert_int_eq(block_read(hdb1, 0, 8, pa), -EIO);
	ck_assert_int_eq(block_read(hdb1, 0, 8, pa), 0);
	ck_assert_uint_eq(block_in_flight(), 0);
	free_pages(page, 0);
}

START_TEST(test_block)
{
	start_disks(_i);
	ck_assert_int_eq(host_run(block_body, NULL), HOST_DONE);
}
END_TEST

static volatile unsigned completed, failed;

static void submit_done(struct block_request *req)
{
	if (req->error)
		failed++;
	completed++;
}

static void submit_body(void *arg)
{
	static struct block_request reqs[20];
	unsigned char *page;
	int i;

	(void)arg;
	block_start();
	page = get_free_pages(GFP_KERNEL, 0);
	for (i = 0; i < 20; i++) {
		reqs[i].dev = block_find(i & 1 ? "hda" : "hdb");
		reqs[i].sector = (uint32_t)i;
		reqs[i].nsectors = i == 7 ? 1000 : 1;
		reqs[i].buffer = virt_to_phys(page);
		reqs[i].done = submit_done;
		block_submit(&reqs[i]);
	}
	while (completed < 20)
		schedule_timeout(1);
	ck_assert_uint_eq(failed, 1);
	ck_assert_int_eq(reqs[7].error, -EINVAL);
	ck_assert_uint_eq(host_disk_transfers(0, false), 1 + 9);
	ck_assert_uint_eq(host_disk_transfers(1, false), 1 + 10);
}

START_TEST(test_block_submit)
{
	start_disks(_i);
	host_set_seed((uint32_t)_i);
	ck_assert_int_eq(host_run(submit_body, NULL), HOST_DONE);
}
END_TEST

/* A device that never answers: seen as a stall, with client, server and device in the records. */
static void hang_body(void *arg)
{
	unsigned char *page;

	(void)arg;
	block_start();
	page = get_free_pages(GFP_KERNEL, 0);
	host_disk_hold();
	block_read(block_find("hda"), 0, 1, virt_to_phys(page));
}

START_TEST(test_device_hangs)
{
	struct task_struct *t;
	unsigned io = 0, call = 0;

	start_disks(2);
	host_set_patience(1);
	ck_assert_int_eq(host_run(hang_body, NULL), HOST_STALL);
	for_each_task(t) {
		io += t->wait.kind == WAIT_IO;
		call += t->wait.kind == WAIT_CALL;
	}
	ck_assert_uint_eq(io, 1);
	ck_assert_uint_eq(call, 1);
	ck_assert_uint_eq(block_in_flight(), 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("port");
	TCase *tc = tcase_create("port");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_calls, 1, 5);
	tcase_add_loop_test(tc, test_post, 1, 3);
	tcase_add_test(tc, test_wait_records);
	tcase_add_exit_test(tc, test_self_call, HOST_PANIC_EXIT);
	tcase_add_loop_test(tc, test_block, 1, 4);
	tcase_add_loop_test(tc, test_block_submit, 1, 4);
	tcase_add_test(tc, test_device_hangs);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
