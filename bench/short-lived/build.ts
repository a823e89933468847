// 500 small C files that make compiles and links: processes of some tens of ms each.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect, exited, startChild } from '../lib/child.ts';

/** Objects per library: so that the linker runs now and then, not once. */
const PER_LIBRARY = 10;
const PATIENCE_MS = 300_000;

const SOURCE = (number: number): string => `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct item_${number} { char name[32]; int count; };
static int compare(const void *a, const void *b)
{
	return strcmp(((const struct item_${number} *)a)->name, ((const struct item_${number} *)b)->name);
}
int run_${number}(struct item_${number} *items, int count)
{
	int sum = 0;
	qsort(items, (unsigned)count, sizeof *items, compare);
	for (int i = 0; i < count; i++) {
		snprintf(items[i].name, sizeof items[i].name, "%d-%d", i, ${number});
		sum += items[i].count * (int)strlen(items[i].name);
	}
	return sum;
}
`;

const MAKEFILE = `sources := $(wildcard part-*.c)
libraries := $(addprefix lib,$(addsuffix .so,$(shell seq 0 $(shell expr $(words $(sources)) / ${PER_LIBRARY} - 1))))
all: $(libraries)
part-%.o: part-%.c
\t@gcc -O2 -fPIC -c -o $@ $<
define library
lib$(1).so: $(foreach digit,$(shell seq 0 ${PER_LIBRARY - 1}),part-$(shell expr $(1) \\* ${PER_LIBRARY} + $(digit)).o)
\t@gcc -shared -o $$@ $$^
endef
$(foreach number,$(patsubst lib%.so,%,$(libraries)),$(eval $(call library,$(number))))
`;

/** `files`: a multiple of ten. */
export function writeSources(folder: string, files: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Makefile'), MAKEFILE);
  for (let i = 0; i < files; i++) writeFileSync(join(folder, `part-${i}.c`), SOURCE(i));
}

/** Builds everything anew, two jobs at a time; gives the seconds. */
export async function build(folder: string): Promise<number> {
  const begin = performance.now();
  const make = startChild('make', ['-B', '-s', '-j2'], { cwd: folder, endSignal: 'SIGTERM' });
  const late = setTimeout(() => make.kill('SIGTERM'), PATIENCE_MS);
  const said = collect(make.stderr);
  make.stdout.resume();
  const { code } = await exited(make);
  clearTimeout(late);
  if (code !== 0) throw new Error(`make failed: ${said.text.trim().split('\n').at(-1) ?? ''}`);
  return (performance.now() - begin) / 1000;
}
