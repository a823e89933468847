// What the page says in words and numbers.
import { describe, expect, it } from 'vitest';
import { conservationOf } from '../../src/model/conservation.ts';
import type { StatusBody } from '../../src/server/status.ts';
import type { CoverageBody } from '../../web/src/naming/coverage-rows.ts';
import { emptyReason } from '../../web/src/empty-reason.ts';
import { formatBytes, formatCount, formatDuration, formatShare, formatTime } from '../../web/src/format.ts';
import { classColour, frameColour } from '../../web/src/palette.ts';
import { statusFacts } from '../../web/src/status-facts.ts';
import { HEALTHY_STATUS } from '../support/fake-service.ts';

describe('numbers for people', () => {
  it.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1500, '1.50 µs'],
    [12_340_000, '12.3 ms'],
    [999_600_000, '1.00 s'],
    [59_940_000_000, '59.9 s'],
    [60_000_000_000, '1 m 00 s'],
    [754_000_000_000, '12 m 34 s'],
    [11_100_000_000_000, '3 h 05 m'],
  ])('tells %d ns as %s', (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
  });

  it.each([
    [0, '0 %'],
    [0.00001, '< 0.01 %'],
    [0.0042, '0.42 %'],
    [0.123_45, '12.3 %'],
    [1, '100.0 %'],
  ])('tells the share %d as %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });

  it('groups digits, scales bytes, and dates only what is not of today', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatBytes(181_400_000)).toBe('181 MB');
    const noon = new Date(2026, 0, 31, 12, 0, 5).getTime();
    expect(formatTime(noon, noon)).toBe('12:00:05');
    expect(formatTime(noon, noon + 86_400_000)).toBe('2026-01-31 12:00:05');
  });
});

const COVERAGE: CoverageBody = {
  ...{ fromMs: 0, untilMs: 1, samples: 10, namedSamples: 9, namedShare: 0.9, unresolved: [] },
  shares: { line: 0.6, function: 0.3, object: 0.1, nothing: 0 },
  gain: [],
};

describe('statusFacts', () => {
  const values = (status: StatusBody) =>
    Object.fromEntries(statusFacts(status).map(({ label, value, tone }) => [label, `${value} (${tone})`]));

  it('tells rate, overhead, loss, names and whether the ticks add up', () => {
    expect(values({ ...HEALTHY_STATUS, coverage: COVERAGE })).toEqual({
      Rate: '99 Hz (plain)',
      Overhead: '0.37 % of a CPU (plain)',
      Lost: '0.04 % (plain)',
      Unnamed: '10.0 % (plain)',
      Ticks: 'all accounted for (good)',
    });
  });

  it('says on hover how much is known of the samples', () => {
    const [fact] = statusFacts({ sampling: true, coverage: COVERAGE });
    expect(fact).toMatchObject({
      label: 'Unnamed',
      title: expect.stringMatching(
        /: line 60\.0 %, function only 30\.0 %, object only 10\.0 %, nothing 0 %$/,
      ) as string,
      opens: 'coverage',
    });
  });

  it('raises its voice over a lowered rate, losses and ticks that do not add up', () => {
    const [first] = HEALTHY_STATUS.conservation!.perCpu;
    const status: StatusBody = {
      sampling: true,
      rate: { configuredHz: 99, inForceHz: 49.5, reason: 'CPU budget' },
      conservation: conservationOf([{ ...first!, losses: { logFull: 500 } }]),
    };
    expect(values(status)).toEqual({
      Rate: '49.5 Hz (warn)',
      Lost: '7.7 % (warn)',
      Ticks: '497 unaccounted for (bad)',
    });
    expect(statusFacts(status).map(({ title }) => title)).toContain('logFull 500');
  });

  it('says first that no sampler runs', () => {
    expect(values({ sampling: false })).toEqual({ Sampler: 'not running (warn)' });
  });
});

describe('emptyReason', () => {
  const nowMs = new Date(2026, 0, 31, 14, 30).getTime();
  const at = (oldestMs: number | null, newestMs: number | null, sampling = true): StatusBody => ({
    sampling,
    store: { ...EMPTY_STORE, oldestMs, newestMs },
  });
  const NO_BLOCKS = { blocks: 0, bytes: 0, rows: 0, samples: 0, weightNs: 0 };
  const EMPTY_STORE = {
    ...{ bytes: 0, memoryBytes: 0, memoryLimitBytes: 0, samples: 0, stacks: 0, locations: 0 },
    ...{ symbols: 0, objects: 0, processes: 0, hotBytes: 0, hotRows: 0, brokenBlocks: 0 },
    tiers: { raw: NO_BLOCKS, '10s': NO_BLOCKS, '1min': NO_BLOCKS },
  };
  const window = { fromMs: nowMs - 300_000, untilMs: nowMs, nowMs };
  const stopped = new Date(2026, 0, 31, 14, 2, 7).getTime();

  it.each([
    ['the state is unknown', undefined, '', 'The state of the store is not known yet.'],
    [
      'nothing is stored yet',
      at(null, null),
      '',
      'Nothing is stored yet; the first samples arrive within seconds.',
    ],
    ['nothing ever will be', at(null, null, false), '', 'Nothing is stored, and no sampler is running.'],
    [
      'sampling ended before',
      at(1, stopped, false),
      '',
      'The newest stored sample is from 14:02:07, and no sampler is running.',
    ],
    [
      'the window is too old',
      at(nowMs, nowMs),
      '',
      'It ends before the oldest stored sample, which is from 14:30:00.',
    ],
    ['the selector matches nothing', at(1, nowMs), '{pid="1"}', 'No sample matches {pid="1"}.'],
    ['nothing ran', at(1, nowMs), '', 'The CPUs were idle, or sampling was stopped.'],
  ])('gives the reason where %s', (_case, status, query, reason) => {
    expect(emptyReason({ ...window, status, query, filtered: false })).toBe(reason);
  });

  it('says that nothing passes the filters of stacks, whatever the selector', () => {
    const filtered = { ...window, status: at(1, nowMs), query: '{pid="1"}', filtered: true };
    expect(emptyReason(filtered)).toBe('No stack passes the filters.');
  });
});

describe('colours', () => {
  /** Relative luminance and contrast as WCAG 2 defines them. */
  function luminance(colour: string): number {
    const [h, s, l] = /hsl\((\S+) (\S+)% (\S+)%\)/.exec(colour)!.slice(1).map(Number) as [
      number,
      number,
      number,
    ];
    const chroma = (s / 100) * Math.min(l / 100, 1 - l / 100);
    const channel = (n: number) => {
      const k = (n + h / 30) % 12;
      const c = l / 100 - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1));
      return c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * channel(0) + 0.7152 * channel(8) + 0.0722 * channel(4);
  }
  const LABEL_LUMINANCE = luminance('hsl(27 45% 8%)');

  it('leave the label on every frame readable in both themes', () => {
    for (const scheme of ['light', 'dark'] as const) {
      for (const frameClass of ['kernel', 'native', 'jit', 'marker', 'group'] as const) {
        const colours = Array.from('abcdefghijklmnopqrstuvwxyz', (object) =>
          frameColour({ name: object, object: `/lib/${object}`, frameClass }, scheme),
        );
        for (const colour of [classColour(frameClass, scheme), ...colours]) {
          expect((luminance(colour) + 0.05) / (LABEL_LUMINANCE + 0.05)).toBeGreaterThan(4.5);
        }
      }
    }
  });

  it('are the same for the same object', () => {
    const frame = { name: 'f', object: '/lib/a', frameClass: 'native' } as const;
    expect(frameColour(frame, 'light')).toBe(frameColour({ ...frame }, 'light'));
  });
});
