#!/bin/sh
# tests/unit/fuzz/ext2_images.sh DIR - the file systems that fuzz_ext2 damages: small, with one of everything.
# a.img: 1 KB blocks, two groups, names with types; b.img: revision 0, 1 KB blocks; c.img: 4 KB blocks; each 512 KB.
set -eu
out=$1
PATH=$PATH:/sbin:/usr/sbin
mkdir -p "$out"
root=$out/root
rm -rf "$root"
mkdir -p "$root/dir/deep/deeper" "$root/many" "$root/empty"
printf 'hello\n' > "$root/small"
ln "$root/small" "$root/dir/second-name"
ln -s small "$root/link"
ln -s "$(printf 'x%.0s' $(seq 1 90))" "$root/long-link"
head -c 40000 /dev/zero | tr '\0' 'i' > "$root/indirect"
truncate -s 400000 "$root/sparse" # one block in the middle of holes, behind two indirect blocks
printf 'far' | dd of="$root/sparse" bs=1 seek=330000 conv=notrunc status=none
for i in $(seq 1 60); do : > "$root/many/a-rather-long-file-name-$i"; done
find "$root" -exec touch -h -d '1999-12-01 00:00:00Z' {} +
image()
{
	rm -f "$out/$1.img"
	E2FSPROGS_FAKE_TIME=944006400 mke2fs -q -F -t ext2 -U 00000000-0000-4000-8000-000000000001 -E hash_seed=00000000-0000-4000-8000-000000000002 \
		-m 0 -N 128 -d "$root" $2 "$out/$1.img" 512k > /dev/null 2>&1
}
image a '-b 1024 -g 256 -I 128 -O none,filetype,sparse_super'
image b '-b 1024 -r 0'
image c '-b 4096 -I 128 -O none,filetype'
rm -rf "$root"
