#pragma once
/*
 * The device's side of a split virtqueue (OASIS, Virtual I/O Device 1.1, "Split Virtqueues"). It knows nothing of disks.
 * The three parts lie in the guest's memory and the guest may change them at any time: every descriptor and index is copied once,
 * checked, and used from the copy. A driver that breaks the rules has its VM stopped, with a sentence that names the rule.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "paravirt/abi.h"

#define VIRTQ_SIZE_MAX 256

struct vm;

struct virtqueue {
	struct vm *vm;
	uint16_t size;                  /* entries, a power of two; 0: not set up */
	uint16_t last_avail;            /* the next entry of the available ring to look at, counted freely */
	uint16_t used_idx;
	uint64_t desc, avail, used;     /* guest-physical */
};

/* One request: the driver's chain of descriptors, seen as two streams of bytes, as "Message Framing" wants it. */
struct virtq_chain {
	uint16_t head;
	uint16_t count;
	uint16_t readable;              /* the first descriptors; the others are for the device to write */
	uint64_t readable_bytes, writable_bytes;
	struct virtq_desc desc[VIRTQ_SIZE_MAX];
};

/* 0, -EINVAL (size, alignment), -EFAULT (not all the guest's memory). */
int virtqueue_setup(struct virtqueue *queue, struct vm *vm, const struct pv_block_setup *setup);

/* Take the next available chain. false: there is none, or the driver broke the queue and the VM is stopped. */
bool virtqueue_pop(struct virtqueue *queue, struct virtq_chain *chain);

/* Copy n bytes out of the readable, or into the writable stream, from offset on. false: behind its end, or no longer the guest's
   memory: then the VM is stopped. */
bool chain_read(struct virtqueue *queue, const struct virtq_chain *chain, uint64_t offset, void *to, size_t n);
bool chain_write(struct virtqueue *queue, const struct virtq_chain *chain, uint64_t offset, const void *from, size_t n);

/* Give a chain back: the device wrote the first `written` bytes of its writable stream. false: the VM is stopped. */
bool virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t written);

/* Does the driver want to hear of used chains? */
bool virtqueue_wants_event(struct virtqueue *queue);
