// Our stack filters against pprof's: the same patterns, given to `go tool pprof` with the whole profile, must leave the
// same functions with the same numbers. Needs the go command.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import { encodePprof } from '../../src/query/pprof.ts';
import { filterStacks } from '../../src/query/stack-filter.ts';
import { preparePprof, pprofTop } from '../support/pprof-top.ts';
import type { Patterns } from './filtered-tables.ts';
import { anyFilteredTable, anyPatterns, matchesOf } from './filtered-tables.ts';
import { stackTable } from './stack-table.ts';

const RANGE = { fromMs: 1_700_000_000_000, untilMs: 1_700_000_010_000 };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pilotlight-filters-'));
  preparePprof();
}, 600_000);
afterAll(() => rm(dir, { recursive: true }));

/** What pprof makes of a profile: all functions, none left out for being small. */
async function top(table: StackTable, ...options: string[]) {
  const file = join(dir, 'profile.pb.gz');
  await writeFile(file, await encodePprof(table, { range: RANGE }));
  const { shownNs, rows } = pprofTop('-relative_percentages', ...options, file);
  return { shownNs, rows: [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

const optionsOf = (patterns: Patterns) =>
  Object.entries(patterns).map(([filter, pattern]) => `-${filter}=${pattern}`);

describe('stack filters', () => {
  it('leave what pprof leaves', async () => {
    await fc.assert(
      fc.asyncProperty(anyFilteredTable, anyPatterns, async (table, patterns) => {
        const expected = await top(table, ...optionsOf(patterns));
        expect(await top(filterStacks(table, matchesOf(table, patterns)))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('would be found to differ', async () => {
    const table = stackTable('main  main\nf     g\n1     2');
    expect(await top(table, '-focus=f')).not.toEqual(await top(table));
    expect((await top(table, '-focus=f')).rows).toEqual([
      { name: 'f', flatNs: 10_000_000, cumNs: 10_000_000 },
      { name: 'main', flatNs: 0, cumNs: 10_000_000 },
    ]);
  });
});
