/*
 * fork-storm PER_SECOND SECONDS: forks so many children a second, each of which gives itself a name of its own, works
 * for a tenth of a millisecond and ends; says how many there were.
 */
#include "bounded.h"
#include <sys/wait.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

__attribute__((noinline)) void lives_for_nothing(void)
{
	for (volatile int i = 0; i < 100000; i++)
		;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	double per_second = atof(argv[1]), begin = now(), end = begin + atof(argv[2]);
	unsigned forked = 0;

	bounded(60);
	signal(SIGCHLD, SIG_IGN); /* nobody waits for them */
	for (double at = begin; at < end; at = now()) {
		if (forked > (at - begin) * per_second) {
			usleep(500);
			continue;
		}
		pid_t child = fork();

		if (child < 0) {
			perror("fork");
			return 1;
		}
		if (!child) {
			char name[16];

			snprintf(name, sizeof name, "storm-%u", forked);
			prctl(PR_SET_NAME, name);
			lives_for_nothing();
			_exit(0);
		}
		forked++;
	}
	printf("%u\n", forked);
	return 0;
}
