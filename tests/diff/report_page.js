/*
 * tests/diff/report_page.js - what the rest of the page can do: the theme switch, tables that sort,
 * the filter of the sequences; and the start of the timeline. Loaded after report_timeline.js.
 */
"use strict";

const themes = ["auto", "light", "dark"];

function remembered() {
	try {
		return themes.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto";
	} catch (e) {
		return "auto"; /* a page from a file may be refused its memory */
	}
}

function setTheme(theme) {
	const root = document.documentElement, button = document.getElementById("theme");
	if (theme === "auto")
		root.removeAttribute("data-theme");
	else
		root.dataset.theme = theme;
	button.textContent = "Theme: " + theme;
	button.dataset.theme = theme;
	try {
		localStorage.setItem("theme", theme);
	} catch (e) { /* then it holds for this visit */ }
}

/* Each head of a column becomes a button; the numbers of its cells stand in data-n. */
function makeSortable(table) {
	table.querySelectorAll("thead tr:last-child th").forEach((th, column) => {
		const button = document.createElement("button");
		button.type = "button";
		while (th.firstChild)
			button.appendChild(th.firstChild);
		th.appendChild(button);
		button.addEventListener("click", () => {
			const up = th.getAttribute("aria-sort") === "descending";
			table.querySelectorAll("th").forEach((h) => h.removeAttribute("aria-sort"));
			th.setAttribute("aria-sort", up ? "ascending" : "descending");
			const key = (row) => {
				const cell = row.cells[column];
				return cell.dataset.n !== undefined ? Number(cell.dataset.n) : cell.textContent;
			};
			const body = table.tBodies[0], rows = Array.from(body.rows);
			rows.sort((a, b) => {
				const x = key(a), y = key(b);
				const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
				return up ? order : -order;
			});
			rows.forEach((row) => body.appendChild(row));
		});
	});
}

function start() {
	const data = JSON.parse(document.getElementById("data").textContent);
	data.runs.forEach(readRun);
	const timeline = new Timeline(document.getElementById("timeline"), data);
	document.getElementById("theme").addEventListener("click", (e) => {
		setTheme(themes[(themes.indexOf(e.target.dataset.theme) + 1) % themes.length]);
		timeline.draw();
	});
	setTheme(remembered());
	timeline.draw();
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => timeline.draw());
	document.querySelectorAll("table.sort").forEach(makeSortable);
	const all = document.getElementById("open-all");
	if (all)
		all.addEventListener("click", () => {
			const open = all.getAttribute("aria-pressed") !== "true";
			all.setAttribute("aria-pressed", String(open));
			document.querySelectorAll("#sequences details").forEach((d) => { d.open = open; });
		});
	window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
}

start();
