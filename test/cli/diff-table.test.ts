import { describe, expect, it } from 'vitest';
import { painter } from '../../src/cli/colours.ts';
import type { DiffAnswer } from '../../src/cli/diff-table.ts';
import { diffText } from '../../src/cli/diff-table.ts';
import { displayWidth } from '../../src/cli/terminal-text.ts';
import { diffRow } from './diff-row.ts';

const side = (fromMs: number) => ({
  ...{ fromMs, untilMs: fromMs + 10_000, query: '', total: 20e9, totalCount: 2000, cores: 2, periodNs: 1e7 },
});
const START = Date.UTC(2026, 0, 31, 14, 0, 0);
const ANSWER: DiffAnswer = {
  normalize: 'share',
  left: side(START),
  right: { ...side(START + 10_000), query: '{comm="node\x07"}' },
  functions: [diffRow('grew', 0.05, 0.15), diffRow('vanished\x1b[2J', 0.045, 0), diffRow('same', 0.3, 0.3)],
  hiddenFunctions: { functions: 0, left: { count: 0, share: 0 }, right: { count: 0, share: 0 } },
};
const plain = { sort: 'total' as const, paint: painter(false) };

describe('the table of diff', () => {
  it('has shares before and after, the change in points, and CPUs before and after', () => {
    expect(diffText(ANSWER, plain).split('\n')).toEqual([
      'before 2026-01-31T14:00:00.000Z – 2026-01-31T14:00:10.000Z: 2,000 samples, 2.00 CPUs busy',
      'after  2026-01-31T14:00:10.000Z – 2026-01-31T14:00:20.000Z {comm="node\\x07"}: 2,000 samples, 2.00 CPUs busy',
      '   before    after   change     CPUs     CPUs  function (total share, points, CPUs before and after)',
      '    5.0 %   15.0 %   +10.00    0.100    0.300  grew  /usr/bin/app',
      '    4.5 %    0.0 %    -4.50    0.090    0.000  vanished\\x1b[2J  /usr/bin/app',
      '   30.0 %   30.0 %     0.00    0.600    0.600  same  /usr/bin/app',
      '',
    ]);
  });

  it('shows what functions used themselves where it is sorted by that', () => {
    const [, , , first] = diffText(ANSWER, { ...plain, sort: 'self' }).split('\n');
    expect(first).toBe('    2.5 %    7.5 %    +5.00    0.050    0.150  grew  /usr/bin/app');
  });

  it('colours what grew and what shrank, and nothing else of the rows', () => {
    const lines = diffText(ANSWER, { ...plain, paint: painter(true) }).split('\n');
    expect(lines[3]).toContain('\x1b[31m   +10.00\x1b[0m');
    expect(lines[4]).toContain('\x1b[32m    -4.50\x1b[0m');
    expect(lines[5]).not.toContain('\x1b');
  });

  it('says what the limit hides', () => {
    const hiddenFunctions = {
      functions: 1200,
      left: { count: 200, share: 0.1 },
      right: { count: 100, share: 0.05 },
    };
    expect(diffText({ ...ANSWER, hiddenFunctions }, plain)).toMatch(
      /\n1,200 more functions: self 10\.0 % before, 5\.0 % after\n$/,
    );
  });

  it('says what makes the sides unlike', () => {
    const differing = { ...ANSWER, left: { ...ANSWER.left, periodNs: 2e7 } };
    expect(diffText(differing, plain)).toContain('\nnote: the sampling rates differ\n');
    const empty = { ...ANSWER, left: { ...ANSWER.left, totalCount: 0, total: 0, periodNs: 0 } };
    expect(diffText(empty, plain)).toContain('\nnote: no samples before\n');
    expect(diffText(ANSWER, plain)).not.toContain('note:');
  });

  it.each([40, 80, 200])('fits %d columns', (width) => {
    for (const line of diffText(ANSWER, { ...plain, width }).split('\n')) {
      expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 49)); // the numbers are never cut
    }
  });
});
