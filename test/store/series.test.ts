import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTemporary, PERIOD_NS, testProcess, textBatch, textSymbols, withStore } from './text-profile.ts';

describe('series', () => {
  it('gives every step a value, zero where there were no samples', async () => {
    await withStore(async (store) => {
      await store.append(textBatch('main\n3', { timeMs: 10_000 }), []);
      await store.append(textBatch('main\n2', { timeMs: 12_500 }), []);
      const series = await store.series([], { fromMs: 9_000, untilMs: 13_500 }, 1_000);
      expect(series).toMatchObject({ fromMs: 9_000, stepMs: 1_000, steps: 5 });
      expect(series.series).toEqual([
        {
          value: '',
          count: Float64Array.of(0, 3, 0, 2, 0),
          weightNs: Float64Array.of(0, 3 * PERIOD_NS, 0, 2 * PERIOD_NS, 0),
        },
      ]);
    });
  });

  it('keeps the largest groups and sums the rest into one without a name', async () => {
    await withStore(async (store) => {
      for (const [comm, count] of [
        ['a', 5],
        ['b', 4],
        ['c', 2],
        ['d', 1],
      ] as const) {
        await store.append(
          textBatch(`main\n${count}`, { process: testProcess(comm, { pid: comm.charCodeAt(0) }), timeMs: 0 }),
          [],
        );
      }
      const { series } = await store.series([], { fromMs: 0, untilMs: 1000 }, 1000, 'comm', 2);
      expect(series.map(({ value, count }) => [value, count[0]])).toEqual([
        ['a', 5],
        ['b', 4],
        ['', 3],
      ]);
    });
  });

  it('has no series where there are no samples, and refuses too many steps', async () => {
    await withStore(async (store) => {
      expect((await store.series([], { fromMs: 0, untilMs: 1000 }, 1000)).series).toEqual([]);
      await expect(store.series([], { fromMs: 0, untilMs: 1e9 }, 1)).rejects.toMatchObject({
        kind: 'bad-query',
      });
      await expect(store.series([], { fromMs: 0, untilMs: 1000 }, 0)).rejects.toMatchObject({
        kind: 'bad-query',
      });
    });
  });

  it('conserves samples under any step, grouping and limit', async () => {
    const { store, remove } = await openTemporary();
    for (const comm of ['a', 'b', 'c']) {
      await store.append(
        textBatch('main\n50', { process: testProcess(comm, { pid: comm.charCodeAt(0) }), timeMs: 100 }),
        [],
      );
    }
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 700 }),
        fc.constantFrom(undefined, 'comm' as const, 'pid' as const, 'cpu' as const, 'host' as const),
        fc.integer({ min: 0, max: 4 }),
        async (stepMs, groupBy, limit) => {
          const { series } = await store.series([], { fromMs: 0, untilMs: 700 }, stepMs, groupBy, limit);
          const sum = (column: (points: (typeof series)[number]) => Float64Array) =>
            series.reduce((all, points) => all + column(points).reduce((a, b) => a + b, 0), 0);
          expect(sum(({ count }) => count)).toBe(150);
          expect(sum(({ weightNs }) => weightNs)).toBe(150 * PERIOD_NS);
        },
      ),
      { numRuns: 50 },
    );
    await remove();
  });
});

describe('series by leaf frames', () => {
  const TEXT = `
    main@app  main@app         main@app
    read@lib  outer>inner@lib
    3         4                5`;

  it.each([
    [
      'function',
      [
        ['main', 5],
        ['inner', 4],
        ['read', 3],
      ],
    ],
    [
      'object',
      [
        ['/usr/lib/lib', 7],
        ['/usr/lib/app', 5],
      ],
    ],
    [
      'file',
      [
        ['main.c', 5],
        ['inner.c', 4],
        ['read.c', 3],
      ],
    ],
  ] as const)('are of each %s', async (groupBy, expected) => {
    await withStore(async (store) => {
      await store.append(textBatch(TEXT, { timeMs: 0 }), [], textSymbols(TEXT));
      const { series } = await store.series([], { fromMs: 0, untilMs: 1000 }, 1000, groupBy);
      expect(series.map(({ value, count }) => [value, count[0]])).toEqual(expected);
      const largest = await store.series([], { fromMs: 0, untilMs: 1000 }, 1000, groupBy, 1);
      expect(largest.series.reduce((sum, { count }) => sum + count[0]!, 0)).toBe(12);
    });
  });

  it('have stand-ins where there are no names, and lie in their steps', async () => {
    await withStore(async (store) => {
      await store.append(textBatch('main@app\n3', { timeMs: 0 }), []);
      await store.append(textBatch('sys@kernel\n2', { timeMs: 500 }), []);
      const { series } = await store.series([], { fromMs: 0, untilMs: 1000 }, 500, 'function');
      expect(series.map(({ value, count }) => [value, ...count])).toEqual([
        ['[app]', 3, 0],
        ['[kernel]', 0, 2],
      ]);
    });
  });

  it('are none where there are no samples', async () => {
    await withStore(async (store) => {
      expect((await store.series([], { fromMs: 0, untilMs: 1000 }, 500, 'object')).series).toEqual([]);
    });
  });
});
