/*
 * The INTA cycle of one chip: its INT falls (drop_int()), and the level that may interrupt now goes into service: out of irr, into isr. Answer
 * that level.
 * With automatic EOI (ICW4_AEOI in chip->icw4) it is not put into service; with chip->rotate_on_auto_eoi it becomes the lowest instead.
 * If the request has gone meanwhile, "a default IR7 will occur": answer SPURIOUS, and nothing is in service.
 */
static unsigned acknowledge(struct chip *chip)
{
	unsigned level = resolve_priority(chip);

	lab_blank(chip->pic->vm, "3B", "labs/lab3-compatibility");
	return level == NONE ? SPURIOUS : level;
}

/*
 * The CPU asks for a vector. The master answers, except where the level is CASCADE: then it is the slave's turn, with a cycle of its own. The
 * vector is vector_base of the chip that answers, with the level in its low bits. Then update().
 */
uint8_t pic8259_acknowledge(struct pic8259 *pic)
{
	lab_blank(pic->vm, "3B", "labs/lab3-compatibility");
	return pic->master.vector_base | acknowledge(&pic->master);
}
