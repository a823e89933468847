import { describe, expect, it } from 'vitest';
import { parseSymbolsOptions } from '../../../bench/symbols/options.ts';

describe('options of bench/symbols', () => {
  it('writes the report after a whole run, not after a partial or short one', () => {
    expect(parseSymbolsOptions([])).toMatchObject({ addresses: 10_000, rounds: 5, write: true });
    expect(parseSymbolsOptions(['--addresses', '500'])).toMatchObject({ addresses: 500, write: false });
    expect(parseSymbolsOptions(['--rounds', '1'])).toMatchObject({ rounds: 1, write: false });
    expect(parseSymbolsOptions(['--only', 'cost'])).toMatchObject({ parts: ['cost'], write: false });
    expect(parseSymbolsOptions(['--only', 'cost', '--write'])).toMatchObject({ write: true });
  });

  it.each([[['--only', 'speed']], [['--addresses', '0']], [['--rounds', 'x']], [['--bogus']]])(
    'refuses %j',
    (args) => {
      expect(() => parseSymbolsOptions(args)).toThrow();
    },
  );
});
