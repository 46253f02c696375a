/*
 * `count` elements have been moved: io->linear, RDI (IN) or RSI (OUT), and with a REP prefix RCX, must say so. Which bits of the registers
 * count is the address size's business (io->register_mask): with 16 bits the rest of the register stays as it is, with 32 the upper half is
 * cleared.
 */
static void step(struct string_io *io, uint64_t count)
{
	lab_blank(io->vm, "2C", "labs/lab2-performance");
}
