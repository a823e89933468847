/* family SECONDS: each generation uses SECONDS of CPU time in a function of its own:
 * fifty children that share it, a daemon that outlives the child that forked it, and what this process becomes by exec.
 */
#include "bounded.h"
#include <string.h>
#include <sys/wait.h>

#define CHILDREN 50

static void use(double seconds)
{
	while (cpu_seconds() < seconds)
		for (volatile int i = 0; i < 100000; i++)
			;
}

__attribute__((noinline)) void short_child(double seconds)
{
	use(seconds);
	__asm__ volatile(""); /* no tail call: the function stays in the stack */
}

__attribute__((noinline)) void orphaned_daemon(double seconds)
{
	use(seconds);
	__asm__ volatile("");
}

__attribute__((noinline)) void after_exec(double seconds)
{
	use(seconds);
	__asm__ volatile("");
}

int main(int argc, char **argv)
{
	int done[2];
	char byte;

	bounded(30);
	if (argc == 3) {
		after_exec(cpu_seconds() + atof(argv[1]));
		return 0;
	}
	double seconds = atof(argv[1]);
	for (int i = 0; i < CHILDREN; i++) {
		if (fork() == 0) {
			short_child(seconds / CHILDREN);
			_exit(0);
		}
		wait(NULL);
	}
	if (pipe(done))
		return 1;
	if (fork() == 0) {
		setsid();
		if (fork() == 0) {
			usleep(50000); /* its parent is gone by then */
			orphaned_daemon(seconds);
			_exit(0);
		}
		_exit(0);
	}
	wait(NULL);
	close(done[1]);
	if (read(done[0], &byte, 1) != 0)
		return 1;
	execl(argv[0], argv[0], argv[1], "exec", NULL);
	return 1;
}
