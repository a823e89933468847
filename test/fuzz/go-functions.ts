// What may be done to a Go function table, and what must come of it: chains or `BinaryFormatError`, in bounded time and
// memory. `npm run fuzz` does it 100,000 times, `npm test` a few thousand.
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import { GoFunctions } from '../../src/symbolizer/go/go-functions.ts';
import { GO_TEXT } from '../support/go-writer.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';

export interface GoFuzzOutcome {
  /** Mutations by what came of them: every address answered, an error at some, none opened. */
  answered: number;
  refused: number;
  unopened: number;
  /** Mutations that changed an answer: they reach what they are for. */
  changed: number;
  slowestMs: number;
  largestBytes: number;
}

/** Values that counts, offsets, magics and varints turn at. */
const SPECIAL = [0, 1, 2, 3, 4, 8, 0x10, 0x28, 0x40, 0x7f, 0x80, 0xf0, 0xf1, 0xfa, 0xfb, 0xff];
const CODE_BYTES = 0x80;

export function fuzzGoFunctions(
  seeds: readonly Uint8Array[],
  mutations: number,
  seed: number,
): GoFuzzOutcome {
  const outcome = { answered: 0, refused: 0, unopened: 0, changed: 0, slowestMs: 0, largestBytes: 0 };
  const random = seededRandom(seed);
  const originals = seeds.map((bytes) => answersOf(bytes, outcome));
  Object.assign(outcome, { answered: 0 });
  for (let i = 0; i < mutations; i++) {
    const target = i % seeds.length;
    const bytes = mutated(seeds[target]!, random);
    try {
      if (answersOf(bytes, outcome) !== originals[target]) outcome.changed++;
    } catch (error) {
      throw new Error(`mutation ${i}, seed ${seed}`, { cause: error });
    }
  }
  return outcome;
}

/** Of every address of the code, as text. Anything but `BinaryFormatError` is thrown on. */
function answersOf(bytes: Uint8Array, outcome: GoFuzzOutcome): string {
  const began = performance.now();
  const functions = unlessMalformed(() => GoFunctions.open(new ElfFile(new MemorySource(bytes))));
  let answers = '';
  if (functions === null || functions === 'malformed') {
    outcome.unopened++;
  } else {
    let malformed = 0;
    for (let at = GO_TEXT; at < GO_TEXT + CODE_BYTES; at += 4) {
      const frames = unlessMalformed(() => functions.framesAt(at));
      if (frames === 'malformed') malformed++;
      answers += `${JSON.stringify(frames)}\n`;
    }
    outcome[malformed === 0 ? 'answered' : 'refused']++;
    outcome.largestBytes = Math.max(outcome.largestBytes, functions.byteLength);
  }
  outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
  return answers;
}

function unlessMalformed<T>(read: () => T): T | 'malformed' {
  try {
    return read();
  } catch (error) {
    if (error instanceof BinaryFormatError) return 'malformed';
    throw error;
  }
}

/** 1 to 4 changes: a byte, some bytes of all ones or zeros, a piece copied over another; at times the end is cut off. */
function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = bytes.slice();
  for (let changes = 1 + (random() % 4); changes > 0; changes--) {
    const at = random() % copy.length;
    const kind = random() % 8;
    if (kind < 4) copy[at] = SPECIAL[random() % SPECIAL.length]!;
    else if (kind < 6) copy[at] = random() & 0xff;
    else if (kind === 6) copy.fill(random() % 2 === 0 ? 0xff : 0, at, at + (random() % 9));
    else copy.copyWithin(at, random() % copy.length, (random() % copy.length) + 8);
  }
  return random() % 16 === 0 ? copy.subarray(0, random() % copy.length) : copy;
}
