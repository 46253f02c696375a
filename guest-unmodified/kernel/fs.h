#pragma once
/*
 * The file system: one directory, files that are read at any place and written whole. New content goes to free sectors first and
 * is flushed before the inode names it: after a power cut a file is the old or the new one, and at worst some sectors are lost.
 * Negative results are errors (errors.h). Callers may sleep.
 */
#include <stddef.h>
#include <stdint.h>

struct fs_inode;

/* Reads the tables and checks them. */
int fs_mount(void);

/* The inode's number. */
int fs_find(const char *name);

/* 0 to FS_INODES - 1; NULL if this one is free. */
const struct fs_inode *fs_inode(int number);

/* Bytes read: fewer at the end of the file, 0 behind it. buffer is kernel memory. */
int fs_read(int number, uint32_t offset, void *buffer, uint32_t n);

/* Create or overwrite. */
int fs_write_file(const char *name, const void *content, uint32_t n);

int fs_remove(const char *name);

/* Free space in bytes. */
uint32_t fs_free_bytes(void);
