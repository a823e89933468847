// The views against the store's own answers and against the recorded samples, which are known one by one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topFunctions } from '../../src/query/top.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { EVER } from '../store/text-profile.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import type { TestRunner } from './recorded-runner.ts';
import { recordedRunner } from './recorded-runner.ts';

let data: RecordedData;
let sql: TestRunner;
let close: () => Promise<void>;
let table: StackTable;
beforeAll(async () => {
  ({ data, sql, close } = await recordedRunner());
  table = await data.store.stacks([], EVER);
});
afterAll(() => close());

/** Sums of the recorded samples by a text made of each, as rows in the order of the text. */
function counted(key: (sample: RecordedData['samples'][number]) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const sample of data.samples) counts.set(key(sample), (counts.get(key(sample)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('the view samples', () => {
  it('has every sample once, with its labels and its weight', async () => {
    expect(await sql.rows('SELECT count(*), sum(samples), sum(cpu_ns) FROM samples')).toEqual([
      [data.samples.length, data.samples.length, data.samples.length * data.periodNs],
    ]);
    expect(
      await sql.rows(`SELECT concat_ws('|', comm, pid, tid, thread, user, container, unit, cpu), count(*)
        FROM samples GROUP BY 1 ORDER BY 1`),
    ).toEqual(
      counted(({ thread, cpu }) =>
        [
          thread.comm,
          thread.pid,
          thread.tid,
          thread.name,
          thread.user,
          thread.container,
          thread.unit,
          cpu,
        ].join('|'),
      ),
    );
  });

  it('tells the time to the millisecond, in UTC', async () => {
    const [first] = [...data.samples].sort((a, b) => a.timeMs - b.timeMs);
    expect(await sql.rows('SELECT min(time), min(time_ms) FROM samples')).toEqual([
      [
        expect.stringContaining(new Date(first!.timeMs).toISOString().slice(0, 19)),
        Math.floor(first!.timeMs),
      ],
    ]);
  });
});

describe('the view functions', () => {
  it('has the sums of /api/v1/top', async () => {
    const rows = await sql.rows(
      `SELECT function, object, self_samples, total_samples, round(self_cpu_seconds * 1e9), round(total_cpu_seconds * 1e9)
       FROM functions`,
    );
    const expected = topFunctions(table).functions.map((row) => [
      row.name, row.object, row.selfCount, row.totalCount, row.self, row.total,
    ]); // prettier-ignore
    expect(new Set(rows.map((row) => row.join('|')))).toEqual(new Set(expected.map((row) => row.join('|'))));
    expect(rows.length).toBe(expected.length);
    expect(rows.length).toBeGreaterThan(40);
  });

  it('can be asked for a window', async () => {
    const { fromMs, untilMs } = data.windows.after;
    const times = [fromMs, untilMs].map((ms) => `make_timestamp_ms(${ms})`);
    const rows = await sql.rows(
      `SELECT function, self_samples FROM functions_between(${times.join(', ')}) WHERE function = 'escapeHtml'`,
    );
    expect(rows).toEqual([['escapeHtml', 3600]]);
  });
});

describe('the views frames and stacks', () => {
  it('name every frame as the flame graph does, leaf first', async () => {
    const rows = (await sql.rows('SELECT functions FROM stacks')) as [string[]][];
    const expected = Array.from({ length: table.offsets.length - 1 }, (_, stack) =>
      Array.from(table.stackLocations.subarray(table.offsets[stack], table.offsets[stack + 1]))
        .flatMap((location) => table.locationFrames[location]!.map(({ name }) => name))
        .join(';'),
    );
    expect(rows.map(([functions]) => functions.join(';')).sort()).toEqual(expected.sort());
  });

  it('have one leaf per stack, and depths that are numbers of frames', async () => {
    expect(
      await sql.rows(`SELECT count(*) FROM (SELECT stack_id FROM frames GROUP BY stack_id
        HAVING count(*) FILTER (is_leaf) <> 1 OR min(position) <> 0)`),
    ).toEqual([[0]]);
    expect(
      await sql.rows(`SELECT count(*) FROM stacks t JOIN (SELECT stack_id, count(*) AS n FROM frames GROUP BY ALL) f
        USING (stack_id) WHERE t.depth <> f.n OR len(t.objects) <> f.n`),
    ).toEqual([[0]]);
  });

  it('tell what has no name from what has one', async () => {
    expect(
      await sql.rows('SELECT DISTINCT function, object FROM frames WHERE NOT named ORDER BY function'),
    ).toEqual([
      ['[libvendor.so]', '/opt/vendor/libvendor.so'],
      ['[no user stack]', '[marker]'],
      ['[truncated]', '[marker]'],
      ['[unknown]', '[marker]'],
    ]);
  });
});

describe('the view series', () => {
  it('has all CPU time, in steps of 10 s', async () => {
    const [[samples, misplaced]] = (await sql.rows(
      'SELECT sum(samples), count(*) FILTER (epoch_ms(time) % 10_000 <> 0) FROM series',
    )) as [[number, number]];
    expect([samples, misplaced]).toEqual([data.samples.length, 0]);
  });

  it('can have other steps, whose CPUs are CPU time over their length', async () => {
    const rows = await sql.rows(
      `SELECT epoch_ms(time), sum(samples), round(sum(cpus), 6) FROM series_every(INTERVAL 10 MINUTE) GROUP BY ALL ORDER BY 1`,
    );
    const windows = [data.windows.before, data.windows.after];
    expect(rows).toEqual(
      windows.map(({ fromMs, untilMs }) => {
        const { length } = data.samples.filter(({ timeMs }) => timeMs >= fromMs && timeMs < untilMs);
        return [fromMs, length, Number(((length * data.periodNs) / 1e6 / (untilMs - fromMs)).toFixed(6))];
      }),
    );
  });
});

describe('the view processes', () => {
  it('has one row per program of a process, that samples refer to', async () => {
    expect(
      await sql.rows(`SELECT comm, pid, user, container, started FROM processes WHERE pid = 1200`),
    ).toEqual([['node', 1200, 'app', 'shop-web', '2026-03-01T06:00:01.2Z']]);
    expect(
      await sql.rows(
        'SELECT count(*) FROM samples WHERE process_id NOT IN (SELECT process_id FROM processes)',
      ),
    ).toEqual([[0]]);
  });
});
