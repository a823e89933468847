/*
 * crafted-map NAME SECONDS: works in a page of anonymous memory, and says so in its perf map: behind 4 GB of nothing,
 * and with NAME.
 */
#include "bounded.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096
#define NOTHING (4ll << 30)

/* Alone in its page, and calls nothing: its copies run anywhere. */
__attribute__((noinline, aligned(PAGE))) unsigned long in_anonymous_memory(unsigned long turns)
{
	unsigned long x = turns;

	while (turns--) {
		x = x * 6364136223846793005ul + 1442695040888963407ul;
		__asm__ volatile("" : "+r"(x));
	}
	return x;
}

__attribute__((noinline, aligned(PAGE))) void calls_into_it(unsigned long (*call)(unsigned long), double seconds)
{
	while (cpu_seconds() < seconds)
		call(1000000);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	char path[64], line[256];
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	bounded(60);
	if (at == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	memcpy(at, (void *)in_anonymous_memory, PAGE);
	snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)getpid());
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int length = snprintf(line, sizeof line, "\n%lx %x %s\n", (unsigned long)at, PAGE, argv[1]);

	if (file < 0 || pwrite(file, line, (size_t)length, NOTHING) != length) {
		perror(path);
		return 1;
	}
	close(file);
	calls_into_it((unsigned long (*)(unsigned long))at, atof(argv[2]));
	return 0;
}
