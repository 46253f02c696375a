/* Says which process it is and what it was given. */
#include "user.h"

static uint16_t privilege_level(void)
{
	uint16_t cs;

	asm("mov %%cs, %0" : "=r"(cs));
	return cs & 3;
}

int main(int argc, char **argv)
{
	print("hello from process ");
	print_number(getpid());
	print(" in ring ");
	print_number(privilege_level());
	print(":");
	for (int i = 0; i < argc; i++) {
		print(" ");
		print(argv[i]);
	}
	print("\n");
	return 0;
}
