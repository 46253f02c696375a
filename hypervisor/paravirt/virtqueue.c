#include "paravirt/virtqueue.h"
#include "lib/errno.h"
#include "vm/vm.h"

#define DESC_FLAGS_OFFERED (VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE)     /* indirect descriptors are not */

static uint64_t avail_bytes(uint64_t size) { return sizeof(struct virtq_avail) + size * sizeof(uint16_t); }
static uint64_t used_bytes(uint64_t size) { return sizeof(struct virtq_used) + size * sizeof(struct virtq_used_elem); }

int virtqueue_setup(struct virtqueue *queue, struct vm *vm, const struct pv_block_setup *setup)
{
	uint32_t size = setup->queue_size;

	if (size < 2 || size > VIRTQ_SIZE_MAX || (size & (size - 1)))
		return -EINVAL;
	if (setup->desc % 16 || setup->avail % 2 || setup->used % 4)
		return -EINVAL;
	if (!guest_owns(&vm->memory, setup->desc, size * sizeof(struct virtq_desc))
			|| !guest_owns(&vm->memory, setup->avail, avail_bytes(size))
			|| !guest_owns(&vm->memory, setup->used, used_bytes(size)))
		return -EFAULT;
	*queue = (struct virtqueue){ .vm = vm, .size = size, .desc = setup->desc, .avail = setup->avail, .used = setup->used };
	return 0;
}

static bool get(struct virtqueue *queue, const char *what, void *to, uint64_t gpa, size_t n)
{
	if (copy_from_guest(&queue->vm->memory, to, gpa, n) == 0)
		return true;
	vm_fault(queue->vm, "virtqueue: the %s at 0x%llx is not the guest's memory", what, (unsigned long long)gpa);
	return false;
}

static bool put(struct virtqueue *queue, const char *what, uint64_t gpa, const void *from, size_t n)
{
	if (copy_to_guest(&queue->vm->memory, gpa, from, n) == 0)
		return true;
	vm_fault(queue->vm, "virtqueue: the %s at 0x%llx is not the guest's memory", what, (unsigned long long)gpa);
	return false;
}

/* Indices run freely; their place in a ring is the remainder. */
static uint64_t avail_entry(const struct virtqueue *queue)
{
	return queue->avail + avail_bytes(queue->last_avail & (queue->size - 1));
}

/* The head of the next available chain. */
static bool next_head(struct virtqueue *queue, uint16_t *head)
{
	uint16_t idx;

	if (!get(queue, "available ring", &idx, queue->avail + offsetof(struct virtq_avail, idx), sizeof(idx)))
		return false;
	if (idx == queue->last_avail)
		return false;
	if ((uint16_t)(idx - queue->last_avail) > queue->size) {
		vm_fault(queue->vm, "virtqueue: the available index went from %u to %u, more than the %u entries of the ring",
			queue->last_avail, idx, queue->size);
		return false;
	}
	if (!get(queue, "available ring", head, avail_entry(queue), sizeof(*head)))
		return false;
	queue->last_avail++;
	return true;
}

/* What rule a descriptor breaks, as the next one of a chain; NULL if none. */
static const char *check_descriptor(const struct virtqueue *queue, const struct virtq_chain *chain, const struct virtq_desc *desc)
{
	if (desc->flags & ~DESC_FLAGS_OFFERED)
		return "has a flag that was not offered";
	if (!guest_owns(&queue->vm->memory, desc->addr, desc->len))
		return "points outside the guest's memory";
	if (!(desc->flags & VIRTQ_DESC_F_WRITE) && chain->readable < chain->count)
		return "is device-readable after a device-writable one";
	return NULL;
}

static const char *check_place(const struct virtqueue *queue, const struct virtq_chain *chain, uint16_t index)
{
	if (index >= queue->size)
		return "lies outside the descriptor table";
	if (chain->count == queue->size)
		return "makes the chain longer than the queue: it is a loop";
	return NULL;
}

static void count_descriptor(struct virtq_chain *chain, const struct virtq_desc *desc)
{
	if (desc->flags & VIRTQ_DESC_F_WRITE) {
		chain->writable_bytes += desc->len;
	} else {
		chain->readable_bytes += desc->len;
		chain->readable++;
	}
	chain->count++;
}

static bool append(struct virtqueue *queue, struct virtq_chain *chain, uint16_t index)
{
	struct virtq_desc *desc = &chain->desc[chain->count];
	const char *broken = check_place(queue, chain, index);

	if (!broken) {
		if (!get(queue, "descriptor table", desc, queue->desc + index * sizeof(*desc), sizeof(*desc)))
			return false;
		broken = check_descriptor(queue, chain, desc);
	}
	if (broken) {
		vm_fault(queue->vm, "virtqueue: descriptor %u of the chain from %u %s", index, chain->head, broken);
		return false;
	}
	count_descriptor(chain, desc);
	return true;
}

/* lab 2D: take a whole chain */
bool virtqueue_pop(struct virtqueue *queue, struct virtq_chain *chain)
{
	uint16_t index;

	if (!next_head(queue, &index))
		return false;
	chain->head = index;
	chain->count = chain->readable = 0;
	chain->readable_bytes = chain->writable_bytes = 0;
	while (append(queue, chain, index)) {
		const struct virtq_desc *last = &chain->desc[chain->count - 1];
		if (!(last->flags & VIRTQ_DESC_F_NEXT))
			return true;
		index = last->next;
	}
	return false;
}
/* end of 2D */

/* The part of a stream that lies in one descriptor, from offset on: up to n bytes at *gpa. Where offset lies behind the
   descriptor's end there is no such part: 0, and offset then counts from that end. */
static size_t piece(const struct virtq_desc *desc, uint64_t *offset, size_t n, uint64_t *gpa)
{
	if (*offset >= desc->len) {
		*offset -= desc->len;
		return 0;
	}
	*gpa = desc->addr + *offset;
	size_t here = desc->len - *offset;
	*offset = 0;
	return here < n ? here : n;
}

bool chain_read(struct virtqueue *queue, const struct virtq_chain *chain, uint64_t offset, void *to, size_t n)
{
	uint64_t gpa = 0;

	for (unsigned i = 0; i < chain->readable && n; i++) {
		size_t here = piece(&chain->desc[i], &offset, n, &gpa);
		if (here && !get(queue, "request", to, gpa, here))
			return false;
		to = (char *)to + here;
		n -= here;
	}
	return n == 0;
}

bool chain_write(struct virtqueue *queue, const struct virtq_chain *chain, uint64_t offset, const void *from, size_t n)
{
	uint64_t gpa = 0;

	for (unsigned i = chain->readable; i < chain->count && n; i++) {
		size_t here = piece(&chain->desc[i], &offset, n, &gpa);
		if (here && !put(queue, "buffer", gpa, from, here))
			return false;
		from = (const char *)from + here;
		n -= here;
	}
	return n == 0;
}

/* lab 2D: give a chain back */
static uint64_t used_entry(const struct virtqueue *queue)
{
	return queue->used + used_bytes(queue->used_idx & (queue->size - 1));
}

/* First the entry, then the index that makes it visible ("Supplying Used Buffers"). */
bool virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t written)
{
	struct virtq_used_elem elem = { .id = head, .len = written };
	uint16_t idx = queue->used_idx + 1;

	if (!put(queue, "used ring", used_entry(queue), &elem, sizeof(elem)))
		return false;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	if (!put(queue, "used ring", queue->used + offsetof(struct virtq_used, idx), &idx, sizeof(idx)))
		return false;
	queue->used_idx = idx;
	return true;
}
/* end of 2D */

bool virtqueue_wants_event(struct virtqueue *queue)
{
	uint16_t flags;

	return get(queue, "available ring", &flags, queue->avail + offsetof(struct virtq_avail, flags), sizeof(flags))
		&& !(flags & VIRTQ_AVAIL_F_NO_INTERRUPT);
}
