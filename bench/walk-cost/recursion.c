// Recursion to a given depth and work at its bottom, until it is ended: `recursion DEPTH TOUCHED_KIB`.
// Compiled with frame pointers, so that a walk by them and a walk by unwind tables find the same frames.
#include <stdio.h>
#include <stdlib.h>

static unsigned char *touched;
static unsigned long touched_bytes;
static volatile unsigned long result;

// Random accesses to so much memory: what a program does that leaves the caches to nobody else.
static unsigned long work(unsigned long seed)
{
	for (int i = 0; i < 100000; i++) {
		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		seed += touched[(seed >> 20) % touched_bytes]++;
	}
	return seed;
}

// Different functions, as real stacks have: each has rows of its own in the unwind table.
#define FUNCTION(name, next)                                                                       \
	static unsigned long next(int depth, unsigned long seed);                                  \
	__attribute__((noinline)) static unsigned long name(int depth, unsigned long seed)         \
	{                                                                                          \
		volatile unsigned long kept[2 + sizeof #name % 4] = {seed};                        \
		while (depth <= 1)                                                                 \
			result = seed = work(seed);                                                \
		return next(depth - 1, seed + kept[0]) + kept[0];                                  \
	}
FUNCTION(alpha, beta__)
FUNCTION(beta__, gamma_)
FUNCTION(gamma_, delta)
FUNCTION(delta, epsilon)
FUNCTION(epsilon, zeta)
FUNCTION(zeta, theta__)
FUNCTION(theta__, iota)
FUNCTION(iota, alpha)

int main(int count, char **arguments)
{
	if (count != 3) {
		fprintf(stderr, "usage: recursion DEPTH TOUCHED_KIB\n");
		return 2;
	}
	touched_bytes = strtoul(arguments[2], NULL, 10) * 1024;
	touched = calloc(touched_bytes, 1);
	return touched ? (int)alpha(atoi(arguments[1]), 1) : 1;
}
