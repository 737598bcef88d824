/*
 * kernel/port.h - message ports: how clients talk to servers (DESIGN section 2).
 *
 * A message lives in the caller's request structure, so posting allocates nothing. port_call()
 * sleeps until the reply (schedule() drops kernel_lock as for every sleep); port_post() returns at
 * once and msg->done runs in the server's task, or message_wait() fetches the reply later.
 * Invariants: a port has one server task, PF_SERVER | PF_MEMALLOC for life, which never reclaims
 * memory; the port lock is a leaf but for the wake-up inside; messages are served in order.
 * The wait-for graph has the edges: client (WAIT_CALL, port) -> port->server, and server
 * (WAIT_PORT, port) -> nobody.
 */
#ifndef KERNEL_PORT_H
#define KERNEL_PORT_H

#include "kernel/list.h"
#include "kernel/spinlock.h"
#include "kernel/wait.h"

struct port {
	const char *name;	    /* constant */
	struct task_struct *server; /* constant after port_serve() */
	struct spinlock lock;
	struct list_head queue; /* protected by lock: struct message, oldest first */
	unsigned queued;	/* protected by lock: length of queue */
};

struct message {
	/* set by the client before it posts */
	void (*done)(struct message *msg); /* port_post: called by the server's task; NULL = none */
	/* protected by port->lock */
	struct list_head link;
	bool replied;
	struct task_struct *client; /* who sent it, or waits for it now */
	struct port *port;	    /* set by port_call / port_post */
	/* set by message_reply; valid after the reply */
	long result;
};

void port_init(struct port *port, const char *name);
/* The current task becomes @port's server for life. Context: task. */
void port_serve(struct port *port);

/* Send @msg and sleep until the server replied; returns the reply's result.
 * Context: may sleep; not the port's own server. Locks: takes port lock. */
long port_call(struct port *port, struct message *msg);
/* Send @msg and return. @msg must live until done() was called or message_wait() returned.
 * Context: any. */
void port_post(struct port *port, struct message *msg);
/* Sleep until a posted message without done() was replied to; returns its result. */
long message_wait(struct message *msg);

/* The next message, sleeping while there is none. Only the server. Context: may sleep. */
struct message *port_receive(struct port *port);
/* The next message if @wanted(msg, @arg) says so; NULL = no, or there is none. Only the server.
 * Context: atomic. Locks: takes port_lock, inside which @wanted runs. */
struct message *port_receive_if(struct port *port,
				bool (*wanted)(const struct message *msg, const void *arg),
				const void *arg);
/* Answer @msg with @result. It may be gone when this returns. Only the server, once. */
void message_reply(struct message *msg, long result);

#endif
