# tests/diff/scaling_run.awk - the figures of one run, from its serial log, as one line of results.tsv.
#
# Needs -v w=WORKLOAD -v d=DESIGN -v c=CPUS. Prints nothing when the log has no result: the run did not get
# that far. Waits are shares of the time of the workers and their helpers, in percent: "design" are the locks that the designs' own
# files take (mm/design/), "other" those that the kernel takes under all of them alike. A lock's wait queue is
# counted as other, though it may be the queue of a design's lock.
BEGIN {
	n = split("mmap_sem mmap_sem_(rw) mmap_lock vm_lock vmlist_lock vmlist_lock_(rw) i_mmap_rwsem anon_vma_lock " \
		  "kernel_lock tasklist_lock mmlist_lock page_table_lock i_shared_lock swap_list_lock " \
		  "swap_device_lock page_lock pte_lock swap_lock swap_avail_lock cluster_lock swapon_mutex " \
		  "page_stealer_lock", words, " ")
	for (i = 1; i <= n; i++)
		is_design[words[i]] = 1
}

# The value of key=VALUE on this line.
function value(key,    i) {
	for (i = 1; i <= NF; i++)
		if (index($i, key "=") == 1)
			return substr($i, length(key) + 2)
	return 0
}

{ sub(/\r$/, "") }
$1 == "lockwait" {
	name = $2
	wait[name] = value("spun") + 1024 * value("slept")
	next
}
$1 == "workload" && $2 == w && ($3 == "ok" || $3 == "FAILED") && /ops=/ {
	state = $3
	unit = value("unit"); ops = value("ops"); ticks = value("ticks"); min = value("min"); max = value("max")
	workers = value("workers"); tasks = workers + value("helpers"); cost = value("lockcost")
}

END {
	if (!state)
		exit
	whole = ticks * tasks / 100
	most = "-"
	for (name in wait) {
		if (name in is_design)
			of_design += wait[name]
		else
			of_other += wait[name]
		if (wait[name] > wait[most])
			most = name
	}
	printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.1f\t%.1f\t%s\t%s\n", w, d, c, state, unit, ops, ticks, min, max,
		workers, of_design / whole, of_other / whole,
		(wait[most] / whole >= 0.05 ? sprintf("%s %.1f", most, wait[most] / whole) : "-"), cost
}
