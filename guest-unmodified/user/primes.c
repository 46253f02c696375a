/* Counts the primes below a limit, by trial division: computes in ring 3 and asks nothing of the kernel meanwhile. */
#include "user.h"

static int is_prime(int64_t n)
{
	for (int64_t d = 2; d * d <= n; d++)
		if (n % d == 0)
			return 0;
	return n >= 2;
}

int main(int argc, char **argv)
{
	int64_t limit = argc > 0 ? number_of(argv[0]) : 1000, primes = 0;

	for (int64_t n = 2; n < limit; n++)
		primes += is_prime(n);
	print_number(primes);
	print(" primes below ");
	print_number(limit);
	print("\n");
	return 0;
}
