/*
 * The PC first, then what is better: native_machine_init(), then for each service that is offered its driver. `console` and
 * `disk` say which driver the kernel uses (drivers.h); so far the native ones. Neither of the others works without events,
 * and the disk's only if it has sectors.
 * Hint: both console drivers lead to the same console. What was given to the UART should be out before the first call:
 * native_console_drain(). And the hypervisor gives the UART what is typed until somebody reads the console by call:
 * paravirt_console_event() does.
 */
void machine_init(void)
{
	uint32_t features = offered_features();

	lab_blank("7E", "labs/lab7-the-choice");
	(void)(features && set_up_events());    /* your own code uses both */
}
