#!/bin/sh
# arch-i386/root.sh IMAGE BLOCKSIZE SECTORS "DIRECTORIES" "LINKS" FILE... - make the root file system.
#
# FILE: path=source. LINK: path=target. In the environment: MKE2FS, DEBUGFS, ROOT_UUID,
# E2FSPROGS_FAKE_TIME. The same arguments and sources make the same bytes. Files under bin, bad and oracle get
# mode 755, others 644. Called by image.mk, and by the tests that want a small file system.
set -e
image=$1 block=$2 sectors=$3 dirs=$4 links=$5
shift 5
work=$image.files
rm -rf "$work" "$image.tmp"
mkdir -p "$work"
trap 'rm -rf "$work" "$image.tmp"' EXIT

# every directory above a path, itself included with a trailing slash
parents() {
	p=${1%/*}
	case $1 in */*) parents "$p"; printf '%s\n' "$p" ;; esac
}

for d in $dirs; do parents "$d/"; done > "$work/dirs"
for f in $links "$@"; do parents "${f%%=*}"; done >> "$work/dirs"
sort -u "$work/dirs" | sed 's/.*/mkdir \/&/' > "$work/script"
for f in "$@"; do
	path=${f%%=*} copy=$work/$(echo "${f%%=*}" | tr / @)
	cp "${f#*=}" "$copy"
	case $path in bin/* | bad/* | oracle/*) chmod 755 "$copy" ;; *) chmod 644 "$copy" ;; esac
	printf '%s %s\n' "$path" "$copy"
done | sort > "$work/list"
while read -r path copy; do
	case $path in */*) printf 'cd /%s\n' "${path%/*}" ;; *) echo 'cd /' ;; esac
	printf 'write %s %s\n' "$copy" "${path##*/}"
done < "$work/list" >> "$work/script"
for l in $links; do printf 'symlink /%s %s\n' "${l%%=*}" "${l#*=}"; done | sort >> "$work/script"

truncate -s $((sectors * 512)) "$image.tmp"
"$MKE2FS" -q -F -t ext2 -b "$block" -I 128 -m 0 -O none,filetype,sparse_super,large_file -U "$ROOT_UUID" \
	-E "hash_seed=$ROOT_UUID,lazy_itable_init=0,root_owner=0:0" -L root "$image.tmp" $((sectors * 512 / block)) \
	> "$work/out" 2>&1 || { cat "$work/out"; exit 1; }
"$DEBUGFS" -w -f "$work/script" "$image.tmp" > "$work/out" 2>&1
# debugfs goes on after an error and says so in its own words
if grep -v -E '^(debugfs( [0-9.]|:)|Allocated inode: )' "$work/out"; then
	echo "$0: $image could not be filled (is it too small? ROOT_MB=)"
	exit 1
fi
mv "$image.tmp" "$image"
