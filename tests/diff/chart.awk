# tests/diff/chart.awk - one workload's chart, as a self-contained SVG, from published.tsv and results.tsv.
#
#   awk -v workload=touch -f chart.awk published.tsv results.tsv > touch.svg
# Left: throughput against CPUs. Right: speed-up against the same design's one CPU, with the straight line of
# what would be ideal and, dashed, what others published. No network, no script; the colours follow the reader's
# light or dark setting, and each design has a mark of its own, for who cannot tell colours apart.
BEGIN {
	FS = "\t"
	W = 300; H = 260; TOP = 64; LEFT = 62; GAP = 190 # a panel; the room to its right holds the names
	# designs that have always looked the same, then others in turn
	colour["linux-2.3.23"] = 1; colour["linux-2.3.30"] = 2; colour["linux-2.4.3"] = 3; colour["linux-6.12"] = 4
	next_colour = 5
}

/^#/ { next }
$1 != workload { next }
FILENAME ~ /published/ {
	if (!($2 in is_pub)) { is_pub[$2] = ++np; pub[np] = $2 }
	pn = ++pub_n[$2]
	pub_x[$2, pn] = $3; pub_y[$2, pn] = $4
	next
}
{
	if (!($2 in is_design)) { is_design[$2] = 1; ds[++nd] = $2 }
	if (!($2 in colour)) { colour[$2] = next_colour; next_colour = next_colour % 6 + 1 }
	if ($3 + 0 > max_c)
		max_c = $3 + 0
	if ($4 != "ok") { stopped[$2] = stopped[$2] (stopped[$2] ? ", " : "") $3; next }
	unit = $5
	n = ++points[$2]
	x[$2, n] = $3; y[$2, n] = $6 * 1000000 / $7
	if ($3 == 1)
		one[$2] = y[$2, n]
	if (y[$2, n] > max_y)
		max_y = y[$2, n]
	if ($14 > 0)
		cost = $14
}

# A round number at or above @v, and the step of its scale.
function round_up(v,    step) {
	step = 1
	while (step * 10 <= v)
		step *= 10
	if (v / step <= 2)
		step /= 4
	else if (v / step <= 5)
		step /= 2
	scale_step = step
	return int(v / step + 0.999) * step
}

function px(v) { return panel_x + (max_c > 1 ? (v - 1) / (max_c - 1) : 0.5) * W }
function py(v) { return TOP + H - v / top * H }

function text(tx, ty, class, anchor, s) {
	gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s)
	printf "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">%s</text>\n", tx, ty, class, anchor, s
}

function mark(mx, my, k) {
	if (k % 4 == 1)
		printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\" class=\"m c%d\"/>\n", mx - 4, my - 4, k
	else if (k % 4 == 2)
		printf "<path d=\"M%.1f %.1fl5 9h-10z\" class=\"m c%d\"/>\n", mx, my - 6, k
	else if (k % 4 == 3)
		printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" class=\"m c%d\"/>\n", mx, my, k
	else
		printf "<path d=\"M%.1f %.1fl6 6l-6 6l-6-6z\" class=\"m c%d\"/>\n", mx, my - 6, k
}

function axes(title,    v, c) {
	text(panel_x, TOP - 14, "h", "start", title)
	for (v = 0; v <= top + scale_step / 2; v += scale_step) {
		printf "<path d=\"M%.1f %.1fh%d\" class=\"%s\"/>\n", panel_x, py(v), W, v ? "grid" : "axis"
		text(panel_x - 8, py(v) + 4, "t", "end", v < 10 && scale_step < 1 ? sprintf("%.2g", v) : sprintf("%d", v))
	}
	for (c = 1; c <= max_c; c++)
		if (c == 1 || c % 2 == 0)
			text(px(c), TOP + H + 20, "t", "middle", c)
	text(panel_x + W / 2, TOP + H + 40, "t", "middle", "CPUs")
}

# Names at the ends of the lines, pushed apart where they would lie on each other.
function label(lx, ly, class, s) { nl++; lab_x[nl] = lx; lab_y[nl] = ly; lab_c[nl] = class; lab_s[nl] = s }
function labels(    i, j, t) {
	for (i = 2; i <= nl; i++)
		for (j = i; j > 1 && lab_y[j - 1] > lab_y[j]; j--) {
			t = lab_x[j]; lab_x[j] = lab_x[j - 1]; lab_x[j - 1] = t
			t = lab_y[j]; lab_y[j] = lab_y[j - 1]; lab_y[j - 1] = t
			t = lab_c[j]; lab_c[j] = lab_c[j - 1]; lab_c[j - 1] = t
			t = lab_s[j]; lab_s[j] = lab_s[j - 1]; lab_s[j - 1] = t
		}
	for (i = 2; i <= nl; i++)
		if (lab_y[i] < lab_y[i - 1] + 15)
			lab_y[i] = lab_y[i - 1] + 15
	for (i = nl; i >= 1; i--) { # and back up, if they ran out at the bottom
		if (i == nl && lab_y[i] > TOP + H + 4)
			lab_y[i] = TOP + H + 4
		if (i < nl && lab_y[i] > lab_y[i + 1] - 15)
			lab_y[i] = lab_y[i + 1] - 15
	}
	for (i = 1; i <= nl; i++)
		text(panel_x + W + 12, lab_y[i] + 4, lab_c[i], "start", lab_s[i])
	nl = 0
}

function line(d, by,    n, p) {
	if (!points[d])
		return
	for (n = 1; n <= points[d]; n++)
		p = p sprintf("%s%.1f %.1f", n == 1 ? "M" : "L", px(x[d, n]), py(y[d, n] / by))
	printf "<path d=\"%s\" class=\"l c%d\"/>\n", p, colour[d]
	for (n = 1; n <= points[d]; n++)
		mark(px(x[d, n]), py(y[d, n] / by), colour[d])
	n = points[d]
	label(px(x[d, n]), py(y[d, n] / by), "n f" colour[d],
	      d (by > 1 || by == one[d] ? sprintf("  %.2f", y[d, n] / by) : sprintf("  %.0f", y[d, n])))
}

function dashed(name, k,    n, p, at) {
	for (n = 1; n <= pub_n[name]; n++)
		if (pub_x[name, n] <= max_c) {
			p = p sprintf("%s%.1f %.1f", n == 1 ? "M" : "L", px(pub_x[name, n]), py(pub_y[name, n]))
			at = n
		}
	printf "<path d=\"%s\" class=\"l p d%d\"/>\n", p, k
	label(px(pub_x[name, at]), py(pub_y[name, at]), "n fp", name)
}

function style() {
	print "<style>"
	print "svg{--bg:#fff;--fg:#1c1c1c;--dim:#666;--grid:#e4e4e4;--c1:#b4480a;--c2:#b07c00;--c3:#0b63a5;--c4:#00795a;--c5:#8a3f86;--c6:#444}"
	print "@media(prefers-color-scheme:dark){svg{--bg:#16181b;--fg:#ececec;--dim:#a8a8a8;--grid:#33373c;--c1:#ff8a4c;--c2:#f2c14e;--c3:#6db7f2;--c4:#45d0a6;--c5:#e09ad9;--c6:#c8c8c8}}"
	print ".bg{fill:var(--bg)}text{font-family:sans-serif;font-size:12px;fill:var(--fg)}.t{fill:var(--dim)}.h{font-weight:bold}.title{font-size:15px;font-weight:bold}"
	print ".grid{stroke:var(--grid)}.axis{stroke:var(--dim)}.l{fill:none;stroke-width:2}.ideal{fill:none;stroke:var(--dim);stroke-dasharray:1 4}"
	print ".p{stroke:var(--dim);stroke-width:1.5}.d1{stroke-dasharray:7 4}.d2{stroke-dasharray:3 3}.d3{stroke-dasharray:10 3 2 3}.fp{fill:var(--dim)}"
	for (k = 1; k <= 6; k++)
		printf ".c%d{stroke:var(--c%d)}.m.c%d{fill:var(--c%d);stroke:var(--bg)}.f%d{fill:var(--c%d)}\n", k, k, k, k, k, k
	print "</style>"
}

END {
	width = LEFT + 2 * (W + GAP) + 30
	height = TOP + H + 62
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", width, height,
		workload ": throughput and speed-up against CPUs"
	style()
	printf "<rect class=\"bg\" width=\"%d\" height=\"%d\"/>\n", width, height
	text(LEFT - 40, 26, "title", "start", workload (cost ? " (a model is on: lockcost=" cost ")" : ""))
	if (!nd || !max_y) {
		text(LEFT, TOP, "t", "start", "no run ended")
		print "</svg>"
		exit
	}
	for (i = 1; i <= nd; i++)
		if (stopped[ds[i]])
			notes = notes (notes ? "; " : "") ds[i] " was stopped at " stopped[ds[i]] " CPU(s)"

	panel_x = LEFT
	top = round_up(max_y)
	axes(unit " per million ticks")
	for (i = 1; i <= nd; i++)
		line(ds[i], 1)
	labels()

	panel_x = LEFT + W + GAP
	top = max_c
	scale_step = max_c > 4 ? 2 : 1
	axes("speed-up against one CPU" (np ? " (dashed: published)" : ""))
	printf "<path d=\"M%.1f %.1fL%.1f %.1f\" class=\"ideal\"/>\n", px(1), py(1), px(max_c), py(max_c)
	for (i = 1; i <= np; i++)
		dashed(pub[i], i)
	for (i = 1; i <= nd; i++)
		if (one[ds[i]] > 0)
			line(ds[i], one[ds[i]])
	label(px(max_c), py(max_c), "n fp", "ideal")
	labels()
	if (notes)
		text(LEFT - 40, height - 8, "t", "start", notes)
	print "</svg>"
}
