/*
 * mm/avl.c - the balanced tree of areas: find, insert, remove. See mm/avl.h.
 *
 * The way down is kept as an array of the links that were followed, so that the way up can change
 * them; no recursion, no parent pointers.
 */
#include "mm/avl.h"

#include "kernel/printk.h"

static int height(const struct vm_area_struct *node)
{
	return node ? node->vm_avl_height : 0;
}

static void set_height(struct vm_area_struct *node)
{
	int left = height(node->vm_avl_left), right = height(node->vm_avl_right);

	node->vm_avl_height = (short)(max(left, right) + 1);
}

/* The left child comes up, the node becomes its right child. */
static void rotate_right(struct vm_area_struct **link)
{
	struct vm_area_struct *node = *link, *up = node->vm_avl_left;

	node->vm_avl_left = up->vm_avl_right;
	up->vm_avl_right = node;
	*link = up;
	set_height(node);
	set_height(up);
}

static void rotate_left(struct vm_area_struct **link)
{
	struct vm_area_struct *node = *link, *up = node->vm_avl_right;

	node->vm_avl_right = up->vm_avl_left;
	up->vm_avl_left = node;
	*link = up;
	set_height(node);
	set_height(up);
}

/* Repair the node that @link holds after one of its subtrees grew or shrank by one. */
static void balance(struct vm_area_struct **link)
{
	struct vm_area_struct *node = *link;
	int lean = height(node->vm_avl_left) - height(node->vm_avl_right);

	if (lean > 1) {
		struct vm_area_struct *left = node->vm_avl_left;

		if (height(left->vm_avl_left) < height(left->vm_avl_right))
			rotate_left(&node->vm_avl_left);
		rotate_right(link);
	} else if (lean < -1) {
		struct vm_area_struct *right = node->vm_avl_right;

		if (height(right->vm_avl_right) < height(right->vm_avl_left))
			rotate_right(&node->vm_avl_right);
		rotate_left(link);
	} else {
		set_height(node);
	}
}

/* Go up the links path[0..n) until a subtree is as high as it was before. */
static void rebalance(struct vm_area_struct ***path, int n)
{
	while (n > 0) {
		struct vm_area_struct **link = path[--n];
		int before = height(*link);

		balance(link);
		if (height(*link) == before)
			return;
	}
}

struct vm_area_struct *avl_find(struct vm_area_struct *root, unsigned long addr,
				struct vm_area_struct **prev)
{
	struct vm_area_struct *node = root, *best = NULL, *before = NULL;

	while (node) {
		if (addr < node->vm_end) {
			best = node;
			node = node->vm_avl_left;
		} else {
			before = node;
			node = node->vm_avl_right;
		}
	}
	if (prev)
		*prev = before;
	return best;
}

void avl_insert(struct vm_area_struct **root, struct vm_area_struct *vma)
{
	struct vm_area_struct **path[AVL_MAX_HEIGHT], **link = root;
	int n = 0;

	while (*link) {
		struct vm_area_struct *node = *link;

		BUG_ON(n == AVL_MAX_HEIGHT);
		path[n++] = link;
		link = vma->vm_start < node->vm_start ? &node->vm_avl_left : &node->vm_avl_right;
	}
	vma->vm_avl_left = NULL;
	vma->vm_avl_right = NULL;
	vma->vm_avl_height = 1;
	*link = vma;
	rebalance(path, n);
}

void avl_remove(struct vm_area_struct **root, struct vm_area_struct *vma)
{
	struct vm_area_struct **path[AVL_MAX_HEIGHT], **link = root;
	int n = 0;

	while (*link != vma) {
		struct vm_area_struct *node = *link;

		BUG_ON(!node || n == AVL_MAX_HEIGHT - 1);
		path[n++] = link;
		link = vma->vm_start < node->vm_start ? &node->vm_avl_left : &node->vm_avl_right;
	}
	if (!vma->vm_avl_left) {
		*link = vma->vm_avl_right;
	} else {
		/* The area just before it takes its place. */
		struct vm_area_struct **child = &vma->vm_avl_left, *heir;
		int at = n;

		path[n++] = link;
		while ((*child)->vm_avl_right) {
			BUG_ON(n == AVL_MAX_HEIGHT);
			path[n++] = child;
			child = &(*child)->vm_avl_right;
		}
		heir = *child;
		*child = heir->vm_avl_left;
		heir->vm_avl_left = vma->vm_avl_left;
		heir->vm_avl_right = vma->vm_avl_right;
		heir->vm_avl_height = vma->vm_avl_height;
		*link = heir;
		if (n > at + 1)
			path[at + 1] = &heir->vm_avl_left; /* was the link inside @vma */
	}
	vma->vm_avl_left = NULL;
	vma->vm_avl_right = NULL;
	vma->vm_avl_height = 0;
	rebalance(path, n);
}

/* In-order walk beside the list; returns the height, or -1 when something is wrong. */
static int check_node(const struct vm_area_struct *node, const struct vm_area_struct **list,
		      int depth)
{
	int left, right, lean;

	if (!node)
		return 0;
	if (depth > AVL_MAX_HEIGHT)
		return -1;
	left = check_node(node->vm_avl_left, list, depth + 1);
	if (left < 0 || *list != node)
		return -1;
	*list = node->vm_next;
	right = check_node(node->vm_avl_right, list, depth + 1);
	lean = left - right;
	if (right < 0 || lean > 1 || lean < -1 || node->vm_avl_height != max(left, right) + 1)
		return -1;
	return node->vm_avl_height;
}

bool avl_check(const struct vm_area_struct *root, const struct vm_area_struct *list)
{
	return check_node(root, &list, 0) >= 0 && !list;
}
