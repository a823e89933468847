/* busy CPU SECONDS: keeps a CPU busy until it has used SECONDS of CPU time, and prints what it used. */
#include "bounded.h"

__attribute__((noinline)) void busy_loop(void)
{
	/* About 1 ms: the clock is read between turns. */
	for (volatile int i = 0; i < 500000; i++)
		;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	bounded(60);
	pin_to(atoi(argv[1]));
	while (cpu_seconds() < atof(argv[2]))
		busy_loop();
	printf("%.6f\n", cpu_seconds());
	return 0;
}
