// What may be done to a file with call frame information, and what must come of it: an answer, in bounded time, whose
// table decodes. `npm run fuzz` does it 100,000 times, `npm test` a few thousand.
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import { compileUnwindTable } from '../../src/unwind/compile-table.ts';
import { decodeUnwindTable } from '../../src/unwind/unwind-table.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';

export interface FuzzSeed {
  name: string;
  bytes: Uint8Array;
}

export interface FuzzOutcome {
  mutations: number;
  /** By `ok` or the reason. */
  outcomes: Map<string, number>;
  /** Mutations that changed the table, and FDEs that were refused: the mutations reach what they are for. */
  changed: number;
  malformed: number;
  slowestMs: number;
  largestTableBytes: number;
}

/** Values that lengths, counts, encodings and LEB128 numbers turn at. */
const SPECIAL = [0, 1, 2, 4, 7, 8, 0x0f, 0x10, 0x1b, 0x3f, 0x40, 0x7f, 0x80, 0x9b, 0xc0, 0xf0, 0xff];

export function fuzzUnwindTables(seeds: readonly FuzzSeed[], mutations: number, seed: number): FuzzOutcome {
  const outcome: FuzzOutcome = {
    mutations,
    outcomes: new Map(),
    changed: 0,
    malformed: 0,
    slowestMs: 0,
    largestTableBytes: 0,
  };
  const random = seededRandom(seed);
  const targets = seeds.map(({ name, bytes }) => ({
    name,
    bytes,
    ranges: cfiRanges(bytes),
    table: tableOf(bytes),
  }));
  for (let i = 0; i < mutations; i++) {
    const target = targets[i % targets.length]!;
    const mutated = mutate(target.bytes, target.ranges, random);
    try {
      tryOne(mutated, target.table, outcome);
    } catch (error) {
      throw new Error(`mutation ${i} of ${target.name}, seed ${seed}`, { cause: error });
    }
  }
  return outcome;
}

function tryOne(bytes: Uint8Array, original: string, outcome: FuzzOutcome): void {
  const began = performance.now();
  const compiled = compileUnwindTable(new MemorySource(bytes));
  outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
  const name = compiled.ok ? 'ok' : compiled.reason;
  outcome.outcomes.set(name, (outcome.outcomes.get(name) ?? 0) + 1);
  if (!compiled.ok) return;
  decodeUnwindTable(compiled.table);
  outcome.malformed += compiled.entries.malformed;
  outcome.largestTableBytes = Math.max(outcome.largestTableBytes, compiled.table.length);
  if (Buffer.from(compiled.table).toString('latin1') !== original) outcome.changed++;
}

function tableOf(bytes: Uint8Array): string {
  const compiled = compileUnwindTable(new MemorySource(bytes));
  if (!compiled.ok) throw new Error(compiled.reason);
  return Buffer.from(compiled.table).toString('latin1');
}

/** Where in the file call frame information is, and the headers that lead to it. */
function cfiRanges(bytes: Uint8Array): { from: number; until: number }[] {
  const elf = new ElfFile(new MemorySource(bytes));
  const sections = elf.sections().filter(({ name }) => /^\.(eh_frame|debug_frame|eh_frame_hdr)$/.test(name));
  const ranges = sections.map(({ offset, size }) => ({ from: offset, until: offset + size }));
  return [...ranges, ...ranges, ...ranges, { from: 0, until: 64 + 56 * elf.segments.length }];
}

/** 1 to 6 changes: a byte, a word of all ones or a small number, a swap of two pieces; at times the end is cut off. */
function mutate(
  bytes: Uint8Array,
  ranges: readonly { from: number; until: number }[],
  random: () => number,
): Uint8Array {
  const copy = bytes.slice();
  for (let changes = 1 + (random() % 6); changes > 0; changes--) {
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

/** Bytes of a table, changed: it is refused, or all that it says can be looked up. */
export function fuzzDecoding(table: Uint8Array, mutations: number, seed: number): { accepted: number } {
  const random = seededRandom(seed);
  let accepted = 0;
  for (let i = 0; i < mutations; i++) {
    const bytes = mutate(
      table,
      [
        { from: 0, until: Math.min(table.length, 400) },
        { from: 0, until: table.length },
      ],
      random,
    );
    try {
      const decoded = decodeUnwindTable(bytes);
      accepted++;
      decoded.forEachRange((start, end, rule) => {
        if (!(start < end && rule < decoded.ruleCount))
          throw new Error(`mutation ${i}, seed ${seed}: a bad range`);
      });
    } catch (error) {
      if (!(error instanceof BinaryFormatError)) throw error;
    }
  }
  return { accepted };
}
