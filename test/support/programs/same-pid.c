/* same-pid SECONDS PROGRAM…: runs the programs one after the other, each for SECONDS, all under one pid; says which. */
#include "bounded.h"
#include <linux/sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Linux 5.5; needs CAP_SYS_ADMIN. */
static pid_t fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = pid ? (uintptr_t)&pid : 0,
		.set_tid_size = pid ? 1 : 0,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

int main(int argc, char **argv)
{
	pid_t pid = 0;

	if (argc < 3)
		return 2;
	bounded(60);
	for (int i = 2; i < argc; i++) {
		pid_t child = fork_as(pid);
		int status;

		if (child < 0) {
			perror("clone3");
			return 1;
		}
		if (!child) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			execl(argv[i], argv[i], argv[1], NULL);
			_exit(1);
		}
		pid = child;
		if (waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	printf("%d\n", (int)pid);
	return 0;
}
