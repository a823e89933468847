/* many-processes COUNT SECONDS: so many children that each work for 2 ms, again and again, and sleep for 600 ms. */
#include "bounded.h"

__attribute__((noinline)) void child_works(void)
{
	for (volatile int i = 0; i < 1000000; i++)
		;
}

static void child(unsigned seconds)
{
	bounded(seconds);
	for (;;) {
		child_works();
		usleep(600000);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	unsigned seconds = (unsigned)atoi(argv[2]);

	bounded(seconds);
	for (int i = atoi(argv[1]); i > 0; i--) {
		usleep(1000); /* so that they do not all work at the same moment */
		if (!fork())
			child(seconds);
	}
	puts("forked");
	fflush(stdout);
	pause();
}
