/*
 * tests/unit/test_ext2_random.c - random operations on the ext2 core against a model in memory, with
 * e2fsck at the end; and the core over damaged images, from which it must come back, with an error or
 * without one.
 */
#include "unit.h"

#include "ext2_image.h"

#define MAX_NODES 300
#define MAX_NAMES 400
#define CHUNK	  700	 /* a file is a row of chunks, each filled with one byte or a hole */
#define CHUNKS	  200

struct node {
	uint32_t ino; /* 0 = free */
	bool directory;
	unsigned links;
	unsigned parent; /* directories */
	uint64_t size;
	unsigned char chunk[CHUNKS];
};

struct name {
	unsigned dir, node; /* indices; node 0 with used false = free */
	bool used;
	char text[64];
};

static struct node nodes[MAX_NODES];
static struct name names[MAX_NAMES];
static struct image im;
static uint32_t seed;

static uint32_t rnd(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

static void random_text(char *text)
{
	unsigned n = rnd(60), pad = rnd(4) ? 0 : rnd(40);

	snprintf(text, 64, "n%u%.*s", n, (int)pad, "----------------------------------------");
}

static unsigned random_dir(void)
{
	unsigned i;

	do
		i = rnd(MAX_NODES);
	while (!nodes[i].ino || !nodes[i].directory || (i && rnd(3) == 0));
	return i;
}

static struct name *find_name(unsigned dir, const char *text)
{
	unsigned i;

	for (i = 0; i < MAX_NAMES; i++)
		if (names[i].used && names[i].dir == dir && !strcmp(names[i].text, text))
			return &names[i];
	return NULL;
}

static struct name *random_name(void)
{
	unsigned tries;

	for (tries = 0; tries < 200; tries++) {
		struct name *nm = &names[rnd(MAX_NAMES)];

		if (nm->used)
			return nm;
	}
	return NULL;
}

static struct name *free_name(void)
{
	unsigned i;

	for (i = 0; i < MAX_NAMES; i++)
		if (!names[i].used)
			return &names[i];
	return NULL;
}

static unsigned free_node(void)
{
	unsigned i;

	for (i = 1; i < MAX_NODES && nodes[i].ino; i++)
		;
	return i;
}

static bool is_empty(unsigned dir)
{
	unsigned i;

	for (i = 0; i < MAX_NAMES; i++)
		if (names[i].used && names[i].dir == dir)
			return false;
	return true;
}

static bool is_inside(unsigned node, unsigned dir)
{
	for (; dir; dir = nodes[dir].parent)
		if (dir == node)
			return true;
	return node == 0;
}

#define LEN(s) ((unsigned)strlen(s))

/* --- operations: the model says what must come out ------------------------------------------- */

static void do_create(void)
{
	unsigned dir = random_dir(), n = free_node();
	struct name *nm = free_name();
	struct ext2_attr a;
	bool directory = rnd(5) == 0;
	char text[64];
	int error;

	random_text(text);
	if (n == MAX_NODES || !nm)
		return;
	error = ext2_create(im.fs, nodes[dir].ino, text, LEN(text), directory ? 0040755 : 0100644, 0,
			    0, &a);
	if (find_name(dir, text)) {
		ck_assert_int_eq(error, -EEXIST);
		return;
	}
	if (error == -ENOSPC)
		return;
	ck_assert_int_eq(error, 0);
	memset(&nodes[n], 0, sizeof(nodes[n]));
	nodes[n].ino = a.ino;
	nodes[n].directory = directory;
	nodes[n].links = directory ? 2 : 1;
	nodes[n].parent = dir;
	if (directory)
		nodes[dir].links++;
	*nm = (struct name){ .dir = dir, .node = n, .used = true };
	strcpy(nm->text, text);
}

static void drop_node(unsigned n)
{
	if (nodes[n].directory)
		nodes[nodes[n].parent].links--;
	else if (--nodes[n].links)
		return;
	ck_assert_int_eq(ext2_delete(im.fs, nodes[n].ino), 0);
	nodes[n].ino = 0;
}

static void do_remove(void)
{
	struct name *nm = random_name();
	struct ext2_attr a;
	struct node *n;
	int error;

	if (!nm)
		return;
	n = &nodes[nm->node];
	if (rnd(10) == 0) { /* the wrong call */
		error = n->directory ? ext2_unlink(im.fs, nodes[nm->dir].ino, nm->text, LEN(nm->text), &a)
				     : ext2_rmdir(im.fs, nodes[nm->dir].ino, nm->text, LEN(nm->text), &a);
		ck_assert_int_eq(error, n->directory ? -EISDIR : -ENOTDIR);
		return;
	}
	error = n->directory ? ext2_rmdir(im.fs, nodes[nm->dir].ino, nm->text, LEN(nm->text), &a)
			     : ext2_unlink(im.fs, nodes[nm->dir].ino, nm->text, LEN(nm->text), &a);
	if (n->directory && !is_empty(nm->node)) {
		ck_assert_int_eq(error, -ENOTEMPTY);
		return;
	}
	ck_assert_int_eq(error, 0);
	nm->used = false;
	drop_node(nm->node);
}

static void do_link(void)
{
	struct name *from = random_name(), *nm = free_name();
	unsigned dir = random_dir();
	char text[64];
	int error;

	random_text(text);
	if (!from || !nm)
		return;
	error = ext2_link(im.fs, nodes[from->node].ino, nodes[dir].ino, text, LEN(text));
	if (error == -ENOSPC)
		return;
	if (find_name(dir, text))
		ck_assert_int_eq(error, -EEXIST);
	else if (nodes[from->node].directory)
		ck_assert_int_eq(error, -EPERM);
	else {
		ck_assert_int_eq(error, 0);
		nodes[from->node].links++;
		*nm = (struct name){ .dir = dir, .node = from->node, .used = true };
		strcpy(nm->text, text);
	}
}

static int expected_rename(const struct name *from, unsigned dir, const struct name *to)
{
	bool directory = nodes[from->node].directory;

	if (directory && is_inside(from->node, dir))
		return to && to->node == from->node && from->dir == dir ? 0 : -EINVAL;
	if (!to || to->node == from->node)
		return 0;
	if (directory && !nodes[to->node].directory)
		return -ENOTDIR;
	if (!directory && nodes[to->node].directory)
		return -EISDIR;
	return directory && !is_empty(to->node) ? -ENOTEMPTY : 0;
}

static void do_rename(void)
{
	struct name *from = random_name(), *to;
	unsigned dir = random_dir();
	struct ext2_attr v;
	char text[64];
	int error;

	if (!from)
		return;
	random_text(text);
	to = rnd(3) ? find_name(dir, text) : random_name();
	if (to) {
		dir = to->dir;
		strcpy(text, to->text);
	}
	error = ext2_rename(im.fs, nodes[from->dir].ino, from->text, LEN(from->text), nodes[dir].ino,
			    text, LEN(text), &v);
	if (error == -ENOSPC)
		return;
	ck_assert_int_eq(error, expected_rename(from, dir, to));
	if (error || (to && to->node == from->node))
		return;
	if (to) {
		ck_assert_uint_eq(v.ino, nodes[to->node].ino);
		to->used = false;
		drop_node(to->node);
	}
	if (nodes[from->node].directory) {
		nodes[from->dir].links--;
		nodes[dir].links++;
		nodes[from->node].parent = dir;
	}
	from->dir = dir;
	strcpy(from->text, text);
}

static struct node *random_file(void)
{
	struct name *nm = random_name();

	return nm && !nodes[nm->node].directory ? &nodes[nm->node] : NULL;
}

static void do_write(void)
{
	struct node *n = random_file();
	unsigned char buf[CHUNK];
	unsigned first = rnd(CHUNKS), count = 1 + rnd(20), i;
	int error = 0;

	if (!n)
		return;
	for (i = first; i < first + count && i < CHUNKS && !error; i++) {
		memset(buf, (int)(1 + rnd(255)), sizeof(buf));
		/* What a failed write left of a chunk the model cannot hold: cut it off below. */
		if (image_write_file(&im, n->ino, (uint64_t)i * CHUNK, buf, CHUNK, &error) == CHUNK) {
			n->chunk[i] = buf[0];
			if (n->size < (uint64_t)(i + 1) * CHUNK)
				n->size = (uint64_t)(i + 1) * CHUNK;
		} else {
			ck_assert_int_eq(error, -ENOSPC);
			memset(n->chunk, 0, sizeof(n->chunk));
			n->size = 0;
			ck_assert_int_eq(ext2_truncate(im.fs, n->ino, 0, NULL), 0);
		}
	}
}

static void do_truncate(void)
{
	struct node *n = random_file();
	unsigned chunks = rnd(CHUNKS + 1), i;
	uint32_t bs = ext2_block_size(im.fs);
	uint64_t size = (uint64_t)chunks * CHUNK;

	if (!n)
		return;
	ck_assert_int_eq(ext2_truncate(im.fs, n->ino, size, NULL), 0);
	if (size < n->size && size % bs) { /* the rest of the last block is the client's to clear */
		struct ext2_extent e;

		ck_assert_int_eq(ext2_map(im.fs, n->ino, (uint32_t)(size / bs), 1, false, &e, NULL), 0);
		if (e.block)
			memset(im.data + (size_t)e.block * bs + size % bs, 0, bs - size % bs);
	}
	for (i = chunks; i < CHUNKS; i++)
		n->chunk[i] = 0;
	n->size = size;
}

/* --- comparing ------------------------------------------------------------------------------- */

static void compare_node(const struct node *n)
{
	unsigned char buf[CHUNK], want[CHUNK];
	struct ext2_attr a;
	unsigned i;

	ck_assert_int_eq(ext2_getattr(im.fs, n->ino, &a), 0);
	ck_assert_uint_eq(a.nlink, n->links);
	if (n->directory)
		return;
	ck_assert_uint_eq(a.size, n->size);
	for (i = 0; i < n->size / CHUNK; i++) {
		image_read_file(&im, n->ino, (uint64_t)i * CHUNK, buf, CHUNK);
		memset(want, n->chunk[i], CHUNK);
		ck_assert_int_eq(memcmp(buf, want, CHUNK), 0);
	}
}

/* Every entry that is listed is a name of the model; and as many as there are. */
static void compare_dir(unsigned dir)
{
	static uint64_t buf[512];
	unsigned seen = 0, want = 0, i;
	uint64_t pos = 0;
	int used;

	for (i = 0; i < MAX_NAMES; i++)
		want += names[i].used && names[i].dir == dir;
	while ((used = ext2_readdir(im.fs, nodes[dir].ino, pos, buf, sizeof(buf))) > 0) {
		int at = 0;

		while (at < used) {
			const struct ext2_entry *e = (const void *)((char *)buf + at);
			char text[256];
			struct name *nm;

			memcpy(text, e->name, e->name_len);
			text[e->name_len] = '\0';
			pos = e->next;
			at += (int)ALIGN_UP(sizeof(*e) + e->name_len, 8u);
			if (text[0] != 'n')
				continue; /* dots, lost+found */
			nm = find_name(dir, text);
			ck_assert_msg(nm, "%s should not be there", text);
			ck_assert_uint_eq(e->ino, nodes[nm->node].ino);
			seen++;
		}
	}
	ck_assert_int_eq(used, 0);
	ck_assert_uint_eq(seen, want);
}

static void compare(void)
{
	unsigned i;

	for (i = 0; i < MAX_NODES; i++) {
		if (!nodes[i].ino)
			continue;
		compare_node(&nodes[i]);
		if (nodes[i].directory)
			compare_dir(i);
	}
}

static void start_model(void)
{
	memset(nodes, 0, sizeof(nodes));
	memset(names, 0, sizeof(names));
	nodes[0].ino = EXT2_ROOT_INO;
	nodes[0].directory = true;
	nodes[0].links = 3; /* lost+found */
}

static void one_operation(void)
{
	switch (rnd(10)) {
	case 0: case 1: case 2: do_create(); break;
	case 3: do_remove(); break;
	case 4: do_link(); break;
	case 5: do_rename(); break;
	case 6: case 7: case 8: do_write(); break;
	case 9: do_truncate(); break;
	}
}

static const struct {
	unsigned kbytes, cache;
	const char *options;
} worlds[] = {
	{ 4096, 8, PLAIN " -b 1024" },
	{ 8192, 32, PLAIN " -b 4096" },
	{ 1024, 8, PLAIN " -b 1024 -N 64" }, /* gets full, of blocks and inodes */
	{ 4096, 16, PLAIN " -b 2048" },
	{ 12000, 8, PLAIN " -b 1024 -g 2048" }, /* several groups */
	{ 4096, 8, "-t ext2 -b 1024 -I 256 -m 0 -O none,dir_index" },
};
#define SEEDS 4

START_TEST(test_random)
{
	unsigned i, world = (unsigned)_i / SEEDS;

	seed = 2463534242u + (uint32_t)_i * 7919;
	start_model();
	image_make(&im, worlds[world].kbytes, worlds[world].options);
	ck_assert_int_eq(image_mount(&im, worlds[world].cache), 0);
	for (i = 0; i < 1500; i++) {
		one_operation();
		ck_assert_uint_eq(ext2_pinned(im.fs), 0);
		if (i % 500 == 499)
			compare();
	}
	/* what was written is on the disk, not only in the cache */
	ck_assert_int_eq(ext2_unmount(im.fs), 0);
	image_judge(&im);
	ck_assert_int_eq(image_mount(&im, 8), 0);
	compare();
	image_end(&im);
}
END_TEST

/* --- damage ---------------------------------------------------------------------------------- */

static void visit(uint32_t ino, int depth);

static void visit_dir(uint32_t dir, int depth)
{
	static uint64_t buf[4][512];
	uint64_t pos = 0;
	int used, rounds = 0;

	while (rounds++ < 3 && (used = ext2_readdir(im.fs, dir, pos, buf[depth], 4096)) > 0) {
		int at = 0;

		while (at < used) {
			const struct ext2_entry *e = (const void *)((char *)buf[depth] + at);
			struct ext2_attr a;

			ck_assert_uint_gt(e->next, pos);
			pos = e->next;
			at += (int)ALIGN_UP(sizeof(*e) + e->name_len, 8u);
			if (!ext2_lookup(im.fs, dir, e->name, e->name_len, &a) && e->name[0] != '.')
				visit(a.ino, depth + 1);
		}
	}
}

static void visit(uint32_t ino, int depth)
{
	struct ext2_extent e;
	struct ext2_attr a;
	char text[100];
	uint32_t i;

	if (depth > 3 || ext2_getattr(im.fs, ino, &a))
		return;
	if ((a.mode & 0170000) == 0040000)
		visit_dir(ino, depth);
	ext2_readlink(im.fs, ino, text, sizeof(text));
	for (i = 0; i < 400; i += 23)
		ext2_map(im.fs, ino, i, 8, false, &e, NULL);
}

/* Read all, then change all: remove, rename, cut, write. */
static void use_everything(void)
{
	struct ext2_extent e;
	struct ext2_attr a;
	unsigned i;

	visit(EXT2_ROOT_INO, 0);
	for (i = 0; i < MAX_NAMES; i++) {
		struct name *nm = &names[i];
		uint32_t dir = nodes[nm->dir].ino;

		if (!nm->used)
			continue;
		switch (rnd(5)) {
		case 0:
			if (!ext2_unlink(im.fs, dir, nm->text, LEN(nm->text), &a) && !a.nlink)
				ext2_delete(im.fs, a.ino);
			break;
		case 1:
			if (!ext2_rmdir(im.fs, dir, nm->text, LEN(nm->text), &a))
				ext2_delete(im.fs, a.ino);
			break;
		case 2:
			ext2_rename(im.fs, dir, nm->text, LEN(nm->text), EXT2_ROOT_INO, "moved", 5, &a);
			break;
		case 3:
			if (!ext2_lookup(im.fs, dir, nm->text, LEN(nm->text), &a))
				ext2_truncate(im.fs, a.ino, rnd(200000), NULL);
			break;
		case 4:
			if (!ext2_lookup(im.fs, dir, nm->text, LEN(nm->text), &a))
				ext2_map(im.fs, a.ino, rnd(70000), 1, true, &e, NULL);
			ext2_create(im.fs, dir, "made", 4, rnd(2) ? 0100644 : 0040755, 0, 0, &a);
			break;
		}
		ck_assert_uint_eq(ext2_pinned(im.fs), 0);
	}
	ext2_sync(im.fs);
	ext2_unmount(im.fs);
}

/* Some bytes of the metadata are something else. */
static void damage(size_t size)
{
	unsigned n = 1 + rnd(12);

	while (n--) {
		size_t at = rnd(3) ? 1024 + rnd((uint32_t)(size / 8)) : rnd((uint32_t)size);
		uint32_t value = rnd(4) == 0 ? 0 : rnd(3) == 0 ? 0xffffffff : rnd(0xffffffff);

		if (rnd(2))
			im.data[at] = (unsigned char)value;
		else
			memcpy(im.data + (at & ~(size_t)3), &value, 4);
	}
}

START_TEST(test_damage)
{
	unsigned char *good;
	unsigned i, round, mounted = 0, found = 0;

	seed = 88172645u + (uint32_t)_i * 7919;
	start_model();
	image_make(&im, 1024, worlds[0].options);
	ck_assert_int_eq(image_mount(&im, 16), 0);
	for (i = 0; i < 400; i++)
		one_operation();
	ck_assert_int_eq(ext2_unmount(im.fs), 0);
	image_judge(&im);
	good = malloc(im.size);
	memcpy(good, im.data, im.size);
	for (round = 0; round < 150; round++) {
		memcpy(im.data, good, im.size);
		damage(im.size);
		im.lines = 0;
		if (image_mount(&im, EXT2_CACHE_LEAST)) {
			ck_assert_uint_ge(im.lines, 1);
			continue;
		}
		mounted++;
		use_everything();
		if (ext2_errors(im.fs)) {
			const struct ext2_super_block *sb = (const void *)(im.data + EXT2_SUPER_OFFSET);

			found++;
			ck_assert_uint_ge(im.lines, 1);
			ck_assert_msg(sb->s_state & EXT2_STATE_ERROR, "the superblock does not say so");
		}
	}
	ck_assert_uint_gt(mounted, 50);
	ck_assert_uint_gt(found, 5);
	free(good);
	image_close(&im);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ext2 random");
	TCase *tc = tcase_create("random");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test_random, 0, (int)ARRAY_SIZE(worlds) * SEEDS);
	tcase_add_loop_test(tc, test_damage, 0, 6);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
