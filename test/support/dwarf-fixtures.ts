// Programs with debug information, from the sources of `npm run fixtures`, and their code's addresses.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import type { DebugSections } from '../../src/symbolizer/dwarf/debug-sections.ts';
import { elfDebugSections } from './elf-debug-sections.ts';
import { fileBytes, seededRandom, type FixtureFolder } from './symbolizer-fixtures.ts';

export const SOURCES = join(import.meta.dirname, '../fixtures/sources');
export const C_PROGRAM = ['program.c', 'tables.c'];

/** Compiles sources of test/fixtures/sources into the folder, and returns the program's path. */
export function compileFixture(
  folder: FixtureFolder,
  name: string,
  compiler: string,
  sources: readonly string[],
  flags: readonly string[],
): string {
  const output = join(folder.path, name);
  const inputs = sources.map((source) => (source.endsWith('.o') ? source : join(SOURCES, source)));
  execFileSync(compiler, [...inputs, '-o', output, ...flags], {
    cwd: folder.path,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return output;
}

export function sectionsOf(path: string): DebugSections {
  return elfDebugSections(new MemorySource(fileBytes(path)));
}

/** Of .text: [start, end). */
export function textOf(path: string): { start: number; end: number } {
  const elf = new ElfFile(new MemorySource(fileBytes(path)));
  const text = elf.sections().find(({ name }) => name === '.text')!;
  return { start: text.address, end: text.address + text.size };
}

/** Addresses in .text, ascending, each once. */
export function textAddresses(path: string, count: number, seed: number): number[] {
  const { start, end } = textOf(path);
  const random = seededRandom(seed);
  const addresses = new Set<number>();
  while (addresses.size < Math.min(count, end - start)) addresses.add(start + (random() % (end - start)));
  return [...addresses].sort((a, b) => a - b);
}
