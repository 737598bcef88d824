/*
 * kernel/port.c - message ports. See kernel/port.h.
 *
 * Client and server look at `replied` and change it under the port lock only, wake-up included: the
 * server is done with a message, and with the client's task, before the client can return and take
 * both away.
 */
#include "kernel/port.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/sync.h"
#include "kernel/wait.h"

void port_init(struct port *port, const char *name)
{
	port->name = name;
	port->server = NULL;
	spin_lock_init(&port->lock, LC_PORT, name);
	list_init(&port->queue);
	port->queued = 0;
}

void port_serve(struct port *port)
{
	unsigned long flags = spin_lock_irqsave(&port->lock);

	BUG_ON(port->server);
	if (!(current->flags & PF_SERVER))
		__atomic_fetch_add(&nr_servers, 1, __ATOMIC_RELAXED);
	current->flags |= PF_SERVER | PF_MEMALLOC;
	port->server = current;
	spin_unlock_irqrestore(&port->lock, flags);
}

static void post(struct port *port, struct message *msg)
{
	unsigned long flags = spin_lock_irqsave(&port->lock);
	bool woken = false;

	msg->client = current;
	msg->port = port;
	msg->replied = false;
	list_add_tail(&msg->link, &port->queue);
	port->queued++;
	if (port->server) /* otherwise it finds the message when it begins to serve */
		woken = wake_up_process(port->server);
	spin_unlock_irqrestore(&port->lock, flags);
	if (woken && arch_irqs_enabled())
		sync_point(SP_WAKE, port);
}

static long wait_for_reply(struct message *msg, uintptr_t place)
{
	struct port *port = msg->port;
	unsigned long flags = spin_lock_irqsave(&port->lock);
	long result;

	msg->client = current;
	while (!msg->replied) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		wait_set(WAIT_CALL, port, place);
		spin_unlock_irqrestore(&port->lock, flags);
		schedule();
		flags = spin_lock_irqsave(&port->lock);
	}
	set_current_state(TASK_RUNNING);
	wait_clear();
	result = msg->result;
	spin_unlock_irqrestore(&port->lock, flags);
	return result;
}

long port_call(struct port *port, struct message *msg)
{
	might_sleep_at(CALLER_PLACE());
	BUG_ON(port->server == current); /* it would wait for itself */
	msg->done = NULL;
	post(port, msg);
	return wait_for_reply(msg, CALLER_PLACE());
}

void port_post(struct port *port, struct message *msg)
{
	post(port, msg);
}

long message_wait(struct message *msg)
{
	might_sleep_at(CALLER_PLACE());
	BUG_ON(msg->done);
	return wait_for_reply(msg, CALLER_PLACE());
}

struct message *port_receive(struct port *port)
{
	struct message *msg;
	unsigned long flags;

	might_sleep_at(CALLER_PLACE());
	BUG_ON(port->server != current);
	flags = spin_lock_irqsave(&port->lock);
	while (list_empty(&port->queue)) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		wait_set(WAIT_PORT, port, CALLER_PLACE());
		spin_unlock_irqrestore(&port->lock, flags);
		schedule();
		flags = spin_lock_irqsave(&port->lock);
	}
	set_current_state(TASK_RUNNING);
	wait_clear();
	msg = list_first(&port->queue, struct message, link);
	list_del(&msg->link);
	port->queued--;
	current->calls = msg->client;
	spin_unlock_irqrestore(&port->lock, flags);
	return msg;
}

struct message *port_receive_if(struct port *port,
				bool (*wanted)(const struct message *msg, const void *arg),
				const void *arg)
{
	unsigned long flags = spin_lock_irqsave(&port->lock);
	struct message *msg = NULL;

	BUG_ON(port->server != current);
	if (!list_empty(&port->queue)) {
		msg = list_first(&port->queue, struct message, link);
		if (wanted(msg, arg)) {
			list_del(&msg->link);
			port->queued--;
		} else {
			msg = NULL;
		}
	}
	spin_unlock_irqrestore(&port->lock, flags);
	return msg;
}

void message_reply(struct message *msg, long result)
{
	struct port *port = msg->port;
	unsigned long flags;
	bool woken;

	BUG_ON(port->server != current);
	current->calls = NULL;
	msg->result = result;
	if (msg->done) {
		msg->done(msg);
		return;
	}
	flags = spin_lock_irqsave(&port->lock);
	BUG_ON(msg->replied);
	msg->replied = true;
	woken = wake_up_process(msg->client);
	spin_unlock_irqrestore(&port->lock, flags);
	if (woken && arch_irqs_enabled())
		sync_point(SP_WAKE, port);
}
