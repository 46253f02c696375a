#include "file.h"
#include "console.h"
#include "errors.h"
#include "fs.h"
#include "lib.h"
#include "memory.h"
#include "system_calls.h"

int file_open(struct file *file, const char *name, uint64_t mode)
{
	*file = (struct file){ .kind = mode == OPEN_WRITE ? FILE_WRITE : FILE_READ };
	string_copy(file->name, name, sizeof(file->name));
	if (file->kind == FILE_WRITE) {
		file->written = pages_alloc(FILE_WRITE_PAGES);
		if (file->written)
			return 0;
		file->kind = FILE_CLOSED;
		return -E_NO_MEMORY;
	}
	file->inode = fs_find(name);
	if (file->inode < 0)
		file->kind = FILE_CLOSED;
	return MIN(file->inode, 0);
}

static int read_console(char *buffer, uint32_t n)
{
	int length = n < 2 ? 0 : console_read_line(buffer, n - 1);

	if (length < 0)
		return -E_INTERRUPTED;
	if (n >= 2)
		buffer[length++] = '\n';
	return length;
}

int file_read(struct file *file, void *buffer, uint32_t n)
{
	if (file->kind == FILE_CONSOLE)
		return read_console(buffer, n);
	if (file->kind != FILE_READ)
		return -E_BAD_DESCRIPTOR;
	int got = fs_read(file->inode, file->offset, buffer, n);
	if (got > 0)
		file->offset += (uint32_t)got;
	return got;
}

int file_write(struct file *file, const void *bytes, uint32_t n)
{
	if (file->kind == FILE_CONSOLE) {
		console_write(bytes, n);
		return (int)n;
	}
	if (file->kind != FILE_WRITE)
		return -E_BAD_DESCRIPTOR;
	if (n > FILE_WRITE_PAGES * PAGE_SIZE - file->offset)
		return -E_TOO_LARGE;
	memcpy(file->written + file->offset, bytes, n);
	file->offset += n;
	return (int)n;
}

int file_close(struct file *file)
{
	int error = file->kind == FILE_CLOSED ? -E_BAD_DESCRIPTOR : 0;

	if (file->kind == FILE_WRITE)
		error = fs_write_file(file->name, file->written, file->offset);
	file_discard(file);
	return error;
}

void file_discard(struct file *file)
{
	if (file->kind == FILE_WRITE)
		pages_free(file->written, FILE_WRITE_PAGES);
	file->kind = FILE_CLOSED;
}
