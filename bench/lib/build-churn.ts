// A churn of short processes, as a build makes them: make and the C compiler over small files, again and again.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exited, startChild } from './child.ts';

const FILES = 16;

const SOURCE = (number: number): string => `
#include <stdio.h>
#include <stdlib.h>
static int compare_${number}(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
int run_${number}(int *values, int count)
{
	qsort(values, (unsigned)count, sizeof *values, compare_${number});
	for (int i = 0; i < count; i++) printf("%d\\n", values[i] * ${number});
	return count;
}
`;

const MAKEFILE = `objects := $(patsubst %.c,%.o,$(wildcard *.c))
all: $(objects)
%.o: %.c
\t@cc -O2 -c -o $@ $<
`;

/** Builds until `seconds` are over; gives how many compilations ended. A build that is running then is finished. */
export async function churn(folder: string, jobs: number, seconds: number): Promise<number> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Makefile'), MAKEFILE);
  for (let i = 0; i < FILES; i++) writeFileSync(join(folder, `part-${i}.c`), SOURCE(i));
  const deadline = performance.now() + seconds * 1000;
  let compilations = 0;
  while (performance.now() < deadline) {
    await buildOnce(folder, jobs);
    compilations += FILES;
  }
  return compilations;
}

async function buildOnce(folder: string, jobs: number): Promise<void> {
  const make = startChild('make', ['-B', '-s', `-j${jobs}`], { cwd: folder, endSignal: 'SIGTERM' });
  const late = setTimeout(() => make.kill('SIGTERM'), 60_000);
  make.stdout.resume();
  make.stderr.resume();
  const { code } = await exited(make);
  clearTimeout(late);
  if (code !== 0) throw new Error('the churn of short processes failed: make ended with an error');
}
