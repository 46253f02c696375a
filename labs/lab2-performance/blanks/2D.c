/*
 * Take the next chain that the driver made available, all of its descriptors. true: it is in *chain. false: there is none, or it broke a
 * rule, and append() or next_head() stopped the VM.
 * Hint: next_head() answers with the number of the first descriptor, append() copies and checks one. Which flag says that another
 * follows, and where? ("The Virtqueue Descriptor Table")
 */
bool virtqueue_pop(struct virtqueue *queue, struct virtq_chain *chain)
{
	uint16_t index;

	lab_blank(queue->vm, "2D", "labs/lab2-performance");
	return next_head(queue, &index) && append(queue, chain, index);
}
