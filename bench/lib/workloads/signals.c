/*
 * Signal handlers that work for a while: one on the stack of what it interrupted, one on a stack of its own. That one
 * lies below its thread's stack in the same memory, so that a copy from the stack pointer upwards holds both.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define ALTERNATE_BYTES (32 << 10)
#define THREAD_BYTES (64 << 10)

static volatile unsigned sink;

__attribute__((noinline)) static unsigned work(unsigned rounds)
{
	unsigned value = rounds;
	for (unsigned i = 0; i < rounds; i++) value = value * 1664525u + 1013904223u + (sink & 1);
	return value;
}

__attribute__((noinline)) static void interrupted_work(unsigned depth)
{
	if (depth > 0) interrupted_work(depth - 1);
	sink = sink + work(2000);
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void on_signal(int number)
{
	(void)number;
	int values[64];
	for (int i = 0; i < 64; i++) values[i] = (int)(work(20) % 1000);
	for (int round = 0; round < 20; round++) {
		qsort(values, 64, sizeof *values, compare);
		for (int i = 0; i < 64; i++) values[i] = values[(i * 29) % 64] ^ round;
	}
	sink = sink + work(50000);
}

/* Sends itself `number` again and again, from a call and by a timer. */
static void timer_for(int number, long interval_ns)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = number};
	event._sigev_un._tid = gettid();
	timer_t timer;
	struct itimerspec every = {{0, interval_ns}, {0, interval_ns}};
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &every, NULL)) abort();
}

static void *on_alternate_stack(void *stack)
{
	stack_t alternate = {.ss_sp = stack, .ss_size = ALTERNATE_BYTES};
	if (sigaltstack(&alternate, NULL)) abort();
	timer_for(SIGUSR2, 700000);
	for (unsigned round = 0;; round++) interrupted_work(round % 16);
}

int main(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	if (sigaction(SIGUSR1, &action, NULL)) return 1;
	action.sa_flags = SA_ONSTACK;
	if (sigaction(SIGUSR2, &action, NULL)) return 1;

	/* Populated: a copy of the stack ends at a page that is absent. */
	char *memory = mmap(NULL, ALTERNATE_BYTES + THREAD_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED) return 1;
	pthread_attr_t attributes;
	pthread_t thread;
	if (pthread_attr_init(&attributes) ||
	    pthread_attr_setstack(&attributes, memory + ALTERNATE_BYTES, THREAD_BYTES) ||
	    pthread_create(&thread, &attributes, on_alternate_stack, memory))
		return 1;
	timer_for(SIGUSR1, 900000);
	for (unsigned round = 0;; round++) {
		interrupted_work(round % 16);
		if (round % 64 == 0) raise(SIGUSR1);
	}
}
