// Answers that are cut say so; those that are not, do not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SQL_LIMITS } from '../../src/sql/limits.ts';
import { recordedRunner, TestRunner } from './recorded-runner.ts';
import type { RecordedData } from '../support/recorded-data.ts';

let data: RecordedData;
let sql: TestRunner;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ data, sql, close } = await recordedRunner());
});
afterAll(() => close());

describe('rows', () => {
  it.each([
    [9, 10, null],
    [10, 10, null],
    [11, 10, { by: 'rows', limit: 10 }],
    [5000, 2048, { by: 'rows', limit: 2048 }],
    [0, 1, null],
  ])('of %i, %i are answered with truncated = %j', async (rows, maxRows, truncated) => {
    const answer = await sql.answer(`SELECT range AS n FROM range(${rows})`, maxRows);
    expect(answer).toMatchObject({ rowCount: Math.min(rows, maxRows), truncated });
    expect(answer.rows).toEqual(Array.from({ length: Math.min(rows, maxRows) }, (_, n) => [n]));
  });

  it('are cut in a Parquet file and counted alike', async () => {
    const run = (maxRows: number) =>
      sql.runner.run(
        { sql: 'SELECT range AS n FROM range(100)', format: 'parquet', maxRows },
        new AbortController().signal,
      );
    const [cut, whole] = [await run(99), await run(100)];
    await cut.file.close();
    await whole.file.close();
    expect([cut.rows, cut.truncated, whole.rows, whole.truncated]).toEqual([
      99, { by: 'rows', limit: 99 }, 100, null,
    ]); // prettier-ignore
  });
});

describe('bytes', () => {
  it('end an answer between rows', async () => {
    const small = await TestRunner.on(data.store, { resultBytes: 10_000 });
    try {
      const answer = await small.answer(`SELECT repeat('ä', 100) AS text FROM range(1000)`);
      expect(answer.truncated).toEqual({ by: 'bytes', limit: 10_000 });
      expect(answer.rowCount).toBe(answer.rows.length);
      expect(answer.rows.length).toBeGreaterThan(40);
      expect(answer.rows.length).toBeLessThan(50);
    } finally {
      await small.close();
    }
  });
});

describe('the limits of a statement', () => {
  it('are those of docs/sql.md', () => {
    expect(SQL_LIMITS).toEqual({
      running: 2,
      waiting: 4,
      deadlineMs: 30_000,
      dataBytes: 1 << 30,
      memoryBytes: 256 << 20,
      diskBytes: 512 << 20,
      resultBytes: 64 << 20,
    });
  });
});

it('moves what does not fit into its memory to the disk, and takes it away', async () => {
  expect(
    await sql.rows(
      'SELECT count(*) FROM (SELECT i, hash(i) AS h FROM range(8000000) t(i) ORDER BY h OFFSET 1)',
    ),
  ).toEqual([[7_999_999]]);
});
