#pragma once
/* An open file of a process. What is written is collected and becomes the file when it is closed. */
#include <stdint.h>
#include "fs_format.h"

#define FILE_WRITE_PAGES 4                      /* the most that a process can write into one file: 16 KiB */

struct file {
	enum { FILE_CLOSED, FILE_CONSOLE, FILE_READ, FILE_WRITE } kind;
	int inode;
	uint32_t offset;
	char name[FS_NAME_SIZE];
	uint8_t *written;
};

/* buffer is kernel memory; a negative error or what the call is about. */
int file_open(struct file *file, const char *name, uint64_t mode);
int file_read(struct file *file, void *buffer, uint32_t n);
int file_write(struct file *file, const void *bytes, uint32_t n);
int file_close(struct file *file);
void file_discard(struct file *file);           /* close without writing */
