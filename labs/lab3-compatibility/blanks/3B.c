/*
 * Fully nested mode: chip->lowest is the level of lowest priority, the next one up (after 7 comes 0) has the highest. At first lowest is
 * 7, so 0 is first.
 *
 * highest(): of the levels whose bits are set, the one of highest priority, or NONE.
 * Hint: look at (lowest + 1) % LEVELS first, then at the next, until you have been round.
 */
static unsigned highest(const struct chip *chip, uint8_t levels)
{
	lab_blank(chip->pic->vm, "3B", "labs/lab3-compatibility");
	return NONE;
}

/*
 * The level that may interrupt now, or NONE: requested (irr), not masked (imr), and higher than every level in service (isr). A level in
 * service holds back itself too. highest() is of use, more than once or only once.
 */
static unsigned resolve_priority(const struct chip *chip)
{
	lab_blank(chip->pic->vm, "3B", "labs/lab3-compatibility");
	return highest(chip, chip->irr);
}
