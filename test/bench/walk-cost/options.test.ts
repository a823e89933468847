import { describe, expect, it } from 'vitest';
import { parseWalkCostOptions } from '../../../bench/walk-cost/options.ts';

describe('options of bench/walk-cost', () => {
  it('writes the report after a whole run, not after a partial or short one', () => {
    expect(parseWalkCostOptions([])).toMatchObject({ seconds: 60, write: true });
    expect(parseWalkCostOptions(['--seconds', '5'])).toMatchObject({ write: false });
    expect(parseWalkCostOptions(['--only', 'start'])).toMatchObject({ only: ['start'], write: false });
    expect(parseWalkCostOptions(['--only', 'node', '--write'])).toMatchObject({ write: true });
  });

  it.each([[['--only', 'disk']], [['--seconds', '-1']], [['--seconds', 'x']], [['--bogus']]])(
    'refuses %j',
    (args) => {
      expect(() => parseWalkCostOptions(args)).toThrow();
    },
  );
});
