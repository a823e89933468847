import { describe, expect, it } from 'vitest';
import { painter } from '../../src/cli/colours.ts';
import { displayWidth } from '../../src/cli/terminal-text.ts';
import { plainText, rowsThatFit, screenLines, stateLine } from '../../src/cli/top-screen.ts';
import type { TopSnapshot } from '../../src/cli/top-source.ts';

const row = (name: string, self: number, total: number) => ({
  ...{ name, object: '/usr/lib/x86_64-linux-gnu/libc.so.6', file: '' },
  ...{ self: self * 1e9, total: total * 1e9, selfCount: self * 100, totalCount: total * 100 },
  ...{ selfShare: self / 10, totalShare: total / 10 },
});

const SNAPSHOT: TopSnapshot = {
  ...{ source: 'http://127.0.0.1:4040', sampling: true, host: 'vm', cpus: 2, rateHz: 99, rateReason: null },
  ...{ sort: 'self', cpusBusy: 1, lostShare: 0.012, unnamedShare: 0.5 },
  ...{ fromMs: Date.UTC(2026, 0, 31, 14, 2, 11), untilMs: Date.UTC(2026, 0, 31, 14, 2, 21) },
  ...{ unit: 'nanoseconds', total: 10e9, totalCount: 1000 },
  functions: [row('busy_loop', 7, 8), row('evil\x1b[2J\nname', 2, 2), row('計算'.repeat(60), 0.5, 1)],
  hidden: { functions: 1, count: 50, share: 0.05 },
};
const CALM = { paused: false, trouble: null };
const plain = painter(false);

describe('the screen of top', () => {
  it('shows host, rate, CPUs busy, lost and unnamed shares, then the functions', () => {
    expect(screenLines(SNAPSHOT, CALM, { columns: 80, rows: 24 }, plain)).toEqual([
      'vm · 99 Hz · 1.00 of 2 CPUs busy · lost 1.2 % · unnamed 50.0 %',
      '14:02:11 – 14:02:21 UTC · sorted by self',
      '    self   total  function (1,000 samples)'.padEnd(80),
      '  70.0 %  80.0 %  busy_loop                                 …linux-gnu/libc.so.6',
      '  20.0 %  20.0 %  evil\\x1b[2J\\nname                         …linux-gnu/libc.so.6',
      '   5.0 %  10.0 %  計算計算計算計算計算計算計算計算計算計…  …linux-gnu/libc.so.6',
      '1 more function has 5.0 %',
      'q quit · s sort by self or total · space pause',
    ]);
  });

  it.each([[20, 5], [80, 4], [1, 1], [300, 60], [19, 24]])('fits %d columns and %d rows', (columns, rows) => {
    const lines = screenLines(SNAPSHOT, { paused: true, trouble: 'gone: '.repeat(50) }, { columns, rows }, plain);
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
  }); // prettier-ignore

  it('counts as hidden what a smaller terminal has no room for', () => {
    const lines = screenLines(SNAPSHOT, CALM, { columns: 80, rows: 7 }, plain);
    expect(lines.slice(-3)).toEqual([
      '  70.0 %  80.0 %  busy_loop                                 …linux-gnu/libc.so.6',
      '3 more functions have 30.0 %',
      'q quit · s sort by self or total · space pause',
    ]);
  });

  it('says that it is paused, and why it is not up to date', () => {
    const state = { paused: true, trouble: 'cannot reach it' };
    const lines = screenLines(SNAPSHOT, state, { columns: 80, rows: 24 }, painter(true));
    expect(lines[1]).toMatch(/ · PAUSED$/);
    expect(lines[2]).toBe('\x1b[31mcannot reach it\x1b[0m');
  });

  it('asks for as many functions as fit', () => {
    expect([24, 50, 3, 0].map(rowsThatFit)).toEqual([18, 44, 1, 1]);
  });
});

describe('the header', () => {
  it('says why the rate is lowered', () => {
    expect(stateLine({ ...SNAPSHOT, rateHz: 49.5, rateReason: 'over budget' })).toMatch(
      / 49\.5 Hz \(over budget\) /,
    );
  });

  it('names the source where there is no host, and leaves out what is not known', () => {
    const stored = {
      ...SNAPSHOT,
      sampling: false,
      host: null,
      cpus: null,
      rateHz: null,
      lostShare: null,
      unnamedShare: null,
    };
    expect(stateLine(stored)).toBe('http://127.0.0.1:4040 · not sampling · 1.00 CPUs busy');
  });
});

describe('plainText', () => {
  it('cuts nothing, and dates what is not of now', () => {
    expect(plainText({ ...SNAPSHOT, sampling: false, functions: SNAPSHOT.functions.slice(0, 1) })).toBe(
      'vm · not sampling · 1.00 of 2 CPUs busy · lost 1.2 % · unnamed 50.0 %\n' +
        '2026-01-31 14:02:11 – 2026-01-31 14:02:21 UTC\n' +
        '    self   total  function (1,000 samples)\n' +
        '  70.0 %  80.0 %  busy_loop  /usr/lib/x86_64-linux-gnu/libc.so.6\n' +
        '1 more function has 5.0 %\n',
    );
  });
});
