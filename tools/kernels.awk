#!/usr/bin/gawk -f
# kernels.awk FILE: of each VM in a list like tools/vms its name and its kernel's: "vm=" and "kernel=", without it "kind=".
/^vm=/ {
	sub(/,autorun=.*/, "")
	delete value
	count = split($0, words, ",")
	for (i = 1; i <= count; i++)
		value[substr(words[i], 1, index(words[i], "=") - 1)] = substr(words[i], index(words[i], "=") + 1)
	print value["vm"], "kernel" in value ? value["kernel"] : value["kind"]
}
