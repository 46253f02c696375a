/* Every lie about a virtqueue that we could think of: the VM is stopped, with a sentence that names it. */
#include "block_driver.h"
#include "paravirt/virtqueue.h"

static void assert_broken(const char *words)
{
	assert_int_equal(vm.state, VM_FAULTED);
	if (!strstr(fault, words))
		fail_msg("\"%s\" does not say \"%s\"", fault, words);
	assert_null(submitted);
	assert_int_equal(used_idx(), 0);
	assert_int_equal(peek64(EVENTS), 0);
}

static void index_that_jumps(void **state)
{
	uint16_t idx = SIZE + 1;

	(void)state;
	poke(AVAIL + 2, &idx, 2);
	notify();
	assert_broken("available index went from 0 to 9");
}

static void index_that_goes_back(void **state)
{
	uint16_t idx = 0xffff;

	(void)state;
	poke(AVAIL + 2, &idx, 2);
	notify();
	assert_broken("available index");
}

static void head_outside_the_table(void **state)
{
	(void)state;
	offer(SIZE);
	notify();
	assert_broken("descriptor 8 of the chain from 8 lies outside");
}

static void next_outside_the_table(void **state)
{
	(void)state;
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 0xffff);
	offer(0);
	notify();
	assert_broken("descriptor 65535 of the chain from 0 lies outside");
}

static void loop_of_one(void **state)
{
	(void)state;
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 0);
	offer(0);
	notify();
	assert_broken("loop");
}

static void loop_of_two(void **state)
{
	(void)state;
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 1);
	describe(1, DATA, 512, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 2);
	describe(2, DATA, 512, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 1);
	offer(0);
	notify();
	assert_broken("loop");
}

/* In the largest queue: nothing is stored behind the copy's end. */
static void loop_in_the_largest_queue(void **state)
{
	static struct { struct virtq_chain chain; uint64_t behind[2]; } copy;
	struct pv_block_setup setup = { .queue_size = VIRTQ_SIZE_MAX, .desc = DATA, .avail = AVAIL, .used = USED };
	struct virtqueue queue;
	struct virtq_desc desc = { HEADERS, 16, VIRTQ_DESC_F_NEXT, 0 };

	(void)state;
	poke(DATA, &desc, sizeof(desc));
	offer(0);
	copy.behind[0] = copy.behind[1] = 0x5555555555555555;
	assert_int_equal(virtqueue_setup(&queue, &vm, &setup), 0);
	assert_false(virtqueue_pop(&queue, &copy.chain));
	assert_broken("loop");
	assert_int_equal(copy.behind[0], 0x5555555555555555);
	assert_int_equal(copy.behind[1], 0x5555555555555555);
}

/* As long as the queue is as long as a chain may be. */
static void the_longest_chain(void **state)
{
	(void)state;
	header(0, VIRTIO_BLK_T_IN, 0);
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 1);
	for (uint16_t i = 1; i < SIZE - 1; i++)
		describe(i, DATA + i * 512, 512, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, i + 1);
	describe(SIZE - 1, STATUS, 1, VIRTQ_DESC_F_WRITE, 0);
	offer(0);
	notify();
	complete(0);
	assert_string_equal(fault, "");
	assert_used(0, 0, 6 * 512 + 1);
}

static void indirect_was_not_offered(void **state)
{
	(void)state;
	describe(0, HEADERS, 16, 4, 0);
	offer(0);
	notify();
	assert_broken("flag that was not offered");
}

static void readable_after_writable(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	describe(2, STATUS, 1, 0, 0);
	offer(0);
	notify();
	assert_broken("device-readable after a device-writable");
}

static void header_that_is_writable(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 1);
	offer(0);
	notify();
	assert_broken("no whole header");
}

static void short_header(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	describe(0, HEADERS, 15, VIRTQ_DESC_F_NEXT, 1);
	offer(0);
	notify();
	assert_broken("no whole header");
}

static void no_status_byte(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_OUT, 0, DATA, 512);
	describe(1, DATA, 512, 0, 0);
	offer(0);
	notify();
	assert_broken("no status byte");
}

static const struct {
	uint64_t addr;
	uint32_t len;
} places[] = {
	{ GUEST_BYTES, 512 },
	{ GUEST_BYTES - 511, 512 },
	{ UNMAPPED, 512 },
	{ 0, UINT32_MAX },
	{ UINT64_MAX, 512 },
	{ UINT64_MAX - 511, 1024 },
	{ 1ull << 48, 512 },
	{ 1ull << 52, 512 },
	{ 1ull << 63, 512 },
};

static void buffers_outside_the_guest(void **state)
{
	static const uint16_t flags[] = { VIRTQ_DESC_F_NEXT, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, VIRTQ_DESC_F_WRITE };

	for (size_t i = 0; i < LENGTH(places); i++)
		for (unsigned part = 0; part < 3; part++) {
			teardown_guest(state);
			assert_int_equal(setup_driver(state), 0);
			chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
			describe(part, places[i].addr, places[i].len, flags[part], (uint16_t)(part + 1));
			offer(0);
			notify();
			assert_broken("points outside the guest's memory");
		}
}

/* The good request before the broken one was done, but the guest is stopped and hears nothing. */
static void a_broken_chain_behind_a_good_one(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	offer(0);
	offer(77);
	notify();
	complete(0);
	assert_int_equal(vm.state, VM_FAULTED);
	assert_int_equal(used_idx(), 1);
	assert_int_equal(peek64(EVENTS), 0);
	assert_int_equal(submissions, 1);
}

/* ---- The guest's memory changes while a request is under way ---- */

static void descriptors_are_used_from_the_copy(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	offer(0);
	notify();
	describe(1, UNMAPPED, UINT32_MAX, 4, 1);
	describe(2, UNMAPPED, 1, 0, 0);
	header(0, VIRTIO_BLK_T_OUT, 400);
	complete(0);
	assert_string_equal(fault, "");
	assert_guest_has_sectors(DATA, 0, 512);
	assert_int_equal(status_of(0), VIRTIO_BLK_S_OK);
}

static void a_page_given_away_under_the_request(void **state)
{
	static const uint64_t pages[] = { DATA, STATUS, USED, AVAIL };

	for (size_t i = 0; i < LENGTH(pages); i++) {
		teardown_guest(state);
		assert_int_equal(setup_driver(state), 0);
		chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
		offer(0);
		notify();
		give_page(pages[i]);
		complete(0);
		assert_int_equal(vm.state, VM_FAULTED);
		assert_non_null(strstr(fault, "is not the guest's memory"));
		assert_int_equal(peek64(EVENTS), 0);
	}
}

static void a_ring_given_away_before_the_notification(void **state)
{
	(void)state;
	offer(0);
	give_page(DESC);
	notify();
	assert_broken("descriptor table");
}

static void a_stopped_guest_is_not_written_to(void **state)
{
	uint8_t before[512], after[512];

	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 5, DATA, 512);
	offer(0);
	notify();
	peek(DATA, before, 512);
	vm.state = VM_OFF;
	complete(0);
	peek(DATA, after, 512);
	assert_memory_equal(before, after, 512);
	assert_int_equal(status_of(0), 0xee);
	assert_int_equal(used_idx(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		driver_test(index_that_jumps),
		driver_test(index_that_goes_back),
		driver_test(head_outside_the_table),
		driver_test(next_outside_the_table),
		driver_test(loop_of_one),
		driver_test(loop_of_two),
		driver_test(loop_in_the_largest_queue),
		driver_test(the_longest_chain),
		driver_test(indirect_was_not_offered),
		driver_test(readable_after_writable),
		driver_test(header_that_is_writable),
		driver_test(short_header),
		driver_test(no_status_byte),
		driver_test(buffers_outside_the_guest),
		driver_test(a_broken_chain_behind_a_good_one),
		driver_test(descriptors_are_used_from_the_copy),
		driver_test(a_page_given_away_under_the_request),
		driver_test(a_ring_given_away_before_the_notification),
		driver_test(a_stopped_guest_is_not_written_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
