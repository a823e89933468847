import { describe, expect, it } from 'vitest';
import { parseOverheadOptions } from '../../bench/overhead/options.ts';

describe('options of bench/overhead', () => {
  it('writes the report after a whole run, not after a partial or short one', () => {
    expect(parseOverheadOptions([])).toMatchObject({ rounds: 20, write: true });
    expect(parseOverheadOptions(['--rounds', '2'])).toMatchObject({ rounds: 2, write: false });
    expect(parseOverheadOptions(['--only', 'throughput'])).toMatchObject({ write: false });
    expect(parseOverheadOptions(['--only', 'throughput', '--write'])).toMatchObject({ write: true });
  });

  it('narrows parts and profilers each by what was named of them', () => {
    expect(parseOverheadOptions(['--only', 'throughput,perf'])).toMatchObject({
      parts: ['throughput'],
      profilers: ['perf'],
    });
    expect(parseOverheadOptions(['--only', 'steady'])).toMatchObject({
      profilers: ['pilotlight', 'perf', 'bpftrace'],
    });
  });

  it.each([[['--only', 'disk']], [['--rounds', '-1']], [['--seconds', 'x']], [['--bogus']]])(
    'refuses %j',
    (args) => {
      expect(() => parseOverheadOptions(args)).toThrow();
    },
  );
});
