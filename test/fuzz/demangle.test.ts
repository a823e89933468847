import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuzzDemangle } from './demangle.ts';

/** Set by `npm run fuzz`. */
const MUTATIONS = Number(process.env['PILOTLIGHT_FUZZ_MUTATIONS'] ?? 10_000);
const SEED = Number(process.env['PILOTLIGHT_FUZZ_SEED'] ?? 20_260_701);
const SLOWEST_MS = 2000;

const NAMES = readFileSync(join(import.meta.dirname, '../symbolizer/demangle/names.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t')[0]!);

describe('mutated mangled names', () => {
  it('come back as they are or as a bounded text, in bounded time', () => {
    const outcome = fuzzDemangle(NAMES, MUTATIONS, SEED);
    expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
    expect(outcome.longest).toBeLessThanOrEqual(1 << 16);
    // Else only the first letters are read.
    expect(outcome.demangled).toBeGreaterThan(MUTATIONS / 20);
  }, 3_600_000);
});
