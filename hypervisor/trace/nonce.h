#pragma once
/* The number that ties a report to its run: whoever grades knows it, a student's code that prints a report does not. */
#define NONCE_LENGTH 32

void nonce_read(char digits[NONCE_LENGTH + 1]);
