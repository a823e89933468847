/* short-lived MILLISECONDS [unlink]: uses so much CPU time in one function and ends; may delete its own file first. */
#include "bounded.h"

__attribute__((noinline)) void lives_briefly(double seconds)
{
	while (cpu_seconds() < seconds)
		for (volatile int i = 0; i < 400000; i++)
			;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (argc > 2 && unlink(argv[0]))
		return 1;
	bounded(10);
	lives_briefly(atof(argv[1]) / 1000);
	return 0;
}
