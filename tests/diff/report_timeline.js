/*
 * tests/diff/report_timeline.js - the timeline: rows of spans for both runs on one scale of time.
 *
 * The page holds, for each run, the names (tasks, locks, functions) and three streams of numbers
 * (spans, stays on a CPU, operations), each a base64 text of little groups of seven bits. Here they
 * become rows (CPUs, locks, tasks), and rows become pixels. Spans narrower than a pixel are added up, and
 * the pixel is as dark as the share of its time that they cover: no picture shows more waiting than was.
 *
 * Keys, with the picture in focus: arrows move, + and - zoom, Home shows all, [ and ] step from
 * span to span in the row that up and down choose.
 */
"use strict";

const WAIT = 1, SHARED = 2, OPEN = 4, STUCK = 8;

/* --- reading the streams --------------------------------------------------------------------- */

function numbers(text) {
	const raw = atob(text), out = [];
	let value = 0, scale = 1;
	for (let i = 0; i < raw.length; i++) {
		const byte = raw.charCodeAt(i);
		value += (byte & 127) * scale;
		if (byte & 128) { scale *= 128; continue; }
		out.push(value);
		value = 0;
		scale = 1;
	}
	return out;
}

/* Records of @fields; the first field of each is the distance from the start of the one before. */
function records(text, fields) {
	const all = numbers(text), out = [];
	let start = 0;
	for (let i = 0; i + fields.length <= all.length; i += fields.length) {
		const r = {};
		fields.forEach((name, k) => { r[name] = all[i + k]; });
		start += r.start;
		r.start = start;
		r.end = start + r.length;
		out.push(r);
	}
	return out;
}

function readRun(run) {
	run.spans = records(run.spans, ["start", "length", "lock", "task", "fn", "cpu", "flags"]);
	run.stays = records(run.stays, ["start", "length", "cpu", "task"]);
	run.ops = records(run.ops, ["start", "length", "task", "op"]);
	return run;
}

/* --- rows ------------------------------------------------------------------------------------ */

/* How deep each hold is nested among the holds of its task: the lane in which it is drawn. */
function giveDepths(run) {
	const open = run.tasks.map(() => []);
	for (const s of run.spans) {
		const mine = open[s.task];
		for (let i = mine.length; i-- > 0;)
			if (mine[i] && mine[i].end <= s.start)
				mine[i] = null;
		while (mine.length && !mine[mine.length - 1])
			mine.pop();
		s.depth = mine.length;
		if (!(s.flags & WAIT))
			mine.push(s);
	}
}

/* What of the spans of a task happened while it ran, cut at its stays on CPUs. */
function piecesOnCpus(run) {
	const byTask = run.tasks.map(() => []), next = run.tasks.map(() => 0), open = run.tasks.map(() => []);
	const pieces = Array.from({ length: run.cpus }, () => []);
	for (const s of run.spans)
		byTask[s.task].push(s);
	for (const stay of run.stays) {
		const mine = byTask[stay.task];
		while (next[stay.task] < mine.length && mine[next[stay.task]].start < stay.end)
			open[stay.task].push(mine[next[stay.task]++]);
		open[stay.task] = open[stay.task].filter((s) => s.end > stay.start);
		for (const s of open[stay.task])
			pieces[stay.cpu].push(Object.assign({}, s, {
				start: Math.max(s.start, stay.start), end: Math.min(s.end, stay.end), whole: s }));
	}
	return pieces;
}

function rowsOf(run, view, all) {
	const rows = [], add = (kind, name, spans, stays) => {
		rows.push({ run, kind, name, spans, stays, height: kind === "lock" ? 20 : 38 });
	};
	if (view.includes("cpu")) {
		const pieces = piecesOnCpus(run);
		for (let c = 0; c < run.cpus; c++)
			add("cpu", "CPU " + c, pieces[c], run.stays.filter((s) => s.cpu === c));
	}
	if (view.includes("task"))
		run.tasks.forEach((t, i) => {
			const spans = run.spans.filter((s) => s.task === i);
			if (spans.length && (all || !t.quiet))
				add("task", t.name, spans, run.stays.filter((s) => s.task === i));
		});
	if (view.includes("lock")) {
		const by = run.locks.map((l, i) => ({ l, i, spans: [], sum: 0 }));
		for (const s of run.spans) {
			by[s.lock].spans.push(s);
			by[s.lock].sum += s.length * (s.flags & WAIT ? 4 : 1);
		}
		const used = by.filter((b) => b.spans.length && (all || !b.l.quiet)).sort((a, b) => b.sum - a.sum || a.i - b.i);
		for (const b of used.slice(0, all ? 60 : 10))
			add("lock", b.l.name, b.spans, null);
	}
	return rows;
}

/* --- drawing --------------------------------------------------------------------------------- */

class Timeline {
	constructor(box, data) {
		this.box = box;
		this.data = data;
		this.canvas = box.querySelector("canvas");
		this.status = box.querySelector(".status");
		this.view = data.runs.some((r) => r.cycle.length) ? "task lock" : "cpu lock";
		this.all = false;
		this.full = Math.max(1, ...data.runs.map((r) => r.ticks));
		this.home();
		this.chosen = null;
		this.row = 0;
		data.runs.forEach(giveDepths);
		this.build();
		this.listen();
	}

	/* The whole of both runs; or, after a deadlock, the last stretch in which it came about. */
	home() {
		this.from = 0;
		this.to = this.full;
		const stuck = this.data.runs.find((r) => r.cycle.length);
		if (stuck) {
			const first = Math.min(...stuck.cycle.map((c) => stuck.spans[c[1]].start));
			const room = Math.max(10, (stuck.ticks - first) * .3);
			this.from = Math.max(0, first - room);
			this.to = stuck.ticks + room * .4;
		}
	}

	build() {
		this.rows = [];
		let y = 22;
		this.data.runs.forEach((run) => {
			this.rows.push({ kind: "head", run, y, height: 24 });
			y += 24;
			for (const row of rowsOf(run, this.view, this.all)) {
				row.y = y;
				y += row.height + 2;
				this.rows.push(row);
			}
			y += 8;
		});
		this.height = y;
		this.row = Math.min(this.row, this.rows.length - 1);
		this.draw();
	}

	colours() {
		const style = getComputedStyle(document.documentElement), c = {};
		for (const n of ["paper", "panel", "line", "ink", "soft", "hold", "shared", "wait", "stripe", "stuck", "run"])
			c[n] = style.getPropertyValue("--" + n).trim();
		const tile = document.createElement("canvas").getContext("2d");
		tile.canvas.width = tile.canvas.height = 6;
		tile.fillStyle = c.wait;
		tile.fillRect(0, 0, 6, 6);
		tile.strokeStyle = c.stripe;
		tile.lineWidth = 1.4;
		for (const d of [-6, 0, 6]) {
			tile.beginPath();
			tile.moveTo(d - 1, 7);
			tile.lineTo(d + 7, -1);
			tile.stroke();
		}
		c.striped = this.pen.createPattern(tile.canvas, "repeat");
		return c;
	}

	x(t) { return this.gutter + (t - this.from) / (this.to - this.from) * (this.width - this.gutter); }
	time(x) { return this.from + (x - this.gutter) / (this.width - this.gutter) * (this.to - this.from); }

	draw() {
		const scale = window.devicePixelRatio || 1;
		this.width = this.canvas.clientWidth || 800;
		this.gutter = this.width < 600 ? 92 : 168;
		this.canvas.style.height = this.height + "px";
		this.canvas.width = Math.round(this.width * scale);
		this.canvas.height = Math.round(this.height * scale);
		this.pen = this.canvas.getContext("2d");
		this.pen.scale(scale, scale);
		this.c = this.colours();
		this.pen.fillStyle = this.c.paper;
		this.pen.fillRect(0, 0, this.width, this.height);
		this.drawScale();
		for (const row of this.rows)
			this.drawRow(row);
		this.data.runs.forEach((run) => this.drawCycle(run));
		if (this.chosen)
			this.outline(this.chosen.row, this.chosen.span, this.c.ink);
	}

	drawScale() {
		const p = this.pen, c = this.c, room = this.width - this.gutter;
		let step = 1;
		while ((this.to - this.from) / step * 74 > room)
			step *= String(step)[0] === "2" ? 2.5 : 2;
		p.font = "11px system-ui, sans-serif";
		p.textBaseline = "middle";
		p.strokeStyle = c.line;
		p.lineWidth = 1;
		for (let t = Math.ceil(this.from / step) * step; t <= this.to; t += step) {
			const x = Math.round(this.x(t)) + .5;
			p.beginPath();
			p.moveTo(x, 16);
			p.lineTo(x, this.height);
			p.stroke();
			p.fillStyle = c.soft;
			if (x + 3 + p.measureText(count(t)).width < this.width)
				p.fillText(count(t), x + 3, 9);
		}
		p.fillStyle = c.soft;
		p.fillText(this.width < 600 ? "ticks" : "ticks since the start", 6, 9);
	}

	label(text, y, strong) {
		const p = this.pen;
		p.font = (strong ? "600 12px" : "12px") + " system-ui, sans-serif";
		p.fillStyle = strong ? this.c.ink : this.c.soft;
		while (text.length > 4 && p.measureText(text).width > this.gutter - 12)
			text = text.replace(/.\u2026?$/, "") + "\u2026";
		p.fillText(text, 6, y);
	}

	drawRow(row) {
		const p = this.pen, c = this.c;
		p.textBaseline = "middle";
		if (row.kind === "head") {
			p.fillStyle = c.panel;
			p.fillRect(0, row.y, this.width, row.height - 2);
			p.font = "700 13px system-ui, sans-serif";
			p.fillStyle = c.ink;
			p.fillText((this.data.runs.length > 1 ? row.run.letter + "  " : "") + row.run.design + "  \u2014  " + count(row.run.ticks) + " ticks" +
				(row.run.cycle.length ? ", then a deadlock" : ""), 6, row.y + 11);
			return;
		}
		this.label(row.name, row.y + row.height / 2, this.rows[this.row] === row);
		p.save();
		p.beginPath();
		p.rect(this.gutter, row.y - 1, this.width - this.gutter, row.height + 2);
		p.clip();
		p.fillStyle = c.panel;
		p.fillRect(this.gutter, row.y, this.x(row.run.ticks) - this.gutter, row.height);
		if (row.stays)
			this.drawStays(row);
		this.drawSpans(row);
		p.fillStyle = c.soft; /* here the run ended */
		p.fillRect(this.x(row.run.ticks), row.y - 1, 1, row.height + 2);
		p.restore();
	}

	drawStays(row) {
		const p = this.pen, c = this.c;
		p.fillStyle = c.run;
		this.bars(row.stays, (s) => [row.y, 11], c.run);
		p.font = "10px system-ui, sans-serif";
		p.fillStyle = c.ink;
		for (const s of row.stays) {
			const a = Math.max(this.x(s.start), this.gutter), w = this.x(s.end) - a;
			const text = row.kind === "cpu" ? row.run.tasks[s.task].name : "CPU " + s.cpu;
			if (w > 30 && p.measureText(text).width < w - 6)
				p.fillText(text, a + 3, row.y + 6);
		}
	}

	/* Where in its row a span is drawn. */
	place(row, s) {
		if (row.kind !== "lock")
			return [row.y + 12 + Math.min(s.depth, 4) * 5, 5];
		return s.flags & WAIT ? [row.y + 13, 7] : [row.y, 12];
	}

	drawSpans(row) {
		const c = this.c, kinds = [[0, c.hold], [SHARED, c.shared], [WAIT, c.striped]];
		for (const [kind, fill] of kinds) {
			const spans = row.spans.filter((s) => (s.flags & WAIT ? WAIT : s.flags & SHARED) === kind);
			this.bars(spans, (s) => this.place(row, s), fill, kind === WAIT ? c.wait : fill);
		}
	}

	/* Bars; those narrower than a pixel are added up. */
	bars(spans, place, fill, thin) {
		const p = this.pen, sums = new Map();
		p.fillStyle = fill;
		for (const s of spans) {
			if (s.end < this.from || s.start > this.to)
				continue;
			const a = Math.max(this.x(s.start), this.gutter), w = Math.min(this.x(s.end), this.width) - a;
			const [y, h] = place(s);
			if (w >= 1.5) {
				p.fillRect(a, y, w, h - (h > 6 ? 0 : .5));
			} else {
				const key = Math.floor(a) * 4096 + y;
				const cell = sums.get(key) || [Math.floor(a), y, h, 0];
				cell[3] += Math.max(w, 0);
				sums.set(key, cell);
			}
		}
		p.fillStyle = thin || fill;
		for (const [x, y, h, share] of sums.values()) {
			p.globalAlpha = Math.min(1, .22 + share * .78);
			p.fillRect(x, y, 1, h);
		}
		p.globalAlpha = 1;
	}

	outline(row, s, colour) {
		const p = this.pen, [y, h] = this.place(row, s);
		const a = Math.max(this.x(s.start), this.gutter), b = Math.min(this.x(s.end), this.width - 1);
		if (b < this.gutter || a > this.width)
			return null;
		p.strokeStyle = colour;
		p.lineWidth = 2;
		p.strokeRect(a - 1, y - 1, Math.max(3, b - a) + 2, h + 2);
		return [a, b, y + h / 2];
	}

	/* The circle of waits: each wait and the hold it waits for, framed, and an arrow between them. */
	drawCycle(run) {
		const p = this.pen, kind = this.view.includes("task") ? "task" : "lock";
		run.cycle.forEach(([waiting, holding], n) => {
			const w = run.spans[waiting], h = run.spans[holding];
			for (const row of this.rows)
				if (row.run === run && row.kind !== "cpu" && row.spans)
					for (const s of [w, h])
						if (row.spans.includes(s))
							this.outline(row, s, this.c.stuck);
			const from = this.rows.find((r) => r.run === run && r.kind === kind && r.spans.includes(w));
			const to = this.rows.find((r) => r.run === run && r.kind === kind && r.spans.includes(h));
			if (!from || !to || this.x(run.ticks) < this.gutter)
				return;
			const x0 = Math.min(this.x(run.ticks), this.width - 60) - 8 - n * 14;
			const y0 = this.place(from, w)[0] + 3, y1 = this.place(to, h)[0] + 2, d = Math.sign(y1 - y0) || 1;
			p.strokeStyle = p.fillStyle = this.c.stuck;
			p.lineWidth = 2;
			p.beginPath();
			p.moveTo(x0, y0);
			p.lineTo(x0, y1 - d * 5);
			p.stroke();
			p.beginPath();
			p.moveTo(x0 - 5, y1 - d * 7);
			p.lineTo(x0 + 5, y1 - d * 7);
			p.lineTo(x0, y1);
			p.fill();
		});
	}

	/* --- what the reader does ------------------------------------------------------------ */

	listen() {
		const c = this.canvas, tip = document.getElementById("tip");
		let drag = null;
		c.addEventListener("pointerdown", (e) => { drag = { x: e.offsetX, from: this.from, to: this.to, moved: false }; });
		window.addEventListener("pointerup", () => { drag = null; });
		c.addEventListener("pointermove", (e) => {
			if (drag) {
				const shift = (drag.x - e.offsetX) / (this.width - this.gutter) * (drag.to - drag.from);
				drag.moved = drag.moved || Math.abs(drag.x - e.offsetX) > 3;
				this.show(drag.from + shift, drag.to + shift);
				return;
			}
			const hit = this.find(e.offsetX, e.offsetY);
			tip.style.display = hit ? "block" : "none";
			if (hit) {
				tip.textContent = this.tell(hit);
				tip.style.left = Math.max(4, Math.min(e.clientX + 14, window.innerWidth - 350)) + "px";
				tip.style.top = Math.min(e.clientY + 16, window.innerHeight - 110) + "px";
			}
		});
		c.addEventListener("pointerleave", () => { tip.style.display = "none"; });
		c.addEventListener("click", (e) => {
			const hit = this.find(e.offsetX, e.offsetY);
			if (hit)
				this.choose(hit.row, hit.span);
		});
		c.addEventListener("dblclick", (e) => this.zoom(.4, this.time(e.offsetX)));
		c.addEventListener("wheel", (e) => {
			if (e.ctrlKey || e.metaKey || e.shiftKey) {
				e.preventDefault();
				this.zoom((e.deltaY || e.deltaX) > 0 ? 1.25 : .8, this.time(e.offsetX));
			}
		}, { passive: false });
		c.addEventListener("keydown", (e) => this.key(e));
		this.box.querySelectorAll("[data-do]").forEach((b) => b.addEventListener("click", () => this.act(b.dataset.do)));
		this.box.querySelector("#view").value = this.view;
		this.box.querySelector("#view").addEventListener("change", (e) => { this.view = e.target.value; this.build(); });
		this.box.querySelector("#all").addEventListener("change", (e) => { this.all = e.target.checked; this.build(); });
		new ResizeObserver(() => { if (this.canvas.clientWidth !== this.width) this.draw(); }).observe(c);
	}

	act(what) {
		const span = this.to - this.from;
		({
			in: () => this.zoom(.5), out: () => this.zoom(2),
			left: () => this.show(this.from - span / 4, this.to - span / 4),
			right: () => this.show(this.from + span / 4, this.to + span / 4),
			fit: () => this.show(0, this.full),
		})[what]();
	}

	key(e) {
		const acts = { ArrowLeft: "left", ArrowRight: "right", "+": "in", "=": "in", "-": "out", Home: "fit" };
		if (acts[e.key])
			this.act(acts[e.key]);
		else if (e.key === "ArrowUp" || e.key === "ArrowDown")
			this.moveRow(e.key === "ArrowUp" ? -1 : 1);
		else if (e.key === "]" || e.key === "[")
			this.step(e.key === "]" ? 1 : -1);
		else
			return;
		e.preventDefault();
	}

	moveRow(d) {
		let n = this.row;
		do
			n += d;
		while (this.rows[n] && this.rows[n].kind === "head");
		if (!this.rows[n])
			return;
		this.row = n;
		this.chosen = null;
		this.status.textContent = this.rows[n].run.letter + ", " + this.rows[n].name + ": " + count(this.rows[n].spans.length) + " spans; [ and ] step through them.";
		this.draw();
	}

	step(d) {
		const row = this.rows[this.row];
		if (!row || !row.spans || !row.spans.length)
			return;
		const at = this.chosen && this.chosen.row === row ? row.spans.indexOf(this.chosen.span) + d :
			Math.max(0, row.spans.findIndex((s) => s.start >= this.from));
		const s = row.spans[Math.max(0, Math.min(row.spans.length - 1, at))];
		if (s.start < this.from || s.end > this.to) {
			const half = Math.max((this.to - this.from) / 2, s.length);
			this.show(s.start - half, s.start + half);
		}
		this.choose(row, s);
	}

	choose(row, span) {
		this.chosen = { row, span };
		this.row = this.rows.indexOf(row);
		this.status.textContent = this.tell(this.chosen);
		this.draw();
	}

	zoom(by, around) {
		const middle = around === undefined ? (this.from + this.to) / 2 : around;
		this.show(middle - (middle - this.from) * by, middle + (this.to - middle) * by);
	}

	show(from, to) {
		const length = Math.min(Math.max(to - from, 20), this.full * 1.05);
		this.from = Math.max(-.02 * this.full, Math.min(from, this.full * 1.05 - length));
		this.to = this.from + length;
		this.draw();
	}

	find(x, y) {
		const row = this.rows.find((r) => y >= r.y && y < r.y + r.height && r.kind !== "head");
		if (!row || x < this.gutter)
			return null;
		const t = this.time(x), slack = (this.to - this.from) / this.width * 2;
		let best = null;
		for (const span of row.spans) {
			const [sy, h] = this.place(row, span);
			if (t >= span.start - slack && t <= span.end + slack && y >= sy - 1 && y <= sy + h + 1 &&
			    (!best || span.length < best.length))
				best = span;
		}
		if (best)
			return { row, span: best };
		const stay = (row.stays || []).find((s) => t >= s.start && t <= s.end && y < row.y + 12);
		return stay ? { row, stay } : null;
	}

	tell(hit) {
		const run = hit.row.run, s = hit.stay || hit.span.whole || hit.span;
		const when = "from tick " + count(s.start) + ", " + count(s.length) + " ticks" + this.clock(s.length);
		if (hit.stay)
			return run.tasks[s.task].name + " runs on CPU " + s.cpu + "\n" + when;
		const what = s.flags & WAIT ? " waited for by " :
			s.flags & SHARED ? " held, shared, by " : " held by ";
		return run.locks[s.lock].name + what + run.tasks[s.task].name + (s.flags & WAIT && s.flags & SHARED ? " (to share it)" : "") +
			"\nin " + run.functions[s.fn] + " on CPU " + s.cpu + this.operation(run, s) + "\n" + when +
			(s.flags & OPEN ? (s.flags & STUCK ? "\nnever ends: part of the deadlock" : "\n(not over when the recording ended)") : "");
	}

	clock(ticks) {
		const us = ticks / this.data.ticksPerSecond * 1e6;
		return this.data.ticksPerSecond ? us >= 1000 ? " (" + (us / 1000).toFixed(1) + " ms)" : " (" + us.toFixed(us < 10 ? 1 : 0) + " \u00b5s)" : "";
	}

	operation(run, s) {
		const op = run.ops.filter((o) => o.task === s.task && o.start <= s.start && o.end >= s.start).pop();
		return op ? ", during " + run.opNames[op.op] : "";
	}
}

function count(n) {
	return Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");
}
