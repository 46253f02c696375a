/*
 * After any change: bring both chips' INT outputs (chip->intr) up to date, and tell the CPU of the master's: vm_set_interrupt(pic->vm, level).
 * A chip raises INT if some level may interrupt now. It does not while it is being initialized (next_icw is not 0). Once raised, INT stays up
 * until the CPU acknowledges: so this function only ever raises it. drop_int() below lets it fall.
 * Hint: the slave's INT is the master's input CASCADE: set_input(). So which chip comes first?
 */
static void update(struct pic8259 *pic)
{
	lab_blank(pic->vm, "3B", "labs/lab3-compatibility");
}
