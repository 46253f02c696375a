#pragma once
/*
 * Two drivers for the console and two for the disk, in one kernel. The build has given the functions of either a prefix. All
 * else of machine.h, the clock, the timer, idle, power-off and so on, is the PC's, from guest-unmodified/machine, and keeps
 * its name.
 */
#include "machine.h"

/* guest-unmodified/machine */
void native_machine_init(void);                         /* 8259s, 8254, UART, ATA disk, and their interrupts */
void native_machine_interrupt(uint8_t vector);          /* one of the 8259s' */
void native_machine_console_write(const char *bytes, size_t n);
void native_console_drain(void);                        /* until the UART has sent its last bit */
uint64_t native_machine_disk_sectors(void);
int native_machine_disk_read(uint64_t sector, void *buffer, uint32_t count);
int native_machine_disk_write(uint64_t sector, const void *buffer, uint32_t count);
int native_machine_disk_flush(void);

/* guest-paravirt/machine: console.c and disk.c. Both want to be told of their events. */
void paravirt_machine_console_write(const char *bytes, size_t n);
void paravirt_console_event(void);                      /* PV_EVENT_CONSOLE: reads what was typed, and lets writers go on */
void paravirt_disk_init(void);                          /* PV_HC_BLOCK_SETUP */
void paravirt_disk_event(void);                         /* PV_EVENT_BLOCK */
uint64_t paravirt_machine_disk_sectors(void);           /* 0: there is none */
int paravirt_machine_disk_read(uint64_t sector, void *buffer, uint32_t count);
int paravirt_machine_disk_write(uint64_t sector, const void *buffer, uint32_t count);
int paravirt_machine_disk_flush(void);

struct console_driver {
	void (*write)(const char *bytes, size_t n);
};

struct disk_driver {
	uint64_t (*sectors)(void);
	int (*read)(uint64_t sector, void *buffer, uint32_t count);
	int (*write)(uint64_t sector, const void *buffer, uint32_t count);
	int (*flush)(void);
};

/* drivers.c: all four, and those that the kernel uses: at first the native ones. */
extern const struct console_driver native_console, paravirt_console, *console;
extern const struct disk_driver native_disk, paravirt_disk, *disk;
