#pragma once
/* A queue of bytes between one writer and one reader. size is a power of two; the counters run freely and are masked on use. */
#include <stddef.h>
#include <stdint.h>

struct byte_ring {
	char *bytes;
	uint32_t size;
	uint32_t written, read;         /* bytes ever */
};

static inline uint32_t byte_ring_used(const struct byte_ring *ring) { return ring->written - ring->read; }
static inline uint32_t byte_ring_room(const struct byte_ring *ring) { return ring->size - byte_ring_used(ring); }

/* Put or take up to n bytes; the number moved. */
static inline size_t byte_ring_put(struct byte_ring *ring, const char *bytes, size_t n)
{
	size_t moved = 0;

	while (moved < n && byte_ring_room(ring))
		ring->bytes[ring->written++ & (ring->size - 1)] = bytes[moved++];
	return moved;
}

static inline size_t byte_ring_take(struct byte_ring *ring, char *bytes, size_t n)
{
	size_t moved = 0;

	while (moved < n && byte_ring_used(ring))
		bytes[moved++] = ring->bytes[ring->read++ & (ring->size - 1)];
	return moved;
}
