/*
 * split SECONDS: three leaf functions that do 70, 20 and 10 % of the work, turn by turn. Each step of a chain needs
 * the step before it, so that the time of a step does not depend on how a loop happens to be laid out in memory.
 * One turn takes about 1 ms: much less than a sampling period, so that no phase of it is favoured.
 */
#include "bounded.h"

#define STEPS 500000

#define LEAF(name, share)                                                                          \
	__attribute__((noinline)) unsigned long name(unsigned long x)                              \
	{                                                                                          \
		for (int i = 0; i < STEPS / 100 * (share); i++) {                                  \
			x = x * 6364136223846793005ul + 1442695040888963407ul;                     \
			__asm__ volatile("" : "+r"(x));                                            \
		}                                                                                  \
		return x;                                                                          \
	}
LEAF(leaf_seventy, 70)
LEAF(leaf_twenty, 20)
LEAF(leaf_ten, 10)

int main(int argc, char **argv)
{
	unsigned long x = (unsigned long)argc;

	if (argc != 2)
		return 2;
	bounded((unsigned)atoi(argv[1]));
	for (;;) {
		x = leaf_seventy(x);
		x = leaf_twenty(x);
		x = leaf_ten(x);
		__asm__ volatile("" : "+r"(x));
	}
}
