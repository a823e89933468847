// What may be done to debug sections, and what must come of it: frames, null or a `BinaryFormatError`, in bounded time
// and memory. `npm run fuzz` does it 100,000 times, `npm test` a few thousand.
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource, type ByteSource } from '../../src/binary/byte-source.ts';
import { DebugInfo, type DebugInfoOptions } from '../../src/symbolizer/dwarf/debug-info.ts';
import type { DebugSections } from '../../src/symbolizer/dwarf/debug-sections.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';

export interface DwarfSeed {
  name: string;
  /** All debug sections, by name. */
  sections: ReadonlyMap<string, Uint8Array>;
  /** Addresses that it knows something of. */
  addresses: readonly number[];
  /** Of a program whose units are in another file: that file's sections, which are changed too. */
  companion?: { kind: 'package' | 'supplement'; sections: ReadonlyMap<string, Uint8Array> };
}

export interface DwarfFuzzOutcome {
  /** Look-ups by what came of them. */
  frames: number;
  nothing: number;
  refused: number;
  /** Mutations that changed an answer: they reach what they are for. */
  changed: number;
  slowestMs: number;
  mostBytes: number;
  longestChain: number;
}

/** Values that lengths, counts, forms and LEB128 numbers turn at. */
const SPECIAL = [0, 1, 2, 3, 4, 5, 7, 8, 0x0e, 0x10, 0x17, 0x1f, 0x21, 0x23, 0x3f, 0x40, 0x7f, 0x80, 0xff];
const LOOKUPS = 4;

export function fuzzDwarf(seeds: readonly DwarfSeed[], mutations: number, seed: number): DwarfFuzzOutcome {
  const random = seededRandom(seed);
  const outcome = newOutcome();
  const expected = seeds.map((each) =>
    each.addresses.map((address) => answer(open(each, each.sections), address)),
  );
  for (let i = 0; i < mutations; i++) {
    const target = seeds[i % seeds.length]!;
    const mutated = mutate(target, random);
    const asked = Array.from({ length: LOOKUPS }, () => random() % target.addresses.length);
    try {
      tryOne(mutated, target, asked, expected[i % seeds.length]!, outcome);
    } catch (error) {
      throw new Error(`mutation ${i} of ${target.name}, seed ${seed}`, { cause: error });
    }
  }
  return outcome;
}

/** Every section, cut off at every length (of long ones, at 150). */
export function truncateDwarf(seed: DwarfSeed): DwarfFuzzOutcome {
  const outcome = newOutcome();
  const expected = seed.addresses.map((address) => answer(open(seed, seed.sections), address));
  for (const [name, bytes] of seed.sections) {
    for (let length = 0; length < bytes.length; length += Math.max(1, Math.floor(bytes.length / 150))) {
      const sections = new Map([...seed.sections, [name, bytes.subarray(0, length)]]);
      tryOne({ ...seed, sections }, seed, [0, seed.addresses.length - 1], expected, outcome);
    }
  }
  return outcome;
}

function newOutcome(): DwarfFuzzOutcome {
  return { frames: 0, nothing: 0, refused: 0, changed: 0, slowestMs: 0, mostBytes: 0, longestChain: 0 };
}

function tryOne(
  mutated: DwarfSeed,
  original: DwarfSeed,
  asked: readonly number[],
  expected: readonly string[],
  outcome: DwarfFuzzOutcome,
): void {
  const began = performance.now();
  const info = open(mutated, mutated.sections);
  const answers = asked.map((i) => answer(info, original.addresses[i]!, outcome));
  outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
  outcome.mostBytes = Math.max(outcome.mostBytes, info?.byteLength ?? 0);
  if (answers.some((each, k) => each !== expected[asked[k]!])) outcome.changed++;
}

/** Null where already the package's index is refused. */
function open({ companion }: DwarfSeed, sections: ReadonlyMap<string, Uint8Array>): DebugInfo | null {
  const options: DebugInfoOptions = {};
  if (companion !== undefined) options[companion.kind] = inMemory(companion.sections);
  try {
    return new DebugInfo(inMemory(sections), options);
  } catch (error) {
    if (error instanceof BinaryFormatError) return null;
    throw error;
  }
}

function inMemory(sections: ReadonlyMap<string, Uint8Array>): DebugSections {
  const section = (name: string): ByteSource | null => {
    const bytes = sections.get(name);
    return bytes === undefined ? null : new MemorySource(bytes);
  };
  return { littleEndian: true, is64: true, section };
}

function answer(info: DebugInfo | null, address: number, outcome?: DwarfFuzzOutcome): string {
  try {
    const frames = info?.framesAt(address) ?? null;
    if (outcome !== undefined) {
      if (frames === null) outcome.nothing++;
      else outcome.frames++;
      outcome.longestChain = Math.max(outcome.longestChain, frames?.length ?? 0);
    }
    return JSON.stringify(frames);
  } catch (error) {
    if (!(error instanceof BinaryFormatError)) throw error;
    if (outcome !== undefined) outcome.refused++;
    return 'refused';
  }
}

/** 1 to 6 changes in one or two sections, of the companion every other time. */
function mutate(seed: DwarfSeed, random: () => number): DwarfSeed {
  const { companion } = seed;
  if (companion !== undefined && random() % 2 === 0) {
    return { ...seed, companion: { ...companion, sections: mutateSections(companion.sections, random) } };
  }
  return { ...seed, sections: mutateSections(seed.sections, random) };
}

function mutateSections(
  sections: ReadonlyMap<string, Uint8Array>,
  random: () => number,
): ReadonlyMap<string, Uint8Array> {
  const names = [...sections.keys()].filter((name) => sections.get(name)!.length > 0);
  const changed = new Map(sections);
  for (let count = 1 + (random() % 2); count > 0; count--) {
    const name = names[random() % names.length]!;
    changed.set(name, mutateBytes(changed.get(name)!, random));
  }
  return changed;
}

/** A byte, a run of zeros or ones, a swap of two pieces; at times the end is cut off. Half of it where headers are. */
function mutateBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  for (let changes = 1 + (random() % 6); changes > 0; changes--) {
    const reach = random() % 2 === 0 ? Math.min(copy.length, 128) : copy.length;
    const at = random() % reach;
    const kind = random() % 8;
    if (kind < 4) copy[at] = SPECIAL[random() % SPECIAL.length]!;
    else if (kind < 6) copy[at] = random() & 0xff;
    else if (kind === 6) copy.fill(random() % 2 === 0 ? 0xff : 0, at, at + (random() % 9));
    else copy.copyWithin(at, random() % copy.length, Math.min(copy.length, at + 200));
  }
  return random() % 16 === 0 ? copy.subarray(0, random() % copy.length) : copy;
}
