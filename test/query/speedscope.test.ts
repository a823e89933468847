import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import type { SpeedscopeFile } from '../../src/query/speedscope.ts';
import { encodeSpeedscope } from '../../src/query/speedscope.ts';
import { anyGroupedTable, frame, namesOf, PERIOD_NS, stackTable, sum } from './stack-table.ts';

const RANGE = { fromMs: Date.UTC(2026, 0, 31, 14), untilMs: Date.UTC(2026, 0, 31, 14, 5) };

const encoded = (table: StackTable) =>
  JSON.parse(encodeSpeedscope(table, { range: RANGE, name: 'web-1' })) as SpeedscopeFile;

/** CPU time by stack, as speedscope's importer reads it: `samples[i]` outermost first weighs `weights[i]`. */
function decoded({ shared, profiles: [profile] }: SpeedscopeFile): Map<string, number> {
  expect(profile.samples).toHaveLength(profile.weights.length);
  const stacks = profile.samples.map((frames) =>
    frames.map((index) => `${shared.frames[index]!.name}@${shared.frames[index]!.file!}`).join(';'),
  );
  expect(new Set(stacks).size).toBe(stacks.length);
  return new Map(stacks.map((stack, i) => [stack, profile.weights[i]!]));
}

describe('encodeSpeedscope', () => {
  it('writes a sampled profile in nanoseconds over shared frames', () => {
    const table = stackTable('main@app  main@app\nf>g@app   h@libc.so\n3         2');
    expect(encoded(table)).toEqual({
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      name: 'web-1',
      exporter: 'pilotlight',
      activeProfileIndex: 0,
      shared: {
        frames: [
          { name: 'g', file: 'app' },
          { name: 'f', file: 'app' },
          { name: 'main', file: 'app' },
          { name: 'h', file: 'libc.so' },
        ],
      },
      profiles: [
        {
          type: 'sampled',
          name: 'web-1, 2026-01-31T14:00:00.000Z to 2026-01-31T14:05:00.000Z',
          unit: 'nanoseconds',
          startValue: 0,
          endValue: 5 * PERIOD_NS,
          samples: [
            [2, 1, 0],
            [2, 3],
          ],
          weights: [3 * PERIOD_NS, 2 * PERIOD_NS],
        },
      ],
    });
  });

  it('gives a function its source file and the first of its lines that ran, once', () => {
    const table = stackTable('f@1  f@2\n1    1');
    const objects = [table.objects[0]!, table.objects[0]!];
    const locationFrames = [[frame('f', { file: 'f.c', line: 9 })], [frame('f', { file: 'f.c', line: 7 })]];
    const { shared, profiles } = encoded({ ...table, objects, locationFrames });
    expect(shared.frames).toEqual([{ name: 'f', file: 'f.c', line: 7 }]);
    expect(profiles[0].weights).toEqual([2 * PERIOD_NS]);
  });

  it('lays stacks that begin alike together', () => {
    const table = stackTable('main  idle  main\na           b\n9     5     1');
    const { shared, profiles } = encoded(table);
    const outermost = profiles[0].samples.map(([first]) => shared.frames[first!]!.name);
    expect(outermost.join(' ')).toMatch(/main main/);
  });

  it('has no samples where there are none', () => {
    const [profile] = encoded(stackTable([])).profiles;
    expect(profile).toMatchObject({ endValue: 0, samples: [], weights: [] });
  });

  it('reads back as the stacks and the CPU time that were written', () => {
    fc.assert(
      fc.property(anyGroupedTable, (table) => {
        const expected = new Map<string, number>();
        table.weightNs.forEach((weightNs, stack) => {
          const key = namesOf(table, stack).join(';');
          expected.set(key, (expected.get(key) ?? 0) + weightNs);
        });
        const file = encoded(table);
        expect(decoded(file)).toEqual(expected);
        expect(file.profiles[0].endValue).toBe(sum(table.weightNs));
      }),
    );
  });
});
