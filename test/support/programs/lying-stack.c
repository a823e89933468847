/*
 * lying-stack HOW SECONDS: works below a frame that lies about its caller.
 *
 *     loop     the caller's frame is this one
 *     deep     100,000 calls of `main` that nobody made
 *     foreign  the caller is in the middle of a function of libc
 *     nowhere  the caller is in memory that is not mapped
 */
#include "bounded.h"
#include <string.h>

#define FRAMES 100000

/* As a function with a frame pointer leaves it: the caller's frame, and the address behind the call. */
struct frame {
	void *caller;
	void *return_address;
};

__attribute__((noinline)) void works_below_a_lie(double seconds)
{
	while (cpu_seconds() < seconds)
		for (volatile int i = 0; i < 400000; i++)
			;
	__asm__ volatile(""); /* no tail call: the function stays in the stack */
}

/* Were `frame` not volatile, the lie would be stored after the work, if at all. */
__attribute__((noinline)) void lies(const char *how, double seconds, struct frame *invented)
{
	struct frame volatile *frame = __builtin_frame_address(0);
	struct frame truth = { frame->caller, frame->return_address };

	if (!strcmp(how, "loop")) {
		frame->caller = (void *)frame;
	} else if (!strcmp(how, "deep")) {
		for (int i = 0; i < FRAMES; i++) {
			invented[i].caller = &invented[i + 1 < FRAMES ? i + 1 : i];
			invented[i].return_address = truth.return_address;
		}
		frame->caller = invented;
	} else if (!strcmp(how, "foreign")) {
		frame->return_address = (char *)qsort + 8;
	} else {
		frame->return_address = (void *)0x10;
	}
	works_below_a_lie(seconds);
	frame->caller = truth.caller;
	frame->return_address = truth.return_address;
}

int main(int argc, char **argv)
{
	/* Further up the stack than what lies: callers are. */
	struct frame invented[FRAMES];

	if (argc != 3)
		return 2;
	bounded(60);
	lies(argv[1], atof(argv[2]), invented);
	return 0;
}
