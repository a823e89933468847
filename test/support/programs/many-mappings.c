/*
 * many-mappings COUNT SECONDS: maps the page of one of its functions COUNT times, each a mapping of its own, says
 * `mapped`, and runs that function in one mapping after the other, below three functions of its own text.
 */
#include "bounded.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

extern char __executable_start;

/* Alone in its page, and calls nothing: its copies run anywhere. */
__attribute__((noinline, aligned(4096))) unsigned long in_mapping(unsigned long turns)
{
	unsigned long x = turns;

	while (turns--) {
		x = x * 6364136223846793005ul + 1442695040888963407ul;
		__asm__ volatile("" : "+r"(x));
	}
	return x;
}

typedef unsigned long (*function)(unsigned long);

__attribute__((noinline, aligned(4096))) unsigned long innermost(function call)
{
	return call(2000000) + 1;
}

__attribute__((noinline)) unsigned long outermost(function call)
{
	return innermost(call) + 1;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	int count = atoi(argv[1]), file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	long offset = (char *)in_mapping - &__executable_start;
	function *mapped = calloc((size_t)count, sizeof *mapped);

	bounded((unsigned)atoi(argv[2]));
	/* The same page of the file each time: the kernel joins only mappings that go on where the last one ended. */
	for (int i = 0; i < count; i++) {
		void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, offset);

		if (at == MAP_FAILED || (!i && memcmp(at, (void *)in_mapping, 64))) {
			perror("mmap");
			return 1;
		}
		mapped[i] = (function)at;
	}
	puts("mapped");
	fflush(stdout);
	for (unsigned i = 0;; i += 7919)
		outermost(mapped[i % (unsigned)count]);
}
