/*
 * The program of the tour: counts how often each word occurs in a text, again and again.
 *
 *   words FILE SECONDS
 *
 * Its hash table has a fault to be found: see ../tour.md.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SLOTS (1u << 16)

struct entry {
	struct entry *next;
	unsigned long count;
	size_t length;
	const char *word;
};

static struct entry *table[SLOTS];

static uint32_t hash_word(const char *word, size_t length)
{
#ifdef FNV
	uint32_t hash = 2166136261u; /* FNV-1a: each letter changes all bits that follow */

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)word[i]) * 16777619u;
	return hash ^ hash >> 16;
#else
	uint32_t hash = 0; /* a sum of letters: words of ten letters share some 250 slots */

	for (size_t i = 0; i < length; i++)
		hash += (unsigned char)word[i];
	return hash;
#endif
}

static struct entry *find_word(const char *word, size_t length)
{
	struct entry **slot = &table[hash_word(word, length) % SLOTS];

	for (struct entry *entry = *slot; entry; entry = entry->next)
		if (entry->length == length && !memcmp(entry->word, word, length))
			return entry;
	struct entry *entry = calloc(1, sizeof *entry);
	if (!entry)
		abort();
	entry->word = word;
	entry->length = length;
	entry->next = *slot;
	return *slot = entry;
}

static size_t word_length(const char *text)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

static unsigned long count_words(const char *text)
{
	unsigned long words = 0;

	while (*text) {
		size_t length = word_length(text);

		if (length) {
			find_word(text, length)->count++;
			words++;
		}
		text += length ? length : 1;
	}
	return words;
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	long size;
	char *text;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0) {
		perror(path);
		exit(1);
	}
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) {
		perror(path);
		exit(1);
	}
	fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: words FILE SECONDS\n");
		return 2;
	}
	char *text = read_file(argv[1]);
	double seconds = atof(argv[2]);
	unsigned long words = 0;
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		words += count_words(text);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9 < seconds);
	printf("%.1f million words in %g s\n", (double)words / 1e6, seconds);
	return 0;
}
