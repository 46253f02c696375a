#pragma once
/* The port instructions. */
#include <stddef.h>
#include <stdint.h>

static inline uint8_t inb(uint16_t port) { uint8_t v; asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline uint16_t inw(uint16_t port) { uint16_t v; asm volatile("inw %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline void outb(uint16_t port, uint8_t v) { asm volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }
static inline void outw(uint16_t port, uint16_t v) { asm volatile("outw %0, %1" : : "a"(v), "Nd"(port)); }

/* Between a port and memory, in one instruction. */
static inline void insw(uint16_t port, void *to, size_t words)
{
	asm volatile("rep insw" : "+D"(to), "+c"(words) : "d"(port) : "memory");
}
static inline void outsw(uint16_t port, const void *from, size_t words)
{
	asm volatile("rep outsw" : "+S"(from), "+c"(words) : "d"(port) : "memory");
}
static inline void outsb(uint16_t port, const void *from, size_t bytes)
{
	asm volatile("rep outsb" : "+S"(from), "+c"(bytes) : "d"(port) : "memory");
}
