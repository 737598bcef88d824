#!/bin/sh
# tests/programs/libc/build-newlib.sh DIR TARBALL CC AR RANLIB ABI_H - build newlib's C library into DIR/lib
# and DIR/include, from the tar ball of Debian's package newlib-source. About a minute on two CPUs.
#
# Called by tests/programs/newlib.mk. Two makes at once wait for each other; the second finds the work done.
# The result belongs to no kernel build: every BUILD directory uses the same.
set -eu
dir=$1 tarball=$2 cc=$3 ar=$4 ranlib=$5 abi=$(readlink -f "$6")
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
exec 9> "$dir/lock"
flock 9
sum=$(cat "$tarball" "$abi" "$0" | cksum)
[ -f "$dir/lib/libc.a" ] && [ "$(cat "$dir/made-from" 2> /dev/null)" = "$sum" ] && { touch "$dir/lib/libc.a"; exit 0; }

rm -rf "$dir/src" "$dir/obj" "$dir/out" "$dir/lib" "$dir/include"
mkdir -p "$dir/src" "$dir/obj"
tar -xJf "$tarball" -C "$dir/src" --strip-components=1
# newlib/ by itself: the top level would want libgloss and a complete tool chain for the target.
# glibc's headers must not leak in, nor gcc's belief that the target is Linux.
flags="-O2 -march=i386 -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fcf-protection=none
	-fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -mno-sse -mno-mmx -U__linux__
	-nostdinc -isystem $("$cc" -print-file-name=include) -include $abi -w"
flags=$(echo $flags)
cd "$dir/obj"
"$dir/src/newlib/configure" --host=i686-elf --build="$(gcc -dumpmachine 2> /dev/null || echo x86_64-linux-gnu)" \
	--prefix="$dir/out" CC="$cc -m32" AR="$ar" RANLIB="$ranlib" CFLAGS="$flags" CCASFLAGS="$flags" \
	--disable-newlib-supplied-syscalls --disable-multilib --disable-nls --disable-shared \
	--enable-newlib-io-long-long > configure.log 2>&1 || { tail -n 5 configure.log; exit 1; }
make -j"$(nproc)" CFLAGS="$flags" > make.log 2>&1 || { tail -n 20 make.log; exit 1; }
make install CFLAGS="$flags" > install.log 2>&1 || { tail -n 5 install.log; exit 1; }
mv "$dir/out/i686-elf/include" "$dir/include"
mv "$dir/out/i686-elf/lib" "$dir/lib"
rm -rf "$dir/src" "$dir/obj" "$dir/out"
echo "$sum" > "$dir/made-from"
touch "$dir/lib/libc.a"
