/*
 * Give a chain back through the used ring: which one (its head), and how many bytes were written into it. The driver looks at the ring as
 * soon as the index says so. ("Supplying Used Buffers to The Device", "The Virtqueue Used Ring")
 * Hint: put() writes into the guest's memory. The index runs freely from 0 to 65535 and on from 0; its place in the ring is the remainder.
 */
bool virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t written)
{
	lab_blank(queue->vm, "2D", "labs/lab2-performance");
	return false;
}
