/*
 * Events, beside the interrupts of the 8259. set_up_events(): give the hypervisor an event page and a vector
 * (PV_HC_EVENT_SETUP); false if it refuses. machine_interrupt(): an interrupt of vector 32 to 255 has arrived. If it is the
 * events', take their bits, and tell paravirt_console_event() and paravirt_disk_event(). Else it is the PC's:
 * native_machine_interrupt() knows.
 * Hint: kernel/ gave the 8259s the vectors 0x20 to 0x2f and the system calls 0x80. guest-paravirt/machine/interrupts.c takes
 * bits as they have to be taken: the hypervisor may set another one at any moment. Must anybody be told of the end of this
 * interrupt?
 */
static bool set_up_events(void)
{
	lab_blank("7E", "labs/lab7-the-choice");
}

void machine_interrupt(uint8_t vector)
{
	lab_blank("7E", "labs/lab7-the-choice");
}
