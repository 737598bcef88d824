#!/bin/bash
# tests/boot/run-all.sh [PATTERN ...] - run the boot tests, two at a time, and count.
#
# Runs tests/boot/t-*.sh (or those whose names match a PATTERN, in the order of the patterns, each once);
# JOBS=n runs n at a time. The first line of each tells how long it took. One that has not ended after
# LIMIT seconds (900; long-*: 3000) is killed with all that it started, and has failed: a test that hangs must
# not hide its name. Ends with "N passed, N failed"; status 0 = none failed.
set -u
cd "$(dirname "$0")/../.." || exit 2
export OUT=${OUT:-$(realpath -m "${BUILD:-build}")/boot-tests}
mkdir -p "$OUT"
list=()
for pattern in "${@:-t-*}"; do
	for test in tests/boot/$pattern.sh; do
		[ -f "$test" ] || { echo "run-all.sh: no test matches '$pattern'"; exit 2; }
		[[ " ${list[*]} " == *" $test "* ]] || list+=("$test")
	done
done
printf '%s\n' "${list[@]}" |
	xargs -P "${JOBS:-2}" -I{} bash -c 'SECONDS=0 name=$(basename {} .sh)
		result=$OUT/$name.result limit=900
		case $name in long-*) limit=3000 ;; esac
		timeout -k 10 "${LIMIT:-$limit}" bash {} >"$result" 2>&1 & # a process group of its own, which ^C does not reach
		trap "kill $!; wait; exit 255" INT TERM
		wait $!; s=$?
		[ $s != 124 ] || echo "FAIL $name: no end within ${LIMIT:-$limit} s; its logs: $OUT/$name" >>"$result"
		sed "1s/\$/ ($SECONDS s)/" "$result"; exit $((s ? 1 : 0))' | tee "$OUT/summary"
passed=$(grep -c '^ok ' "$OUT/summary")
failed=$((${#list[@]} - passed))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
