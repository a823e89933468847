/* Calls deeper than a sample keeps frames: a walk of more than 512, and of more than 1,024. */
#include <stdlib.h>

static volatile unsigned sink;

__attribute__((noinline)) static unsigned down(unsigned depth)
{
	if (depth == 0) {
		for (unsigned i = 0; i < 20000; i++) sink = sink * 1664525u + 1013904223u;
		return sink;
	}
	return down(depth - 1) + 1;
}

int main(void)
{
	for (unsigned round = 0;; round++) sink = sink + down(400 + 300 * (round % 3));
}
