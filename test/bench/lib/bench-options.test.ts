import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../bench/lib/bench-command.ts';
import { benchArgs, onlyWords, positive, positiveWhole } from '../../../bench/lib/bench-options.ts';

describe('benchArgs', () => {
  it('gives values by name, and what every benchmark has', () => {
    expect(benchArgs(['--seconds', '3', '--write'], ['seconds', 'rate'])).toEqual({
      help: false,
      values: { seconds: '3' },
      positionals: [],
      report: 'docs/benchmarks.md',
      write: true,
    });
    expect(benchArgs(['--help', '--report', 'x.md'], [])).toMatchObject({ help: true, report: 'x.md' });
  });

  it('refuses what it does not know, and positionals unless they are wanted', () => {
    expect(() => benchArgs(['--secs', '3'], ['seconds'])).toThrow(UsageError);
    expect(() => benchArgs(['/bin/ls'], [])).toThrow(UsageError);
    expect(benchArgs(['/bin/ls'], [], true).positionals).toEqual(['/bin/ls']);
  });
});

it('numbers are positive, and not beyond the most', () => {
  expect(positive('rate', undefined, 99)).toBe(99);
  expect(positive('rate', '0.5', 99)).toBe(0.5);
  for (const text of ['0', '-1', 'x', '', '10001'])
    expect(() => positive('rate', text, 99)).toThrow('--rate');
  expect(positiveWhole('files', '500', 1, 500)).toBe(500);
  for (const text of ['0', '1.5', '501'])
    expect(() => positiveWhole('files', text, 1, 500)).toThrow('--files');
});

it('--only names parts that there are', () => {
  expect(onlyWords(undefined, ['a'])).toEqual([]);
  expect(onlyWords('a, b', ['a', 'b', 'c'])).toEqual(['a', 'b']);
  expect(() => onlyWords('a,d,e', ['a', 'b'])).toThrow('--only: unknown: d, e');
});
