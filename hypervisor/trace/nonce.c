#include "trace/nonce.h"

/* The launcher finds the marker in the image of each run and writes 32 hexadecimal digits behind it. volatile: the compiler must not know them. */
const volatile char nonce_field[] = "TWINLAB-NONCE:00000000000000000000000000000000";

void nonce_read(char digits[NONCE_LENGTH + 1])
{
	for (unsigned i = 0; i < NONCE_LENGTH; i++)
		digits[i] = nonce_field[sizeof(nonce_field) - 1 - NONCE_LENGTH + i];
	digits[NONCE_LENGTH] = '\0';
}
