// What may be done to a perf map or a jitdump, at once or while it grows, and what must come of it: an answer or a
// `BinaryFormatError`, in bounded time and memory. `npm run fuzz` does it 100,000 times, `npm test` a few thousand.
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../src/binary/byte-source.ts';
import type { JitCode } from '../../src/symbolizer/jit/jit-code.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';

export interface JitFuzzTarget {
  name: string;
  bytes: Uint8Array;
  /** Of which some have code in the file as it is. */
  addresses: readonly number[];
  make: () => JitCode;
}

export interface JitFuzzOutcome {
  /** Mutations after which some address had a name, and those where it was another than before. */
  named: number;
  changed: number;
  /** By kind of `BinaryFormatError`. */
  refused: Map<string, number>;
  slowestMs: number;
  mostBytes: number;
}

/** What numbers, lines and strings turn at. */
const SPECIAL = [0, 1, 2, 3, 4, 10, 16, 32, 40, 0x30, 0x39, 0x40, 0x66, 0x7f, 0x80, 0xff];

export function fuzzJit(target: JitFuzzTarget, mutations: number, seed: number): JitFuzzOutcome {
  const outcome = noOutcome();
  const random = seededRandom(seed);
  const original = ask(target, refreshed(target, [target.bytes]));
  for (let i = 0; i < mutations; i++) {
    const stages = growing(mutate(target.bytes, random), random);
    try {
      tryOne(target, stages, original, outcome);
    } catch (error) {
      throw new Error(`mutation ${i} of ${target.name}, seed ${seed}`, { cause: error });
    }
  }
  return outcome;
}

/** The file cut off at every length. */
export function truncateJit(target: JitFuzzTarget): JitFuzzOutcome {
  const outcome = noOutcome();
  const original = ask(target, refreshed(target, [target.bytes]));
  for (let length = 0; length < target.bytes.length; length++) {
    tryOne(target, [target.bytes.subarray(0, length)], original, outcome);
  }
  return outcome;
}

function noOutcome(): JitFuzzOutcome {
  return { named: 0, changed: 0, refused: new Map(), slowestMs: 0, mostBytes: 0 };
}

function tryOne(
  target: JitFuzzTarget,
  stages: Uint8Array[],
  original: string,
  outcome: JitFuzzOutcome,
): void {
  const began = performance.now();
  try {
    const code = refreshed(target, stages);
    const answer = ask(target, code);
    outcome.mostBytes = Math.max(outcome.mostBytes, code.byteLength);
    if (/[^|]/.test(answer)) outcome.named++;
    if (answer !== original) outcome.changed++;
  } catch (error) {
    if (!(error instanceof BinaryFormatError)) throw error;
    outcome.refused.set(error.kind, (outcome.refused.get(error.kind) ?? 0) + 1);
  }
  outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
}

function refreshed({ make }: JitFuzzTarget, stages: readonly Uint8Array[]): JitCode {
  const code = make();
  for (const bytes of stages) code.refresh(new MemorySource(bytes));
  return code;
}

/** Addresses joined by `|`. What is answered must be of the declared shape. */
function ask({ addresses }: JitFuzzTarget, code: JitCode): string {
  const answers = addresses.map((address) => {
    const frames = code.framesAt(address);
    if (frames === null) return '';
    if (frames.length === 0) throw new Error('a chain without frames');
    for (const { name, file, line, column } of frames) {
      if (typeof name !== 'string' || typeof file !== 'string') throw new Error('a name that is none');
      if (![line, column].every((n) => Number.isInteger(n) && n >= 0)) throw new Error(`${line}:${column}`);
    }
    return JSON.stringify(frames);
  });
  return answers.join('|');
}

/** 1 to 6 changes: a byte, a run of zeros or ones, a piece put elsewhere; at times the end is cut off. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let changes = 1 + (random() % 6); changes > 0; changes--) {
    const at = random() % copy.length;
    const kind = random() % 8;
    if (kind < 4) copy[at] = SPECIAL[random() % SPECIAL.length]!;
    else if (kind < 6) copy[at] = random() & 0xff;
    else if (kind === 6) copy.fill(random() % 2 === 0 ? 0xff : 0, at, at + (random() % 9));
    else copy.copyWithin(at, random() % copy.length, copy.length);
  }
  return random() % 16 === 0 ? copy.subarray(0, random() % copy.length) : copy;
}

/** The file as it is, or as one that is found at several stages of its growth, or as one that is then written anew. */
function growing(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const stages = [bytes];
  for (let stage = random() % 4; stage > 0; stage--)
    stages.unshift(bytes.subarray(0, random() % (bytes.length + 1)));
  return random() % 4 === 0 ? stages : stages.sort((a, b) => a.length - b.length);
}
