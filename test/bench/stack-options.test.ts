import { describe, expect, it } from 'vitest';
import { parseExactnessOptions } from '../../bench/exactness/options.ts';
import { parseShortLivedOptions } from '../../bench/short-lived/options.ts';
import { parseStacksOptions } from '../../bench/stacks/options.ts';

describe('options of the benchmarks of stacks', () => {
  it('write the report after a whole run, not after a partial or short one', () => {
    expect(parseExactnessOptions([])).toMatchObject({ write: true });
    expect(parseExactnessOptions(['--only', 'go'])).toMatchObject({ write: false, only: ['go'] });
    expect(parseStacksOptions([])).toMatchObject({ write: true });
    expect(parseStacksOptions(['--seconds', '10'])).toMatchObject({ write: false, seconds: 10 });
    expect(parseStacksOptions(['--seconds', '10', '--write'])).toMatchObject({ write: true });
    expect(parseShortLivedOptions([])).toMatchObject({ write: true, files: 500 });
    expect(parseShortLivedOptions(['--files', '50'])).toMatchObject({ write: false });
  });

  it('refuse what they do not know', () => {
    expect(() => parseExactnessOptions(['--only', 'cobol'])).toThrow(/unknown: cobol/);
    expect(() => parseStacksOptions(['--seconds', '0'])).toThrow(/positive/);
    expect(() => parseShortLivedOptions(['--files', '55'])).toThrow(/multiple of 10/);
  });
});
