import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { Btf } from '../../src/symbolizer/btf/btf.ts';
import { MAIN_TAG, programSections, TWO_FUNCTIONS, writeDump } from '../support/bpf-dump-writer.ts';
import { BtfWriter, everyKind } from '../support/btf-writer.ts';
import { btfAnswers, fuzz, programAnswers, type Outcome } from './kernel-types.ts';

/** Set by `npm run fuzz`. */
const MUTATIONS = Number(process.env['PILOTLIGHT_FUZZ_MUTATIONS'] ?? 3000);
const SEED = Number(process.env['PILOTLIGHT_FUZZ_SEED'] ?? 20_260_701);
/** Per mutation at most: what is read has a few KB. */
const SLOWEST_MS = 500;

const NAMES = ['vfs_read', 'each', 'print', 'odd', 'nothing', 'absent'];
const base = everyKind();
const layout = Array.from({ length: 40 }, () => [4, 4] as const);
const split = new BtfWriter({ base });
split.func('each', 1, [['p', split.pointer(split.struct('state'))]]);

const BTF: readonly [string, Uint8Array, Btf | null][] = [
  ['BTF', base.finish(), null],
  ['BTF with a layout of its own', everyKind({ layout, headerBytes: 40 }).finish(), null],
  ['split BTF', split.finish(), Btf.read(new MemorySource(base.finish()))],
];
const DUMP = writeDump(programSections(TWO_FUNCTIONS));
const SYMBOLS = [`bpf_prog_${MAIN_TAG}_count_packets_of_all`, 'bpf_prog_bbbbbbbbbbbbbbbb_parse'];

function expectUseful(outcome: Outcome): void {
  expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
  // What is changed is what is read: else nothing is tested here.
  expect(outcome.changed).toBeGreaterThan(MUTATIONS / 8);
  expect(outcome.refused).toBeGreaterThan(MUTATIONS / 20);
}

function everyTruncation(bytes: Uint8Array, answers: (bytes: Uint8Array) => string): void {
  for (let length = 0; length < bytes.length; length++) {
    try {
      answers(bytes.subarray(0, length));
    } catch (error) {
      expect(error).toBeInstanceOf(BinaryFormatError);
    }
  }
}

describe.each(BTF)('mutated %s', (_, bytes, on) => {
  const answers = (mutated: Uint8Array): string => btfAnswers(mutated, on, NAMES);

  it('gives an answer or a BinaryFormatError, in bounded time', () => {
    expectUseful(fuzz(bytes, MUTATIONS, SEED, answers));
  }, 3_600_000);

  it('gives an answer or a BinaryFormatError for every truncation', () => everyTruncation(bytes, answers));
});

describe('mutated dumps of BPF programs', () => {
  const answers = (mutated: Uint8Array): string => programAnswers(mutated, SYMBOLS);

  it('give an answer or a BinaryFormatError, in bounded time', () => {
    expectUseful(fuzz(DUMP, MUTATIONS, SEED, answers));
  }, 3_600_000);

  it('give an answer or a BinaryFormatError for every truncation', () => everyTruncation(DUMP, answers));
});
