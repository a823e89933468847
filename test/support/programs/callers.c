/*
 * callers KIND [ARG]: works for half a second at the end of a chain outer -> middle -> inner -> work, reached in a way
 * that a walk of the stack must know. Compiled without frame pointers.
 *   plain, signal (in a handler on a stack of its own), deep DEPTH (recursion), library FILE (dlopen, calls `inner_of`),
 *   replaced FILE FILE (the second library lies where the first lay), clock (in the vDSO), deleted (the program's file is gone), memfd (runs itself from memory), thread.
 */
#include "bounded.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#define NOINLINE __attribute__((noinline, noclone))
#define KEEP __asm__ volatile("" ::: "memory") /* no tail call: the caller stays in the stack */

static volatile unsigned long sink;
static double until;

NOINLINE void work(void)
{
	do {
		for (int i = 0; i < 20000; i++)
			sink += (unsigned long)i * sink + 1;
	} while (cpu_seconds() < until);
	KEEP;
}

NOINLINE void clock_work(void)
{
	struct timespec now;

	do {
		for (int i = 0; i < 2000; i++)
			clock_gettime(CLOCK_MONOTONIC, &now);
	} while (cpu_seconds() < until);
	KEEP;
}

NOINLINE void inner(void (*then)(void))
{
	volatile char frame[100]; /* the stack pointer moves by more than the pushes */

	frame[0] = 1;
	then();
	sink += (unsigned long)frame[0];
}

NOINLINE void middle(void (*then)(void))
{
	inner(then);
	KEEP;
}

NOINLINE void outer(void (*then)(void))
{
	middle(then);
	KEEP;
}

NOINLINE void recurse(int depth)
{
	if (depth == 0)
		work();
	else
		recurse(depth - 1);
	KEEP;
}

static void on_signal(int number)
{
	(void)number;
	outer(work);
}

NOINLINE void raising(void)
{
	raise(SIGUSR1);
	KEEP;
}

static void *in_thread(void *unused)
{
	(void)unused;
	outer(work);
	return NULL;
}

static void in_signal(void)
{
	stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raising();
}

#ifndef STATIC
typedef void (*calls_back)(void (*)(void));

/* Works in the library; where its function lay. */
static calls_back in_library(const char *path)
{
	void *library = dlopen(path, RTLD_NOW);
	calls_back call = library ? (calls_back)dlsym(library, "inner_of") : NULL;

	if (!call) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	call(work);
	dlclose(library);
	return call;
}

static void in_replaced_library(char **paths)
{
	calls_back first = in_library(paths[0]);

	until = cpu_seconds() + 0.5;
	if (in_library(paths[1]) == first)
		return;
	fprintf(stderr, "the second library lies elsewhere\n");
	exit(1);
}
#endif

static void from_memory(char **argv)
{
	int memory = memfd_create("callers", 0), file = open("/proc/self/exe", O_RDONLY);
	char *args[] = {argv[0], "plain", NULL};
	char bytes[65536];
	ssize_t count;

	while ((count = read(file, bytes, sizeof bytes)) > 0)
		if (write(memory, bytes, (size_t)count) != count)
			exit(1);
	fexecve(memory, args, environ);
	exit(1);
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "plain";

	bounded(30);
	until = cpu_seconds() + 0.5;
	if (!strcmp(kind, "signal"))
		in_signal();
	else if (!strcmp(kind, "deep"))
		recurse(atoi(argv[2]));
	else if (!strcmp(kind, "clock"))
		outer(clock_work);
	else if (!strcmp(kind, "memfd"))
		from_memory(argv);
#ifndef STATIC
	else if (!strcmp(kind, "library"))
		in_library(argv[2]);
	else if (!strcmp(kind, "replaced"))
		in_replaced_library(argv + 2);
#endif
	else if (!strcmp(kind, "thread")) {
		pthread_t thread;

		pthread_create(&thread, NULL, in_thread, NULL);
		pthread_join(thread, NULL);
	} else {
		if (!strcmp(kind, "deleted"))
			unlink(argv[0]);
		outer(work);
	}
	return 0;
}
