/* Tries what a program may not: to read the kernel's memory, or with an argument, something worse. It is killed each time. */
#include "user.h"

#define KERNEL_ADDRESS 0x100000

int main(int argc, char **argv)
{
	print("about to leave the straight and narrow\n");
	if (argc > 0 && argv[0][0] == 'c')
		asm volatile("cli");
	else if (argc > 0 && argv[0][0] == 'w')
		*(volatile int *)KERNEL_ADDRESS = 0;
	else if (argc > 0 && argv[0][0] == 'x')
		((void (*)(void))argv)();               /* the stack is data */
	else
		(void)*(volatile int *)KERNEL_ADDRESS;
	print("still here?\n");
	return 1;
}
