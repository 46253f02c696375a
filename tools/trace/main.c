/*
 * trace IMAGE PARTITION NONCE FOLDER [VM=ELF]…: the log of a traced run, from its disk's image: FOLDER/exits.txt,
 * FOLDER/exits.json and a summary on standard output. VM=ELF names the kernel of a VM, whose symbols then name the places.
 */
#include <stdlib.h>
#include <string.h>
#include "run.h"

static int complain(const char *sentence)
{
	fprintf(stderr, "trace: %s.\n", sentence);
	return 1;
}

static void read_symbols(struct run *run, const char *argument)
{
	const char *equals = strchr(argument, '=');

	for (unsigned vm = 0; equals && vm < run->log.header.vm_count; vm++) {
		const char *name = run_vm_name(run, vm), *problem;

		if (strlen(name) != (size_t)(equals - argument) || strncmp(name, argument, equals - argument))
			continue;
		symbols_free(&run->symbols[vm]);
		problem = symbols_read(&run->symbols[vm], equals + 1);
		if (problem)
			fprintf(stderr, "trace: no names for the places of %s: %s: %s\n", name, equals + 1, problem);
	}
}

static int write_file(const struct run *run, const char *folder, const char *name,
	void (*write)(const struct run *run, FILE *file))
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);

	FILE *file = fopen(path, "w");

	if (!file)
		return -1;
	write(run, file);

	int failed = ferror(file);

	return fclose(file) || failed ? -1 : 0;
}

static int show(struct run *run, const char *folder)
{
	if (run_decode(run))
		return complain("there is too little memory for the log");
	if (write_file(run, folder, "exits.txt", table_write) || write_file(run, folder, "exits.json", timeline_write))
		return complain("exits.txt and exits.json cannot be written");
	summary_write(run, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	static struct run run;

	if (argc < 5 || strlen(argv[2]) != 1 || argv[2][0] < '1' || argv[2][0] > '4')
		return complain("usage: trace IMAGE PARTITION NONCE FOLDER [VM=ELF]…");

	const char *problem = trace_log_read(&run.log, argv[1], argv[2][0] - '0', argv[3]);

	if (problem)
		return complain(problem);
	for (int i = 5; i < argc; i++)
		read_symbols(&run, argv[i]);

	int status = show(&run, argv[4]);

	run_free(&run);
	return status;
}
