/*
 * crafted-object FILE SECONDS: appends the page of one of its functions to FILE, whatever that is, maps it and works
 * there: code in an object that no linker made.
 */
#include "bounded.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE 4096

/* Alone in its page, and calls nothing: its copies run anywhere. */
__attribute__((noinline, aligned(PAGE))) unsigned long in_crafted_object(unsigned long turns)
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
	struct stat status;
	int file = open(argv[1], O_RDWR | O_CLOEXEC);

	bounded(60);
	if (file < 0 || fstat(file, &status)) {
		perror(argv[1]);
		return 1;
	}
	off_t page = (status.st_size + PAGE - 1) / PAGE * PAGE;

	if (pwrite(file, (void *)in_crafted_object, PAGE, page) != PAGE) {
		perror("pwrite");
		return 1;
	}
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, page);

	if (at == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	close(file);
	calls_into_it((unsigned long (*)(unsigned long))at, atof(argv[2]));
	return 0;
}
