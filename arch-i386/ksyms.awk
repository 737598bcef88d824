# arch-i386/ksyms.awk - from `nm -n` of the first link to the C source of the kernel's symbol table.

BEGIN {
	print "#include \"kernel/symbols.h\""
	print "#define TABLE __attribute__((section(\".ksyms\")))"
	print "const struct ksym kernel_symbols[] TABLE = {"
}
$3 == "_etext" {
	end = $1
}
# Not functions: the linker's marks, the 256 trap stubs, local labels of the assembler sources. The
# parts into which the compiler splits a function keep the function's name.
$2 ~ /^[tT]$/ && $3 !~ /^(_etext|_kernel_start|_image_start)$/ && $3 !~ /^trap_[0-9]+$/ {
	name = $3
	sub(/\.(constprop|part|isra|cold|localalias)\..*$/, "", name)
	sub(/\.cold$/, "", name)
	sub(/\.[0-9]+$/, "", name)
	if (name ~ /\./ || $1 == last)
		next
	printf "{ 0x%s, \"%s\" },\n", $1, name
	last = $1
	n++
}
END {
	print "};"
	printf "const unsigned nr_kernel_symbols TABLE = %d;\n", n
	printf "const uintptr_t kernel_text_end TABLE = 0x%s;\n", end
}
