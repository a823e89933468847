/*
 * A CPU-bound load: one thread pinned to each CPU named, doing units of fixed work without a pause.
 *
 *   busy-load CPU...
 *   standard input:  measure MILLISECONDS
 *   standard output: CPU UNITS WALL_NS CPU_NS, one line per CPU, then an empty line
 *
 * It works from start to end of standard input; a window is counted by the threads themselves, so nothing has to
 * wake up inside it. A unit (about 25 us) walks a table that about fills the L2 cache from the bottom of a
 * call chain: what a profiler costs shows as lost time, as evicted cache lines and as frames to walk.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPUS 1024
#define TABLE_WORDS (1u << 16) /* 256 KiB per thread */
#define STEPS_PER_UNIT 4096
#define CALL_DEPTH 12

struct worker {
	int cpu;
	uint64_t units, wall_ns, cpu_ns;
	uint32_t table[TABLE_WORDS];
};

static atomic_uint window; /* raised for each window */
static uint64_t window_ns;
static int done_pipe[2];
/* What the work computes ends here, so that no compiler can leave it out. */
static atomic_uint_least64_t sink;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

__attribute__((noinline)) static uint64_t walk_table(uint32_t *table, uint64_t state)
{
	for (int i = 0; i < STEPS_PER_UNIT; i++) {
		uint32_t *word = &table[state >> 48];

		*word += (uint32_t)i;
		state = (state ^ *word) * 0x9e3779b97f4a7c15u;
	}
	return state;
}

__attribute__((noinline)) static uint64_t descend(uint32_t *table, uint64_t state, int depth)
{
	uint64_t below = depth ? descend(table, state + (uint64_t)depth, depth - 1) : walk_table(table, state);

	return below ^ (uint64_t)depth; /* work after the call: no tail call */
}

static void count_window(struct worker *self, uint64_t *state)
{
	const uint64_t cpu_before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	const uint64_t begin = clock_ns(CLOCK_MONOTONIC);
	uint64_t now = begin, units = 0;

	while (now - begin < window_ns) {
		*state = descend(self->table, *state, CALL_DEPTH);
		units++;
		now = clock_ns(CLOCK_MONOTONIC);
	}
	self->units = units;
	self->wall_ns = now - begin;
	self->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_before;
	if (write(done_pipe[1], "", 1) != 1)
		fail("write");
}

static void *work(void *argument)
{
	struct worker *self = argument;
	unsigned seen = 0;
	uint64_t state = (uint64_t)self->cpu + 1;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(self->cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set))
		fail("sched_setaffinity");
	for (;;) {
		unsigned now = atomic_load(&window);

		if (now != seen) {
			seen = now;
			count_window(self, &state);
		}
		state = descend(self->table, state, CALL_DEPTH);
		atomic_store_explicit(&sink, state, memory_order_relaxed);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct worker *workers[MAX_CPUS];
	const int count = argc - 1;
	unsigned long milliseconds;

	if (count < 1 || count > MAX_CPUS) {
		fprintf(stderr, "usage: busy-load CPU...\n");
		return 2;
	}
	if (pipe(done_pipe))
		fail("pipe");
	for (int i = 0; i < count; i++) {
		pthread_t thread;

		workers[i] = calloc(1, sizeof *workers[i]);
		if (!workers[i])
			fail("calloc");
		workers[i]->cpu = atoi(argv[i + 1]);
		if (pthread_create(&thread, 0, work, workers[i]))
			fail("pthread_create");
	}
	while (scanf(" measure %lu", &milliseconds) == 1) {
		window_ns = milliseconds * 1000000u;
		atomic_fetch_add(&window, 1);
		for (int i = 0; i < count; i++) {
			char byte;

			if (read(done_pipe[0], &byte, 1) != 1)
				fail("read");
		}
		for (int i = 0; i < count; i++)
			printf("%d %llu %llu %llu\n", workers[i]->cpu, (unsigned long long)workers[i]->units,
			       (unsigned long long)workers[i]->wall_ns, (unsigned long long)workers[i]->cpu_ns);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
