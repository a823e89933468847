import { describe, expect, it } from 'vitest';
import { parseBigHostOptions } from '../../../bench/big-host/options.ts';
import { parseStoreOptions } from '../../../bench/store/options.ts';

describe('options of the benchmarks of the store', () => {
  it('write the report after a whole run, not after a partial or short one', () => {
    expect(parseStoreOptions([])).toMatchObject({ write: true, samples: 17_000_000 });
    expect(parseStoreOptions(['--only', 'day,idle'])).toMatchObject({ write: false, parts: ['day', 'idle'] });
    expect(parseStoreOptions(['--samples', '1000'])).toMatchObject({ write: false });
    expect(parseStoreOptions(['--samples', '1000', '--write'])).toMatchObject({ write: true });
    expect(parseBigHostOptions([])).toMatchObject({ write: true, minutes: 30, cpus: 128 });
    expect(parseBigHostOptions(['--minutes', '5'])).toMatchObject({ write: false });
  });

  it('refuse what they do not know', () => {
    expect(() => parseStoreOptions(['--only', 'week'])).toThrow(/unknown: week/);
    expect(() => parseStoreOptions(['--stacks', '1.5'])).toThrow(/whole/);
    expect(() => parseBigHostOptions(['--cpus', '0'])).toThrow(/positive/);
  });
});
