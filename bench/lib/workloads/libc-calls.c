/* Allocates, sorts and prints, through the C library that it is linked with. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 512

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

__attribute__((noinline)) static double fill(char **names, double seed)
{
	for (int i = 0; i < COUNT; i++) {
		seed = fmod(seed * 16807.0, 2147483647.0);
		char text[64];
		snprintf(text, sizeof text, "%g %d %s", sin(seed), i, "name");
		names[i] = strdup(text);
		if (!names[i]) abort();
	}
	return seed;
}

int main(void)
{
	char *names[COUNT];
	double seed = 1;
	FILE *out = fopen("/dev/null", "w");
	if (!out) return 1;
	while (1) {
		seed = fill(names, seed);
		qsort(names, COUNT, sizeof *names, compare);
		for (int i = 0; i < COUNT; i++) {
			fprintf(out, "%s %f\n", names[i], sqrt(i));
			free(names[i]);
		}
	}
}
