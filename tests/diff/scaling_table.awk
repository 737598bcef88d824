# tests/diff/scaling_table.awk - the tables of tests/diff/scaling.sh, from results.tsv.
#
# Per workload: throughput in operations per million ticks of the machine's clock, with the speed-up against
# the same design on one CPU; then the share of the workers' time that went into waiting for locks.
BEGIN { FS = "\t" }

/^#/ { next }
{
	w = $1; d = $2; c = $3
	if (!(w in seen_w)) { seen_w[w] = 1; ws[++nw] = w }
	if (!(d in seen_d)) { seen_d[d] = 1; ds[++nd] = d }
	if (!(c in seen_c)) { seen_c[c] = 1; cs[++nc] = c }
	state[w, d, c] = $4
	if ($4 != "ok") {
		why[w, d, c] = $4 == "STOPPED" ? $5 : "a byte was wrong or a call refused"
		next
	}
	unit[w] = $5
	rate[w, d, c] = $6 * 1000000 / $7
	least[w, d, c] = $8; most[w, d, c] = $9
	of_design[w, d, c] = $11; of_other[w, d, c] = $12; dearest[w, d, c] = $13
	if ($14 > 0)
		cost = $14
}

function heading(text,    i) {
	printf "  %-16s", text
	for (i = 1; i <= nc; i++)
		printf " %14s", cs[i] (cs[i] == 1 ? " CPU" : " CPUs")
	printf "\n"
}

END {
	if (cost)
		printf "lockcost=%d: A MODEL IS ON. Each lock that another CPU had last costs %d ticks more.\n\n", cost, cost
	printf "Bochs, ips=%d, watchers off. Ticks are the machine's clock: one CPU executes one instruction in one.\n", ips
	for (i = 1; i <= nw; i++) {
		w = ws[i]
		printf "\n%s: %s per million ticks (speed-up against 1 CPU)\n", w, unit[w]
		heading("")
		for (j = 1; j <= nd; j++) {
			d = ds[j]
			printf "  %-16s", d
			for (k = 1; k <= nc; k++) {
				c = cs[k]
				if (state[w, d, c] != "ok")
					cell = (w, d, c) in state && state[w, d, c] ? state[w, d, c] : "-"
				else if (rate[w, d, 1] > 0 && rate[w, d, 1] < 10)
					cell = sprintf("%.2f (%.2f)", rate[w, d, c], rate[w, d, c] / rate[w, d, 1])
				else if (rate[w, d, 1] > 0)
					cell = sprintf("%.1f (%.2f)", rate[w, d, c], rate[w, d, c] / rate[w, d, 1])
				else
					cell = sprintf("%.1f", rate[w, d, c])
				printf " %14s", cell
			}
			printf "\n"
		}
		heading("waits, %")
		for (j = 1; j <= nd; j++) {
			d = ds[j]
			printf "  %-16s", d
			for (k = 1; k <= nc; k++) {
				c = cs[k]
				cell = sprintf("%.1f + %.1f", of_design[w, d, c], of_other[w, d, c])
				printf " %14s", state[w, d, c] == "ok" ? cell : "-"
			}
			printf "  %s\n", (w, d, c) in dearest && dearest[w, d, c] != "-" ? dearest[w, d, c] "%" : ""
		}
		for (j = 1; j <= nd; j++)
			for (k = 1; k <= nc; k++)
				if ((w, ds[j], cs[k]) in why)
					printf "  %s, %s CPU(s): %s\n", ds[j], cs[k], why[w, ds[j], cs[k]]
	}
	printf "\nWaits: the share of the tasks' time spent waiting for the design's own locks + for all other locks;\n"
	printf "behind the line, the lock class that cost most on the most CPUs. A task that sleeps for a lock waits, too.\n"
}
