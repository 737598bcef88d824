/*
 * tests/programs/bin/md5sum.c - prints the MD5 digest (RFC 1321) of files; -c FILE compares with such a list.
 */
#include "util.h"

#include "md5_table.h"

struct md5 {
	uint32_t state[4];
	uint64_t length; /* bytes so far */
	uint8_t block[64];
};

static void md5_block(uint32_t state[4], const uint8_t *block)
{
	static const uint8_t shifts[4][4] = {
		{ 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 },
	};
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], word[16];
	unsigned i;

	memcpy(word, block, sizeof(word)); /* little endian, as we are */
	for (i = 0; i < 64; i++) {
		uint32_t f, next;
		unsigned k, s = shifts[i / 16][i % 4];

		if (i < 16) {
			f = (b & c) | (~b & d);
			k = i;
		} else if (i < 32) {
			f = (d & b) | (~d & c);
			k = (5 * i + 1) % 16;
		} else if (i < 48) {
			f = b ^ c ^ d;
			k = (3 * i + 5) % 16;
		} else {
			f = c ^ (b | ~d);
			k = (7 * i) % 16;
		}
		next = a + f + sines[i] + word[k];
		a = d;
		d = c;
		c = b;
		b += next << s | next >> (32 - s);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

static void md5_start(struct md5 *m)
{
	memset(m, 0, sizeof(*m));
	m->state[0] = 0x67452301;
	m->state[1] = 0xefcdab89;
	m->state[2] = 0x98badcfe;
	m->state[3] = 0x10325476;
}

static void md5_add(struct md5 *m, const uint8_t *p, size_t n)
{
	while (n) {
		size_t at = (size_t)(m->length % 64), piece = 64 - at < n ? 64 - at : n;

		memcpy(m->block + at, p, piece);
		m->length += piece;
		p += piece;
		n -= piece;
		if (m->length % 64 == 0)
			md5_block(m->state, m->block);
	}
}

static void md5_end(struct md5 *m, char text[33])
{
	static const uint8_t padding[64] = { 0x80 };
	uint64_t bits = m->length * 8;
	unsigned i;

	md5_add(m, padding, 64 - (size_t)((m->length + 8) % 64));
	md5_add(m, (const uint8_t *)&bits, sizeof(bits));
	for (i = 0; i < 16; i++)
		sprintf(text + 2 * i, "%02x", (unsigned)(m->state[i / 4] >> (8 * (i % 4))) & 0xff);
}

static int digest(const char *name, char text[33])
{
	static uint8_t buf[16384];
	struct md5 m;
	int fd = open_input(name);
	ssize_t n;

	if (fd < 0)
		return 1;
	md5_start(&m);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		md5_add(&m, buf, (size_t)n);
	if (n < 0)
		complain_errno("%s", name);
	if (fd)
		close(fd);
	md5_end(&m, text);
	return n < 0;
}

static int check_list(const char *list)
{
	char *text = read_path(list, NULL), *line, found[33];
	int bad = 0;

	if (!text) {
		complain_errno("%s", list);
		return 1;
	}
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		bool right;

		if (strlen(line) < 35 || line[32] != ' ') {
			complain("%s: not a line of a digest and a name: %s", list, line);
			bad = 1;
			continue;
		}
		line[32] = '\0';
		right = digest(line + 34, found) == 0 && !strcmp(found, line);
		printf("%s: %s\n", line + 34, right ? "OK" : "FAILED");
		bad |= !right;
	}
	free(text);
	return bad;
}

int main(int argc, char **argv)
{
	static const char how[] = "md5sum [FILE...], or md5sum -c LIST";
	const char *list = NULL;
	char text[33];
	int c, bad = 0;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "c:")) != -1) {
		if (c != 'c')
			usage(how);
		list = optarg;
	}
	if (list)
		return finish(check_list(list));
	if (optind == argc && (bad = digest("-", text)) == 0)
		printf("%s  -\n", text);
	for (; optind < argc; optind++) {
		if (digest(argv[optind], text))
			bad = 1;
		else
			printf("%s  %s\n", text, argv[optind]);
	}
	return finish(bad);
}
