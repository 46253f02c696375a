/* 2D: chains, the used ring, and one event for all that was done. */
#include "host_test.h"
#include "block_driver.h"
#include "paravirt/virtqueue.h"

#undef driver_test
#define driver_test(function) cmocka_unit_test_setup_teardown(function, setup_driver, lab_teardown)

static struct virtq_chain popped;

/* A queue of the test's own, over the same rings. */
static struct virtqueue own_queue(void)
{
	struct pv_block_setup setup = { .queue_size = SIZE, .desc = DESC, .avail = AVAIL, .used = USED };
	struct virtqueue queue;

	assert_int_equal(virtqueue_setup(&queue, &vm, &setup), 0);
	return queue;
}

/* Descriptors 2, 5 and 1: the next one may be any. */
static void pops_whole_chains(void **state)
{
	struct virtqueue queue = own_queue();

	(void)state;
	describe(2, HEADERS, 16, VIRTQ_DESC_F_NEXT, 5);
	describe(5, DATA, 1024, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 1);
	describe(1, STATUS, 1, VIRTQ_DESC_F_WRITE, 0);
	offer(2);
	assert_true(virtqueue_pop(&queue, &popped));
	assert_int_equal(popped.head, 2);
	assert_int_equal(popped.count, 3);
	assert_int_equal(popped.readable, 1);
	assert_int_equal(popped.readable_bytes, 16);
	assert_int_equal(popped.writable_bytes, 1025);
}

/* Each chain once, in their order; what the one before left behind does not count; an empty ring is no fault. */
static void pops_each_chain_once(void **state)
{
	struct virtqueue queue = own_queue();

	(void)state;
	chain(3, 0, VIRTIO_BLK_T_OUT, 0, DATA, 512);
	describe(0, STATUS, 1, VIRTQ_DESC_F_WRITE, 7);
	offer(3);
	offer(0);
	assert_true(virtqueue_pop(&queue, &popped));
	assert_int_equal(popped.head, 3);
	assert_true(virtqueue_pop(&queue, &popped));
	assert_int_equal(popped.head, 0);
	assert_int_equal(popped.count, 1);
	assert_int_equal(popped.readable, 0);
	assert_int_equal(popped.readable_bytes, 0);
	assert_int_equal(popped.writable_bytes, 1);
	assert_false(virtqueue_pop(&queue, &popped));
	assert_string_equal(fault, "");
}

static void a_loop_comes_to_an_end(void **state)
{
	struct virtqueue queue = own_queue();

	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	describe(2, STATUS, 1, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 1);
	offer(0);
	assert_false(virtqueue_pop(&queue, &popped));
	assert_non_null(strstr(fault, "loop"));
}

/* The ring's index ends a page, and its entries lie in the next one, which is not the guest's any more: so the index may not move. */
static void expect_the_entry_first(void)
{
	struct virtqueue queue = own_queue();
	uint16_t idx = 0;

	queue.used = DATA + PAGE_SIZE - sizeof(struct virtq_used);
	assert_int_equal(copy_to_guest(&vm.memory, queue.used + offsetof(struct virtq_used, idx), &idx, sizeof(idx)), 0);
	give_page(DATA + PAGE_SIZE);
	assert_false(virtqueue_push(&queue, 5, 1025));
	assert_int_equal(copy_from_guest(&vm.memory, &idx, queue.used + offsetof(struct virtq_used, idx), sizeof(idx)), 0);
	if (idx != 0)
		fail_msg("the used index shows an entry that is not written yet");
}

static void used_entries_stand_before_their_index(void **state)
{
	struct virtqueue queue = own_queue();

	(void)state;
	assert_true(virtqueue_push(&queue, 5, 1025));
	assert_int_equal(used_idx(), 1);
	assert_used(0, 5, 1025);
	assert_true(virtqueue_push(&queue, 2, 1));
	assert_int_equal(used_idx(), 2);
	assert_used(1, 2, 1);
	assert_used(0, 5, 1025);
	expect_the_entry_first();
}

/* The index counts on over the ring's end, and from 65535 to 0. */
static void the_used_ring_is_a_ring(void **state)
{
	struct virtqueue queue = own_queue();

	(void)state;
	for (unsigned i = 0; i < 65536 + 3; i++) {
		assert_true(virtqueue_push(&queue, i % SIZE, i));
		if (used_idx() != (uint16_t)(i + 1))
			fail_msg("after %u chains the used index is %u", i + 1, used_idx());
		assert_used(i, i % SIZE, i);
	}
}

static void a_ring_given_away_stops_the_vm(void **state)
{
	struct virtqueue queue = own_queue();

	(void)state;
	assert_true(virtqueue_push(&queue, 1, 1));
	give_page(USED);
	assert_false(virtqueue_push(&queue, 1, 1));
	assert_int_equal(vm.state, VM_FAULTED);
}

static void offer_requests(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		chain(i * 3, i, VIRTIO_BLK_T_IN, i * 10, DATA + i * 512, 512);
		offer((uint16_t)(i * 3));
	}
}

static void one_notification_serves_them_all(void **state)
{
	(void)state;
	offer_requests(2);
	assert_int_equal(notify(), 0);
	for (unsigned i = 0; i < 2; i++) {
		if (!submitted)
			fail_msg("only %u of 2 requests came to the disk", i);
		complete(0);
		assert_guest_has_sectors(DATA + i * 512, i * 10, 512);
		assert_int_equal(status_of(i), VIRTIO_BLK_S_OK);
	}
	assert_int_equal(used_idx(), 2);
}

/* A request that never sees the disk, before one that does. */
static void requests_that_end_at_once(void **state)
{
	(void)state;
	chain(3, 1, 77, 0, DATA + 512, 512);
	offer(3);
	offer_requests(1);
	notify();
	assert_int_equal(status_of(1), VIRTIO_BLK_S_UNSUPP);
	if (!submitted)
		fail_msg("the request behind one that ended at once did not come to the disk");
	complete(0);
	assert_int_equal(used_idx(), 2);
	assert_int_equal(take_events(EVENTS), 1 << PV_EVENT_BLOCK);
}

/* A request without a status byte, between two good ones, stops the VM. */
static void nothing_for_a_stopped_vm(void **state)
{
	(void)state;
	offer_requests(1);
	describe(6, HEADERS, 16, 0, 0);
	offer(6);
	chain(3, 1, VIRTIO_BLK_T_IN, 10, DATA + 512, 512);
	offer(3);
	notify();
	if (!submitted)
		fail_msg("the first request did not come to the disk");
	complete(0);
	assert_int_equal(vm.state, VM_FAULTED);
	assert_non_null(strstr(fault, "no status byte"));
	fault[0] = '\0';                 /* it was meant to be stopped */
	if (submitted)
		fail_msg("a request came to the disk, though its VM had been stopped");
}

static void one_event_for_the_batch(void **state)
{
	(void)state;
	offer_requests(2);
	notify();
	assert_int_equal(peek64(EVENTS), 0);
	complete(0);
	if (peek64(EVENTS) != 0)
		fail_msg("an event after the first request, though the second is under way");
	complete(0);
	assert_int_equal(take_events(EVENTS), 1 << PV_EVENT_BLOCK);
	notify();
	if (peek64(EVENTS) != 0)
		fail_msg("an event, though nothing was done since the last one");
}

static void no_event_for_who_does_not_want_one(void **state)
{
	uint16_t flags = VIRTQ_AVAIL_F_NO_INTERRUPT;

	(void)state;
	poke(AVAIL, &flags, sizeof(flags));
	offer_requests(1);
	notify();
	complete(0);
	assert_int_equal(used_idx(), 1);
	assert_int_equal(peek64(EVENTS), 0);
}

static const struct CMUnitTest tests[] = {
	driver_test(pops_whole_chains),
	driver_test(pops_each_chain_once),
	driver_test(a_loop_comes_to_an_end),
	driver_test(used_entries_stand_before_their_index),
	driver_test(the_used_ring_is_a_ring),
	driver_test(a_ring_given_away_stops_the_vm),
	driver_test(one_notification_serves_them_all),
	driver_test(requests_that_end_at_once),
	driver_test(nothing_for_a_stopped_vm),
	driver_test(one_event_for_the_batch),
	driver_test(no_event_for_who_does_not_want_one),
};

LAB_MAIN(tests)
