/*
 * Called after each notification, and each time the disk has finished. Begin the requests that are available, one after the other, as
 * long as the disk is not busy (block->busy) and the VM has not been stopped. When all is done and a chain was used since the last event
 * (block->unannounced), raise PV_EVENT_BLOCK, once, unless the driver does not want it (virtqueue_wants_event()).
 */
static void serve(struct block *block)
{
	lab_blank(block->vm, "2D", "labs/lab2-performance");
	if (virtqueue_pop(&block->queue, &block->chain))
		begin_request(block);
}
