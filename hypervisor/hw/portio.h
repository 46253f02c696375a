#pragma once
/* The port instructions of the real machine. Only hw/ (and boot/ before it) uses them. */
#include <stddef.h>
#include <stdint.h>

static inline uint8_t inb(uint16_t port) { uint8_t v; asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline void outb(uint16_t port, uint8_t v) { asm volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }
static inline void outw(uint16_t port, uint16_t v) { asm volatile("outw %0, %1" : : "a"(v), "Nd"(port)); }

/* count 32-bit words between a port and memory, one string instruction. */
static inline void insl(uint16_t port, void *to, size_t count)
{
	asm volatile("rep insl" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}
static inline void outsl(uint16_t port, const void *from, size_t count)
{
	asm volatile("rep outsl" : "+S"(from), "+c"(count) : "d"(port) : "memory");
}
