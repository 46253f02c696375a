/*
 * Builds a toy file system, lists it, and takes files out again:
 *	mkfs IMAGE SIZE FILE…           a new image of SIZE bytes with these files
 *	mkfs --list IMAGE
 *	mkfs --extract IMAGE NAME       to standard output
 * An image may come from a guest: everything read from it is checked.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../guest-unmodified/kernel/fs_format.h"

struct image {
	const char *path;
	uint8_t *bytes;
	size_t size;
};

static _Noreturn void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "mkfs: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

static struct image read_whole(const char *path)
{
	struct image file = { .path = path };
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		die("cannot open %s: %s", path, strerror(errno));
	do {
		file.bytes = realloc(file.bytes, file.size + 65536);
		if (!file.bytes)
			die("out of memory");
		n = fread(file.bytes + file.size, 1, 65536, f);
		file.size += n;
	} while (n > 0);
	if (ferror(f))
		die("cannot read %s: %s", path, strerror(errno));
	fclose(f);
	return file;
}

/* ---- Building ---- */

static size_t parse_size(const char *text)
{
	char *end;
	unsigned long long size = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end)
		die("the size must be a number of bytes, not \"%s\"", text);
	if (size % FS_SECTOR_SIZE || size > (unsigned long long)FS_MAX_SECTORS * FS_SECTOR_SIZE)
		die("the size must be a multiple of %u and at most %u bytes", FS_SECTOR_SIZE, FS_MAX_SECTORS * FS_SECTOR_SIZE);
	return size;
}

static struct fs_superblock *format(struct image *image)
{
	uint32_t sectors = image->size / FS_SECTOR_SIZE, bitmap_sectors = (sectors + FS_BITS_PER_SECTOR - 1) / FS_BITS_PER_SECTOR;
	struct fs_superblock *super = (void *)image->bytes;

	if (sectors <= 1 + bitmap_sectors + FS_INODE_SECTORS)
		die("%zu bytes are too few for a file system", image->size);
	*super = (struct fs_superblock){
		.magic = FS_MAGIC,
		.sectors = sectors,
		.bitmap_start = 1,
		.bitmap_sectors = bitmap_sectors,
		.inode_start = 1 + bitmap_sectors,
		.inode_sectors = FS_INODE_SECTORS,
		.data_start = 1 + bitmap_sectors + FS_INODE_SECTORS,
	};
	return super;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (!*name || strlen(name) >= FS_NAME_SIZE)
		die("a name has 1 to %d characters: \"%s\"", FS_NAME_SIZE - 1, name);
	for (const char *c = name; *c; c++)
		if (*c <= ' ' || *c >= 0x7f)
			die("a name has no blanks and no control characters: \"%s\"", name);
	return name;
}

static struct fs_inode *inode_table(const struct image *image)
{
	return (void *)(image->bytes + ((struct fs_superblock *)image->bytes)->inode_start * FS_SECTOR_SIZE);
}

static struct fs_inode *find(const struct image *image, const char *name)
{
	for (int i = 0; i < FS_INODES; i++)
		if (strcmp(inode_table(image)[i].name, name) == 0)
			return &inode_table(image)[i];
	return NULL;
}

/* The file in one run from sector next on; the sector behind it. */
static uint32_t add_file(struct image *image, const char *path, uint32_t next)
{
	struct image file = read_whole(path);
	uint32_t total = image->size / FS_SECTOR_SIZE;
	size_t sectors = (file.size + FS_SECTOR_SIZE - 1) / FS_SECTOR_SIZE;
	const char *name = base_name(path);
	struct fs_inode *inode = find(image, "");

	if (!inode)
		die("%s: no more than %d files fit", path, FS_INODES);
	if (find(image, name))
		die("two files are called %s", name);
	if (sectors > total - next)
		die("%s: the image is full; %zu bytes are missing", path, (sectors - (total - next)) * FS_SECTOR_SIZE);
	strcpy(inode->name, name);
	inode->size = (uint32_t)file.size;
	if (sectors > 0)
		inode->extents[0] = (struct fs_extent){ next, (uint32_t)sectors };
	memcpy(image->bytes + (size_t)next * FS_SECTOR_SIZE, file.bytes, file.size);
	free(file.bytes);
	return next + (uint32_t)sectors;
}

static void mark_used(struct image *image, uint32_t sectors)
{
	uint8_t *bitmap = image->bytes + FS_SECTOR_SIZE;

	for (uint32_t s = 0; s < sectors; s++)
		bitmap[s / 8] |= (uint8_t)(1 << s % 8);
}

static void write_image(const struct image *image)
{
	FILE *f = fopen(image->path, "wb");

	if (!f)
		die("cannot create %s: %s", image->path, strerror(errno));
	if (fwrite(image->bytes, 1, image->size, f) != image->size || fclose(f) != 0)
		die("cannot write %s: %s", image->path, strerror(errno));
}

static void build(const char *path, const char *size, char **files, int count)
{
	struct image image = { .path = path, .size = parse_size(size) };

	image.bytes = calloc(1, image.size + FS_SECTOR_SIZE);
	if (!image.bytes)
		die("out of memory");
	uint32_t next = format(&image)->data_start;
	for (int i = 0; i < count; i++)
		next = add_file(&image, files[i], next);
	mark_used(&image, next);
	write_image(&image);
	free(image.bytes);
}

/* ---- Reading ---- */

static bool good_superblock(const struct image *image)
{
	const struct fs_superblock *super = (void *)image->bytes;

	return image->size >= FS_SECTOR_SIZE && super->magic == FS_MAGIC && super->sectors <= image->size / FS_SECTOR_SIZE
		&& super->inode_sectors == FS_INODE_SECTORS && super->sectors >= FS_INODE_SECTORS
		&& super->inode_start <= super->sectors - FS_INODE_SECTORS;
}

static bool good_inode(const struct image *image, const struct fs_inode *inode)
{
	uint32_t sectors = ((struct fs_superblock *)image->bytes)->sectors;
	uint64_t count = 0;

	for (int i = 0; i < FS_EXTENTS; i++) {
		const struct fs_extent *e = &inode->extents[i];
		if (e->start > sectors || e->count > sectors - e->start)
			return false;
		count += e->count;
	}
	return memchr(inode->name, '\0', FS_NAME_SIZE) && inode->size <= count * FS_SECTOR_SIZE;
}

static struct image open_image(const char *path)
{
	struct image image = read_whole(path);

	if (!good_superblock(&image))
		die("%s holds no toy file system", path);
	for (int i = 0; i < FS_INODES; i++)
		if (inode_table(&image)[i].name[0] && !good_inode(&image, &inode_table(&image)[i]))
			die("%s: inode %d is damaged", path, i);
	return image;
}

static void list(const char *path)
{
	struct image image = open_image(path);

	for (int i = 0; i < FS_INODES; i++)
		if (inode_table(&image)[i].name[0])
			printf("%8u  %s\n", inode_table(&image)[i].size, inode_table(&image)[i].name);
	free(image.bytes);
}

static void extract(const char *path, const char *name)
{
	struct image image = open_image(path);
	const struct fs_inode *inode = *name ? find(&image, name) : NULL;

	if (!inode)
		die("%s: there is no file %s", path, name);
	uint32_t left = inode->size;
	for (int i = 0; i < FS_EXTENTS; i++) {
		uint32_t bytes = inode->extents[i].count * FS_SECTOR_SIZE, n = left < bytes ? left : bytes;
		fwrite(image.bytes + (size_t)inode->extents[i].start * FS_SECTOR_SIZE, 1, n, stdout);
		left -= n;
	}
	if (fflush(stdout) != 0)
		die("cannot write %s: %s", name, strerror(errno));
	free(image.bytes);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--list") == 0)
		list(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "--extract") == 0)
		extract(argv[2], argv[3]);
	else if (argc >= 3 && argv[1][0] != '-')
		build(argv[1], argv[2], argv + 3, argc - 3);
	else
		die("usage: mkfs IMAGE SIZE FILE… | mkfs --list IMAGE | mkfs --extract IMAGE NAME");
	return 0;
}
