import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import { GoFunctions } from '../../src/symbolizer/go/go-functions.ts';
import { program } from '../support/go-program.ts';
import { writeGoElf } from '../support/go-elf-writer.ts';
import { GO_TEXT } from '../support/go-writer.ts';
import { fuzzGoFunctions } from './go-functions.ts';

/** Set by `npm run fuzz`. */
const MUTATIONS = Number(process.env['PILOTLIGHT_FUZZ_MUTATIONS'] ?? 4000);
const SEED = Number(process.env['PILOTLIGHT_FUZZ_SEED'] ?? 20_260_701);
const SLOWEST_MS = 2000;

const SEEDS = [
  program('1.20'),
  { ...program('1.20'), sections: false, moduleData: 'relocated', withoutTextStart: true } as const,
  program('1.18'),
  { ...program('1.16'), is64: false },
  { ...program('1.2'), littleEndian: false },
].map(writeGoElf);

describe('mutated Go function tables', () => {
  it('give chains or BinaryFormatError, in bounded time and memory', () => {
    const outcome = fuzzGoFunctions(SEEDS, MUTATIONS, SEED);
    expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
    // Columns are bounded by what the file has room for, and what is decoded by the size of the code.
    expect(outcome.largestBytes).toBeLessThan(8 << 20);
    expect(outcome.answered).toBeGreaterThan(MUTATIONS / 4);
    expect(outcome.refused).toBeGreaterThan(MUTATIONS / 50);
    expect(outcome.changed).toBeGreaterThan(MUTATIONS / 4);
  }, 3_600_000);

  it('give an answer for every truncation', () => {
    for (const bytes of SEEDS) {
      for (let length = 0; length < bytes.length; length++) {
        try {
          GoFunctions.open(new ElfFile(new MemorySource(bytes.subarray(0, length))))?.framesAt(
            GO_TEXT + 0x20,
          );
        } catch (error) {
          if (!(error instanceof BinaryFormatError)) throw error;
        }
      }
    }
  });
});
