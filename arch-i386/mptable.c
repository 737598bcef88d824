/*
 * arch-i386/mptable.c - Intel's MultiProcessor table: which CPUs there are, and to which I/O APIC
 * input each ISA interrupt is wired. (MP specification 1.4; 1999's way, before ACPI.)
 *
 * Read once, on the boot page directory, which maps the BIOS area. Without a table there is one CPU
 * and interrupts are wired straight through.
 */
#include "arch-i386/machine.h"
#include "kernel/string.h"

struct mp_pointer { /* "_MP_" */
	char signature[4];
	uint32_t table;
	uint8_t length, revision, checksum, features[5];
} __attribute__((packed));

struct mp_header { /* "PCMP" */
	char signature[4];
	uint16_t length;
	uint8_t revision, checksum;
	char oem[8], product[12];
	uint32_t oem_table;
	uint16_t oem_length, entries;
	uint32_t lapic;
	uint16_t extended_length;
	uint8_t extended_checksum, reserved;
} __attribute__((packed));

enum { MP_CPU, MP_BUS, MP_IOAPIC, MP_INTERRUPT, MP_LOCAL_INTERRUPT };

struct mp_cpu {
	uint8_t type, apic_id, version, flags; /* flags: 1 = usable, 2 = boot CPU */
	uint32_t signature, features, reserved[2];
} __attribute__((packed));

struct mp_bus {
	uint8_t type, id;
	char name[6];
} __attribute__((packed));

struct mp_interrupt {
	uint8_t type, kind; /* 0 = vectored */
	uint16_t flags;	    /* bits 0-1 polarity (3 = low), 2-3 trigger (3 = level) */
	uint8_t bus, irq, ioapic, input;
} __attribute__((packed));

int ncpus_found = 1;
uint8_t cpu_apic_id[NR_CPUS];

static struct {
	uint8_t input;
	bool listed, level, low;
} isa_irqs[16];

static bool sum_is_zero(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint8_t sum = 0;

	while (n--)
		sum += *b++;
	return sum == 0;
}

static const struct mp_pointer *scan(paddr_t start, size_t size)
{
	for (paddr_t pa = ALIGN_UP(start, 16); pa + 16 <= start + size; pa += 16) {
		const struct mp_pointer *p = phys_to_virt(pa);

		if (!memcmp(p->signature, "_MP_", 4) && sum_is_zero(p, sizeof(*p)))
			return p;
	}
	return NULL;
}

static const struct mp_header *find_table(void)
{
	paddr_t ebda = (paddr_t) * (uint16_t *)phys_to_virt(0x40E) << 4;
	const struct mp_pointer *p = NULL;
	const struct mp_header *h;

	if (ebda >= 0x80000 && ebda < 0xA0000)
		p = scan(ebda, 1024);
	if (!p)
		p = scan(0x9FC00, 1024);
	if (!p)
		p = scan(0xF0000, 0x10000);
	if (!p || !p->table || p->table >= 0x0FFF0000)
		return NULL;
	h = phys_to_virt(p->table);
	if (memcmp(h->signature, "PCMP", 4) || !sum_is_zero(h, h->length))
		return NULL;
	return h;
}

static void add_cpu(const struct mp_cpu *c)
{
	if (!(c->flags & 1))
		return;
	if (c->flags & 2)
		cpu_apic_id[0] = c->apic_id;
	else if (ncpus_found < NR_CPUS)
		cpu_apic_id[ncpus_found++] = c->apic_id;
	else
		machine_note("mp: CPU with APIC %u is not used, %d is the most", c->apic_id,
			     NR_CPUS);
}

static void add_interrupt(const struct mp_interrupt *m, int isa_bus)
{
	if (m->kind != 0 || m->bus != isa_bus || m->irq >= 16)
		return;
	isa_irqs[m->irq].listed = true;
	isa_irqs[m->irq].input = m->input;
	isa_irqs[m->irq].low = (m->flags & 3) == 3;
	isa_irqs[m->irq].level = (m->flags >> 2 & 3) == 3;
}

static size_t entry_size(uint8_t type)
{
	return type == MP_CPU ? sizeof(struct mp_cpu) : 8;
}

/* False = no table: one CPU, inputs as on an ISA bus. */
bool mptable_read(void)
{
	const struct mp_header *h = find_table();
	const uint8_t *p;
	int isa_bus = -1;

	if (!h)
		return false;
	p = (const uint8_t *)(h + 1);
	for (unsigned i = 0; i < h->entries; i++, p += entry_size(*p)) {
		switch (*p) {
		case MP_CPU:
			add_cpu((const struct mp_cpu *)p);
			break;
		case MP_BUS: /* buses come before the interrupts that name them */
			if (!memcmp(((const struct mp_bus *)p)->name, "ISA", 3))
				isa_bus = ((const struct mp_bus *)p)->id;
			break;
		case MP_INTERRUPT:
			add_interrupt((const struct mp_interrupt *)p, isa_bus);
			break;
		case MP_IOAPIC:
		case MP_LOCAL_INTERRUPT:
			break;
		default:
			return true; /* an entry of unknown size ends the reading */
		}
	}
	return true;
}

/* The I/O APIC input of ISA interrupt @isa_irq, and how it signals. */
int mptable_irq_input(int isa_irq, bool *level, bool *active_low)
{
	if (!isa_irqs[isa_irq].listed)
		return isa_irq;
	*level = isa_irqs[isa_irq].level;
	*active_low = isa_irqs[isa_irq].low;
	return isa_irqs[isa_irq].input;
}
