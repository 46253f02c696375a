/* tools/mkfs: what it builds, the kernel's file system mounts; what a guest has damaged, it refuses with a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define main mkfs_main
#include "../../tools/mkfs.c"
#undef main

#include "disk.h"
#include "fs.h"
#include "mutex.h"

static char folder[] = "/tmp/mkfs_test.XXXXXX";
static char output[600000];
static struct image mounted;

/* ---- What the kernel's file system stands on ---- */

uint64_t machine_disk_sectors(void)
{
	return mounted.size / SECTOR_SIZE;
}

int disk_read(uint64_t sector, void *buffer, uint32_t count)
{
	memcpy(buffer, mounted.bytes + sector * SECTOR_SIZE, count * SECTOR_SIZE);
	return 0;
}

int disk_write(uint64_t sector, const void *buffer, uint32_t count)
{
	memcpy(mounted.bytes + sector * SECTOR_SIZE, buffer, count * SECTOR_SIZE);
	return 0;
}

int disk_flush(void)
{
	return 0;
}

void mutex_lock(struct mutex *mutex)
{
	mutex->held = true;
}

void mutex_unlock(struct mutex *mutex)
{
	mutex->held = false;
}

/* ---- Helpers ---- */

static const char *path(const char *name)
{
	static char paths[4][100];
	static int next;

	next = (next + 1) % 4;
	snprintf(paths[next], sizeof(paths[next]), "%s/%s", folder, name);
	return paths[next];
}

static void make_file(const char *name, const void *bytes, size_t n)
{
	FILE *f = fopen(path(name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

/* Runs mkfs in a process of its own; its exit code. What it printed is in output. */
static int run(const char *a, const char *b, const char *c, const char *d)
{
	char *argv[] = { "mkfs", (char *)a, (char *)b, (char *)c, (char *)d, NULL };
	int argc = 1, status;

	while (argv[argc])
		argc++;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		if (!freopen(path("output"), "wb", stdout) || dup2(fileno(stdout), 2) < 0)
			_exit(99);
		int code = mkfs_main(argc, argv);
		fflush(stdout);
		_exit(code);
	}
	waitpid(child, &status, 0);
	struct image printed = read_whole(path("output"));
	memset(output, 0, sizeof(output));
	memcpy(output, printed.bytes, printed.size);
	free(printed.bytes);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int set_up(void **state)
{
	static uint8_t large[100000];
	(void)state;

	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (uint8_t)(i * 7 + i / 512);
	if (!mkdtemp(folder))
		return -1;
	make_file("small", "hello\n", 6);
	make_file("large", large, sizeof(large));
	make_file("empty", "", 0);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "small", "large", "empty", "output", "image", "two words" };
	(void)state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(path(names[i]));
	return rmdir(folder);
}

/* ---- Tests ---- */

static void the_kernel_reads_what_mkfs_wrote_and_back(void **state)
{
	static uint8_t buffer[100001];
	(void)state;

	assert_int_equal(run(path("image"), "262144", path("small"), path("large")), 0);
	mounted = read_whole(path("image"));
	assert_int_equal(mounted.size, 262144);
	assert_int_equal(fs_mount(), 0);
	assert_int_equal(fs_read(fs_find("small"), 0, buffer, 100), 6);
	assert_memory_equal(buffer, "hello\n", 6);
	assert_int_equal(fs_read(fs_find("large"), 0, buffer, sizeof(buffer)), 100000);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(buffer[i], (uint8_t)(i * 7 + i / 512));
	assert_int_equal(fs_write_file("small", "changed", 7), 0);
	assert_int_equal(fs_write_file("new", buffer, 3000), 0);
	make_file("image", mounted.bytes, mounted.size);
	free(mounted.bytes);
	assert_int_equal(run("--list", path("image"), NULL, NULL), 0);
	assert_string_equal(output, "       7  small\n  100000  large\n    3000  new\n");
	assert_int_equal(run("--extract", path("image"), "small", NULL), 0);
	assert_string_equal(output, "changed");
	assert_int_equal(run("--extract", path("image"), "large", NULL), 0);
	assert_memory_equal(output, buffer, 100000);
}

static void bad_arguments_end_in_a_sentence(void **state)
{
	char *image = strdup(path("image"));

	make_file("two words", "", 0);
	const struct { const char *a, *b, *c, *d, *says; } rows[] = {
		{ NULL, NULL, NULL, NULL, "usage" },
		{ "--list", NULL, NULL, NULL, "usage" },
		{ "--bogus", "x", "y", NULL, "usage" },
		{ image, "many", NULL, NULL, "must be a number" },
		{ image, "-512", NULL, NULL, "must be a number" },
		{ image, "1000", NULL, NULL, "multiple of 512" },
		{ image, "1073741824", NULL, NULL, "at most" },
		{ image, "512", NULL, NULL, "too few" },
		{ "/nowhere/image", "65536", NULL, NULL, "cannot create /nowhere/image" },
		{ image, "65536", "/nowhere/file", NULL, "cannot open /nowhere/file" },
		{ image, "65536", "/tmp/", NULL, "cannot read" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(run(rows[i].a, rows[i].b, rows[i].c, rows[i].d), 1);
		assert_non_null(strstr(output, rows[i].says));
	}
	assert_int_equal(run(path("image"), "65536", path("large"), NULL), 1);
	assert_non_null(strstr(output, "the image is full"));
	assert_int_equal(run(path("image"), "65536", path("small"), path("small")), 1);
	assert_non_null(strstr(output, "two files are called small"));
	assert_int_equal(run(path("image"), "65536", path("two words"), NULL), 1);
	assert_non_null(strstr(output, "no blanks"));
	assert_int_equal(run("--list", path("small"), NULL, NULL), 1);
	assert_non_null(strstr(output, "holds no toy file system"));
	assert_int_equal(run("--list", path("empty"), NULL, NULL), 1);
	assert_non_null(strstr(output, "holds no toy file system"));
	assert_int_equal(run(path("image"), "65536", path("small"), NULL), 0);
	assert_int_equal(run("--extract", path("image"), "none", NULL), 1);
	assert_non_null(strstr(output, "there is no file none"));
	assert_int_equal(run("--extract", path("image"), "", NULL), 1);
	free(image);
}

static void a_guest_cannot_lead_it_outside_the_image(void **state)
{
	(void)state;
	for (int damage = 0; damage < 8; damage++) {
		assert_int_equal(run(path("image"), "65536", path("small"), NULL), 0);
		struct image image = read_whole(path("image"));
		struct fs_superblock *super = (void *)image.bytes;
		struct fs_inode *inode = inode_table(&image);
		switch (damage) {
		case 0: super->sectors = 129; break;
		case 1: super->sectors = 3; break;
		case 2: super->inode_start = 121; break;
		case 3: super->inode_start = UINT32_MAX - 3; break;
		case 4: inode->extents[0].start = 129; break;
		case 5: inode->extents[0].count = UINT32_MAX; break;
		case 6: inode->size = 513; break;
		case 7: memset(inode->name, 'x', FS_NAME_SIZE); break;
		}
		make_file("image", image.bytes, image.size);
		free(image.bytes);
		assert_int_equal(run("--extract", path("image"), "small", NULL), 1);
		assert_non_null(strstr(output, damage < 4 ? "holds no toy file system" : "is damaged"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_reads_what_mkfs_wrote_and_back),
		cmocka_unit_test(bad_arguments_end_in_a_sentence),
		cmocka_unit_test(a_guest_cannot_lead_it_outside_the_image),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
