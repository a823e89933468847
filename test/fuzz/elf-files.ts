// What may be done to ELF files and to compressed bytes, and what must come of it: an answer or a BinaryFormatError, in
// bounded time. `npm run fuzz` does it 100,000 times, `npm test` a few thousand.
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource, readBytes } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import { elfLayout } from '../../src/binary/elf/layout.ts';
import { debugFileOf, packageOf, supplementOf } from '../../src/symbolizer/debug-files/companions.ts';
import { verifyCompanion } from '../../src/symbolizer/debug-files/verify-companion.ts';
import { ElfDebugSections } from '../../src/symbolizer/elf/elf-debug-sections.ts';
import { ElfSymbols } from '../../src/symbolizer/elf/elf-symbols.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';

export interface ElfSeed {
  name: string;
  bytes: Uint8Array;
}

export interface ElfOutcome {
  /** Of all readers together, by `ok` or the kind of the error. */
  outcomes: Map<string, number>;
  slowestMs: number;
}

const PATH = '/usr/bin/program';
const SECTIONS = ['.debug_info', '.debug_line', '.debug_str', '.debug_abbrev'];
/** Values that lengths, counts and flags turn at. */
const SPECIAL = [0, 1, 2, 4, 7, 8, 0x0f, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0xfe, 0xff];
/** Far more than the seeds declare, and little enough for a million mutations. */
const LIMITS = { maxBytes: 4 << 20 };

/** Everything that the symbolizer reads of an ELF file but DWARF and call frames. Each of them may fail by itself. */
const READERS: readonly ((elf: ElfFile) => void)[] = [
  (elf) => void elfLayout(elf.source),
  readSymbols,
  ...SECTIONS.map((name) => (elf: ElfFile) => readSection(elf, name)),
  (elf) => void debugFileOf(elf, PATH),
  (elf) => void supplementOf(elf, PATH),
  (elf) => void packageOf(elf, PATH),
  (elf) =>
    void verifyCompanion(elf.source, { kind: 'debug-file', paths: [], proof: { buildId: '', crc32: 1 } }),
];

function readSymbols(elf: ElfFile): void {
  const symbols = ElfSymbols.read(elf);
  const base = elf.baseAddress();
  for (let i = 0; i < 32; i++) symbols?.symbolAt(base + i * 97);
}

function readSection(elf: ElfFile, name: string): void {
  const source = new ElfDebugSections(elf, LIMITS).section(name);
  if (source !== null) readBytes(source, 0, source.size, name);
}

export function readElfFile(bytes: Uint8Array, outcome: ElfOutcome): void {
  const began = performance.now();
  const count = (name: string): void =>
    void outcome.outcomes.set(name, (outcome.outcomes.get(name) ?? 0) + 1);
  for (const read of READERS) {
    try {
      read(new ElfFile(new MemorySource(bytes)));
      count('ok');
    } catch (error) {
      if (!(error instanceof BinaryFormatError)) throw error;
      count(error.kind);
    }
  }
  outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
}

export function fuzzElfFiles(seeds: readonly ElfSeed[], mutations: number, seed: number): ElfOutcome {
  const outcome: ElfOutcome = { outcomes: new Map(), slowestMs: 0 };
  const random = seededRandom(seed);
  const targets = seeds.map(({ name, bytes }) => ({ name, bytes, ranges: headerRanges(bytes) }));
  for (let i = 0; i < mutations; i++) {
    const target = targets[i % targets.length]!;
    try {
      readElfFile(mutate(target.bytes, target.ranges, random), outcome);
    } catch (error) {
      throw new Error(`mutation ${i} of ${target.name}, seed ${seed}`, { cause: error });
    }
  }
  return outcome;
}

interface Range {
  from: number;
  until: number;
}

/** Headers, symbols, links, and the front of what is compressed: what leads somewhere. */
function headerRanges(bytes: Uint8Array): Range[] {
  const elf = new ElfFile(new MemorySource(bytes));
  const { programHeaders, sectionHeaders } = elf.header;
  const tables = [programHeaders, sectionHeaders].filter(({ count }) => count > 0);
  const sections = elf.sections().filter(({ name, size, type }) => {
    return size > 0 && type !== 8 && /^\.(z?debug|symtab|dynsym|gnu|note|strtab|dynamic)/.test(name);
  });
  return [
    { from: 0, until: 64 },
    ...tables.map(({ offset, count, entrySize }) => ({ from: offset, until: offset + count * entrySize })),
    ...sections.map(({ offset, size }) => ({ from: offset, until: offset + size })),
    ...sections.map(({ offset, size }) => ({ from: offset, until: offset + Math.min(size, 48) })),
    { from: 0, until: bytes.length },
  ];
}

/** 1 to 5 changes: a byte, a run of zeros or ones, a swap of two pieces; at times the end is cut off. */
function mutate(bytes: Uint8Array, ranges: readonly Range[], random: () => number): Uint8Array {
  const copy = bytes.slice();
  for (let changes = 1 + (random() % 5); changes > 0; changes--) {
    const { from, until } = ranges[random() % ranges.length]!;
    const at = from + (random() % (until - from));
    const kind = random() % 8;
    if (kind < 4) copy[at] = SPECIAL[random() % SPECIAL.length]!;
    else if (kind < 6) copy[at] = random() & 0xff;
    else if (kind === 6) copy.fill(random() % 2 === 0 ? 0xff : 0, at, at + (random() % 9));
    else copy.copyWithin(at, from + (random() % (until - from)), until);
  }
  return random() % 16 === 0 ? copy.subarray(0, random() % copy.length) : copy;
}
