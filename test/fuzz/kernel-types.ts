// What may be done to BTF and to dumps of BPF programs, and what must come of it: an answer or a BinaryFormatError, in
// bounded time. `npm run fuzz` does it 100,000 times, `npm test` a few thousand.
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { BpfProgram } from '../../src/symbolizer/bpf/bpf-program.ts';
import { Btf } from '../../src/symbolizer/btf/btf.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';

export interface Outcome {
  /** Mutations that were read to the end, and those whose answers differ from the original's: they reach what is read. */
  answered: number;
  changed: number;
  refused: number;
  slowestMs: number;
}

/** Values at which kinds, counts, offsets and ids turn. */
const SPECIAL = [0, 1, 2, 3, 4, 8, 12, 13, 16, 19, 0x1f, 0x20, 0x7f, 0x80, 0xff];

/** Everything that BTF says, as text. */
export function btfAnswers(bytes: Uint8Array, base: Btf | null, names: readonly string[]): string {
  const types = Btf.read(new MemorySource(bytes), base);
  const prototypes = names.map((name) => answerOf(() => types.prototypeOf(name) ?? '-'));
  const records: string[] = [];
  for (let id = types.firstId; id < types.endId; id++)
    records.push(answerOf(() => JSON.stringify(types.type(id))));
  return [...prototypes, ...records].join('\n');
}

/** Every byte of the functions of those symbols, and what lies behind them. */
export function programAnswers(bytes: Uint8Array, symbols: readonly string[]): string {
  const program = BpfProgram.read(new MemorySource(bytes));
  return symbols
    .flatMap((symbol) =>
      Array.from({ length: 40 }, (_, i) => answerOf(() => JSON.stringify(program.framesAt(symbol, i * 4)))),
    )
    .join('\n');
}

/** One record that is wrong does not cost the others theirs. */
function answerOf(ask: () => string): string {
  try {
    return ask();
  } catch (error) {
    if (error instanceof BinaryFormatError) return error.kind;
    throw error;
  }
}

export function fuzz(
  bytes: Uint8Array,
  mutations: number,
  seed: number,
  answers: (bytes: Uint8Array) => string,
): Outcome {
  const outcome: Outcome = { answered: 0, changed: 0, refused: 0, slowestMs: 0 };
  const random = seededRandom(seed);
  const original = answers(bytes);
  for (let i = 0; i < mutations; i++) {
    const mutated = mutate(bytes, random);
    const began = performance.now();
    try {
      if (answers(mutated) !== original) outcome.changed++;
      outcome.answered++;
    } catch (error) {
      if (!(error instanceof BinaryFormatError))
        throw new Error(`mutation ${i}, seed ${seed}`, { cause: error });
      outcome.refused++;
    }
    outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
  }
  return outcome;
}

/** 1 to 5 changes: a byte, a word of all ones or none, a piece put elsewhere; at times the end is cut off. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = bytes.slice();
  for (let changes = 1 + (random() % 5); changes > 0; changes--) {
    // Headers and directories stand in front.
    const most = random() % 3 === 0 ? Math.min(copy.length, 200) : copy.length;
    const at = random() % most;
    const kind = random() % 8;
    if (kind < 4) copy[at] = SPECIAL[random() % SPECIAL.length]!;
    else if (kind < 6) copy[at] = random() & 0xff;
    else if (kind === 6) copy.fill(random() % 2 === 0 ? 0xff : 0, at, at + 4);
    else copy.copyWithin(at, random() % copy.length, copy.length);
  }
  return random() % 16 === 0 ? copy.subarray(0, random() % copy.length) : copy;
}
