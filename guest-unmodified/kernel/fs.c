#include "fs.h"
#include "disk.h"
#include "errors.h"
#include "fs_format.h"
#include "lib.h"
#include "mutex.h"

static struct fs_superblock super;
static struct fs_inode inodes[FS_INODES];
static uint8_t bitmap[FS_MAX_SECTORS / 8];
static bool mounted;
static struct mutex lock;

static bool in_use(uint32_t sector)
{
	return bitmap[sector / 8] >> sector % 8 & 1;
}

static void mark_extent(const struct fs_extent *e, bool used)
{
	for (uint32_t s = e->start; s < e->start + e->count; s++) {
		if (used)
			bitmap[s / 8] |= (uint8_t)(1 << s % 8);
		else
			bitmap[s / 8] &= (uint8_t)~(1 << s % 8);
	}
}

static void mark_file(const struct fs_inode *inode, bool used)
{
	for (int i = 0; i < FS_EXTENTS; i++)
		mark_extent(&inode->extents[i], used);
}

static bool good_superblock(void)
{
	uint32_t bitmap_sectors = ROUND_UP(super.sectors, FS_BITS_PER_SECTOR) / FS_BITS_PER_SECTOR;

	return super.magic == FS_MAGIC && super.sectors <= FS_MAX_SECTORS
		&& super.bitmap_start == 1 && super.bitmap_sectors == bitmap_sectors
		&& super.inode_start == 1 + super.bitmap_sectors && super.inode_sectors == FS_INODE_SECTORS
		&& super.data_start == super.inode_start + FS_INODE_SECTORS && super.data_start < super.sectors;
}

static bool good_extent(const struct fs_extent *e)
{
	return e->count == 0
		|| (e->start >= super.data_start && e->start <= super.sectors && e->count <= super.sectors - e->start);
}

static bool good_inode(const struct fs_inode *inode)
{
	uint64_t sectors = 0;

	if (inode->name[FS_NAME_SIZE - 1] != '\0')
		return false;
	for (int i = 0; i < FS_EXTENTS; i++) {
		if (!good_extent(&inode->extents[i]))
			return false;
		sectors += inode->extents[i].count;
	}
	return inode->size <= sectors * FS_SECTOR_SIZE;
}

static int read_tables(void)
{
	int error = disk_read(0, &super, 1);

	if (error)
		return error;
	if (!good_superblock())
		return -E_DAMAGED;
	error = disk_read(super.bitmap_start, bitmap, super.bitmap_sectors);
	if (!error)
		error = disk_read(super.inode_start, inodes, FS_INODE_SECTORS);
	for (int i = 0; !error && i < FS_INODES; i++)
		if (inodes[i].name[0] && !good_inode(&inodes[i]))
			error = -E_DAMAGED;
	return error;
}

int fs_mount(void)
{
	mutex_lock(&lock);
	int error = machine_disk_sectors() == 0 ? -E_NO_DISK : read_tables();
	if (!error && super.sectors > machine_disk_sectors())
		error = -E_DAMAGED;
	mounted = !error;
	mutex_unlock(&lock);
	return error;
}

const struct fs_inode *fs_inode(int number)
{
	return mounted && number >= 0 && number < FS_INODES && inodes[number].name[0] ? &inodes[number] : NULL;
}

int fs_find(const char *name)
{
	for (int i = 0; i < FS_INODES; i++)
		if (fs_inode(i) && strcmp(inodes[i].name, name) == 0)
			return i;
	return mounted ? -E_NOT_FOUND : -E_NO_DISK;
}

static bool good_name(const char *name)
{
	size_t n = strlen(name);

	for (const char *c = name; *c; c++)
		if (*c <= ' ' || *c >= 0x7f || *c == '/')
			return false;
	return n > 0 && n < FS_NAME_SIZE;
}

/* ---- Reading ---- */

/* Where the file's sector is on the disk, and how many follow it there. */
static struct fs_extent locate(const struct fs_inode *inode, uint32_t sector)
{
	for (int i = 0; i < FS_EXTENTS; i++) {
		const struct fs_extent *e = &inode->extents[i];
		if (sector < e->count)
			return (struct fs_extent){ e->start + sector, e->count - sector };
		sector -= e->count;
	}
	return (struct fs_extent){ 0, 0 };
}

/* Part of one sector, by way of a copy. */
static int read_part(uint32_t sector, uint32_t offset, void *buffer, uint32_t n)
{
	static uint8_t copy[FS_SECTOR_SIZE];    /* under the lock */
	int error = disk_read(sector, copy, 1);

	n = MIN(n, FS_SECTOR_SIZE - offset);
	memcpy(buffer, copy + offset, n);
	return error ? error : (int)n;
}

/* From here as far as one request to the disk goes. */
static int read_some(const struct fs_inode *inode, uint32_t offset, void *buffer, uint32_t n)
{
	struct fs_extent run = locate(inode, offset / FS_SECTOR_SIZE);
	uint32_t whole = MIN(run.count, n / FS_SECTOR_SIZE);

	if (offset % FS_SECTOR_SIZE || whole == 0)
		return read_part(run.start, offset % FS_SECTOR_SIZE, buffer, n);
	int error = disk_read(run.start, buffer, whole);
	return error ? error : (int)(whole * FS_SECTOR_SIZE);
}

static int read_file(const struct fs_inode *inode, uint32_t offset, uint8_t *buffer, uint32_t n)
{
	uint32_t done = 0;

	if (offset >= inode->size)
		return 0;
	n = MIN(n, inode->size - offset);
	while (done < n) {
		int got = read_some(inode, offset + done, buffer + done, n - done);
		if (got < 0)
			return got;
		done += (uint32_t)got;
	}
	return (int)done;
}

int fs_read(int number, uint32_t offset, void *buffer, uint32_t n)
{
	mutex_lock(&lock);
	const struct fs_inode *inode = fs_inode(number);
	int result = inode ? read_file(inode, offset, buffer, n) : -E_NOT_FOUND;
	mutex_unlock(&lock);
	return result;
}

/* ---- Writing ---- */

/* The first free run of at least this length; failing that, the longest one. */
static struct fs_extent find_free(uint32_t wanted)
{
	struct fs_extent best = { 0, 0 }, run = { 0, 0 };

	for (uint32_t s = super.data_start; s < super.sectors && best.count < wanted; s++) {
		if (in_use(s)) {
			run.count = 0;
			continue;
		}
		if (run.count++ == 0)
			run.start = s;
		if (run.count > best.count)
			best = run;
	}
	return best;
}

static int allocate(struct fs_inode *inode, uint32_t sectors)
{
	for (int i = 0; i < FS_EXTENTS && sectors > 0; i++) {
		inode->extents[i] = find_free(sectors);
		mark_extent(&inode->extents[i], true);
		sectors -= inode->extents[i].count;
	}
	if (sectors == 0)
		return 0;
	mark_file(inode, false);
	return -E_NO_SPACE;
}

static int write_content(const struct fs_inode *inode, const uint8_t *content)
{
	static uint8_t last[FS_SECTOR_SIZE];    /* under the lock */
	uint32_t left = inode->size;
	int error = 0;

	for (int i = 0; i < FS_EXTENTS && left > 0 && !error; i++) {
		const struct fs_extent *e = &inode->extents[i];
		uint32_t whole = MIN(e->count, left / FS_SECTOR_SIZE);
		error = whole ? disk_write(e->start, content, whole) : 0;
		content += whole * FS_SECTOR_SIZE;
		left -= whole * FS_SECTOR_SIZE;
		if (error || whole == e->count)
			continue;
		memset(last, 0, sizeof(last));
		memcpy(last, content, left);
		error = disk_write(e->start + whole, last, 1);
		left = 0;
	}
	return error;
}

static int write_bitmap(void)
{
	return disk_write(super.bitmap_start, bitmap, super.bitmap_sectors);
}

/* The inode's sector goes out in one piece: the file changes at this moment. */
static int write_inode(int number, const struct fs_inode *new)
{
	unsigned first = (unsigned)number / FS_INODES_PER_SECTOR * FS_INODES_PER_SECTOR;
	struct fs_inode old = inodes[number];

	inodes[number] = *new;
	int error = disk_write(super.inode_start + (unsigned)number / FS_INODES_PER_SECTOR, &inodes[first], 1);
	if (!error)
		error = disk_flush();
	if (error)
		inodes[number] = old;
	return error;
}

/* Content and bitmap, in sectors that no inode names yet. */
static int prepare_content(struct fs_inode *new, const void *content)
{
	int error = allocate(new, (new->size + FS_SECTOR_SIZE - 1) / FS_SECTOR_SIZE);

	if (error)
		return error;
	error = write_content(new, content);
	if (!error)
		error = write_bitmap();
	if (!error)
		error = disk_flush();
	if (error)
		mark_file(new, false);
	return error;
}

/* If the inode's sector fails nobody knows which of the two is on the disk: both keep their sectors. */
static int replace_file(int number, struct fs_inode *new, const void *content)
{
	struct fs_inode old = inodes[number];
	int error = prepare_content(new, content);

	if (!error)
		error = write_inode(number, new);
	if (error || old.extents[0].count == 0)
		return error;
	mark_file(&old, false);
	return write_bitmap();
}

static int find_free_inode(void)
{
	for (int i = 0; i < FS_INODES; i++)
		if (!inodes[i].name[0])
			return i;
	return -E_TOO_MANY_FILES;
}

int fs_write_file(const char *name, const void *content, uint32_t n)
{
	struct fs_inode new = { .size = n };

	if (!good_name(name))
		return -E_BAD_NAME;
	string_copy(new.name, name, sizeof(new.name));
	mutex_lock(&lock);
	int number = fs_find(name);
	if (number == -E_NOT_FOUND)
		number = find_free_inode();
	int error = number < 0 ? number : replace_file(number, &new, content);
	mutex_unlock(&lock);
	return error;
}

static int remove_file(int number)
{
	struct fs_inode old = inodes[number];
	int error = write_inode(number, &(struct fs_inode){ .size = 0 });

	if (error)
		return error;
	mark_file(&old, false);
	error = write_bitmap();
	return error ? error : disk_flush();
}

int fs_remove(const char *name)
{
	mutex_lock(&lock);
	int number = fs_find(name);
	int error = number < 0 ? number : remove_file(number);
	mutex_unlock(&lock);
	return error;
}

uint32_t fs_free_bytes(void)
{
	uint32_t free = 0;

	for (uint32_t s = super.data_start; mounted && s < super.sectors; s++)
		free += !in_use(s);
	return free * FS_SECTOR_SIZE;
}
