/*
 * "Operation Command Word 2" in the data sheet, three bits: R (rotate), SL (the level is in the low bits), EOI.
 *   EOI           non-specific: the highest level in service ends
 *   SL EOI        specific: the level in OCW2_LEVEL ends, whatever else is in service
 *   R EOI, R SL EOI   the same, and the level that ended becomes the lowest (chip->lowest)
 *   R             rotate at each automatic EOI from now on: chip->rotate_on_auto_eoi; with no bit set, stop that
 *   R SL          set priority: the level in OCW2_LEVEL becomes the lowest
 *   SL            nothing
 * Hint: a non-specific EOI with nothing in service does nothing at all.
 */
static void write_ocw2(struct chip *chip, uint8_t value)
{
	lab_blank(chip->pic->vm, "3B", "labs/lab3-compatibility");
}
