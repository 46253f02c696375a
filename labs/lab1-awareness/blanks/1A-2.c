/*
 * The real caches; but no other core and no other logical CPU shares them: EAX, bits 31:26 and 25:14 (both hold a number less one).
 */
static struct cpuid cache_leaf(uint32_t subleaf)
{
	return cpuid(4, subleaf);
}
