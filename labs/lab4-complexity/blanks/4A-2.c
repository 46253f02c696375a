/*
 * One request to the disk. type is VIRTIO_BLK_T_IN (read), VIRTIO_BLK_T_OUT (write) or VIRTIO_BLK_T_FLUSH; count sectors at buffer, for
 * a flush none. 0, or -1 if the disk said no, or if there is none.
 *   1. "Block Device", "Device Operation": a chain of a header (struct virtio_blk_req), the data, and a status byte. The hypervisor
 *      reads the header. Who writes the data depends on the type. It writes the status (VIRTQ_DESC_F_WRITE). A flush has no data, and no
 *      descriptor for it.
 *   2. Put the chain into the available ring: first the entry, then idx, then one PV_HC_BLOCK_NOTIFY.
 *   3. Wait until the used ring's idx says that the chain is finished. While threads run, sleep on `waiters` (disk_event() below wakes
 *      you); before, call wait_for_event(). You may be woken too early, and the chain may be finished before you sleep: look again each time.
 *   4. Look at the status.
 * Hint: guest-unmodified/machine/disk.c has to keep an interrupt from slipping in between looking and sleeping, too. How does it do that?
 */
static int request(uint32_t type, uint64_t sector, const void *buffer, uint32_t count)
{
	lab_blank("4A", "labs/lab4-complexity");
}
