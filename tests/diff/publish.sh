#!/bin/bash
# tests/diff/publish.sh A B CPUS - run every workload under two designs and write docs/diff/: for `make diff-docs`.
#
# For each workload W: W.txt (what make diff prints), W-timeline.svg, W-classes.svg, W-order-A.svg,
# W-order-B.svg; and pages.md, which shows them in turn. Also the deadlock of the tour as a picture, and,
# where a browser is installed, how the page looks. (Throughput by CPUs is docs/scaling.md's.)
# docs/diff/README.md, which explains it all, is written by hand. WORKLOAD="w ..." makes these only, and
# leaves pages.md alone; REUSE=yes runs no workload and draws those again that are in the
# build directory. Status 0 = all there, 1 = a run did not end as it should, 2 = could not run.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
a=$1 b=$2 cpus=$3
command=publish
. tests/diff/names.sh
check_design "$a"
check_design "$b"
check_cpus "$cpus"
docs=docs/diff
workloads=${WORKLOAD:-$(known_workloads)}
for w in $workloads; do check_workload "$w"; done
mkdir -p "$docs" || refuse "cannot make $docs"
status=0

# What a page says about the workload, from its own table.
help_of() {
	awk -v want="\t.name = \"$1\"," 'index($0, want) == 1 { on = 1 }
		on && /^\t\.help = / { sub(/^[^"]*"/, ""); sub(/",.*/, ""); print; exit }' tests/programs/workload_*.c
}

# The pictures of runs that are there already, for REUSE=yes.
draw_again() { # DIR
	local words=() f
	for f in a b; do
		words+=(--result "$1/$f/result")
		[ -s "$1/$f/untraced" ] && words+=(--untraced "$1/$f/untraced")
	done
	"$build/report" "$1/a/trace" "$1/b/trace" -o "$1/report.html" "${words[@]}" --figures "$1/figures"
}

one_workload() { # W
	local w=$1 dir=$build/diff/$a-$b-$1 n
	echo "publish: $w ..." >&2
	if [ "${REUSE:-no}" = yes ]; then
		[ -s "$dir/diff.txt" ] && draw_again "$dir"
	else
		FIGURES=$dir/figures tests/diff/diff.sh "$a" "$b" "$w" "$cpus" > "$dir.log" 2>&1
	fi || {
		status=1
		echo "publish: $w: $(grep -as . "$dir.log" | tail -n 1 | cut -c1-160)" >&2
	}
	[ -f "$dir/report.html" ] || return
	cp "$dir/diff.txt" "$docs/$w.txt"
	for n in timeline classes order-A order-B; do cp "$dir/figures/$n.svg" "$docs/$w-$n.svg"; done
}

page_of() { # W
	local w=$1 dir=$build/diff/$a-$b-$1 which
	printf '\n## %s: %s\n\n' "$w" "$(help_of "$w")"
	if [ ! -f "$dir/report.html" ]; then
		printf 'This run did not end as it should: %s\n' "$(grep -a . "$dir.log" | tail -n 1 | cut -c1-160)"
		return
	fi
	for which in a b; do
		awk -v design="$([ $which = a ] && echo "$a" || echo "$b")" '{
			for (i = 1; i <= NF; i++) if (split($i, p, "=") == 2) v[p[1]] = p[2]
			printf "- %s: %d %s in %d ticks\n", design, v["ops"], v["unit"], v["ticks"] }' \
			"$dir/$which/$([ -s "$dir/$which/untraced" ] && echo untraced || echo result)"
	done
	cat <<-END

	![timeline]($w-timeline.svg)

	![time held and waited for]($w-classes.svg)

	<details><summary>The order of locks</summary>

	$a:

	![order of locks, $a]($w-order-A.svg)

	$b:

	![order of locks, $b]($w-order-B.svg)

	</details>

	Numbers and lock sequences: [$w.txt]($w.txt)
	END
}

deadlock() {
	local dir=$build/replay/swapout-deadlock-vmlist-held n
	FIGURES=$dir/figures tests/diff/replay-report.sh swapout-deadlock vmlist-held "" cpus=2 quantum=5 \
		> "$dir.log" 2>&1 || { status=1; tail -n 1 "$dir.log" >&2; return; }
	for n in circle-A timeline order-A; do
		cp "$dir/figures/$n.svg" "$docs/swapout-deadlock-${n%-A}.svg" || status=1
	done
}

# The top of one page, light and dark, as a browser shows it.
browser_pictures() {
	local browser page profile
	browser=$(command -v chromium || command -v google-chrome) || return
	page=$PWD/$build/diff/$a-$b-touch/report.html
	[ -f "$page" ] || return
	profile=$(mktemp -d)
	for scheme in 1:light 0:dark; do
		timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
			--blink-settings=preferredColorScheme=${scheme%%:*} --virtual-time-budget=4000 \
			--window-size=1100,1000 --screenshot="$docs/page-${scheme#*:}.png" "file://$page" > /dev/null 2>&1
	done
	rm -rf "$profile"
}

for w in $workloads; do one_workload "$w"; done
if [ -z "${WORKLOAD:-}" ]; then
	{
		echo "# The workloads, one by one"
		echo
		echo "$a beside $b on $cpus CPUs, made by \`make diff-docs A=$a B=$b CPUS=$cpus\`. How to read the pictures:"
		echo "[README.md](README.md)."
		for w in $workloads; do page_of "$w"; done
	} > "$docs/pages.md"
	deadlock
	browser_pictures
fi
for f in "$docs"/*; do
	[ "$(stat -c %s "$f")" -le 307200 ] || { echo "publish: $f has more than 300 KB" >&2; status=1; }
done
echo "publish: $docs/ has $(du -sk "$docs" | cut -f1) KB"
exit $status
