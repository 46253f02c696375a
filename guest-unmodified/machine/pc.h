#pragma once
/* What the drivers of the PC know of each other. */
#include <stdbool.h>
#include <stdint.h>

#define IRQ_TIMER 0
#define IRQ_COM1  4
#define IRQ_DISK  14

/* interrupts.c: the 8259 pair */
#define VECTOR_BASE 0x20
void interrupts_init(void);
void interrupts_unmask(int irq);
bool interrupt_requested(int irq);              /* raised, but not yet taken by the CPU; irq < 8 */
bool interrupt_is_spurious(int irq);
void interrupt_end(int irq);

/* console.c: the 16550 */
void console_interrupts_init(void);
void console_interrupt(void);
void console_drain(void);                       /* until the last bit has left */
void console_use_fifo(bool on);
void console_write_polled(const char *bytes, size_t n);

/* timer.c: the 8254 */
void timer_init(void);
void timer_tick(void);

/* disk.c */
void disk_init(void);
void disk_interrupt(void);
int disk_begin_read(uint64_t sector, uint32_t count);   /* for bench.c: the command alone */
int disk_wait_for_sector(void);                         /* 0 when the next sector's data is at the port */
