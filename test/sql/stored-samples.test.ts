// Samples in blocks beside those of the database: read as one, by what the database says of the blocks.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { executeOn } from '../store/text-profile.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { recordedData } from '../support/recorded-data.ts';
import { TestRunner } from './recorded-runner.ts';

const SUMS = `SELECT comm, thread, count(cpu), count(tid), sum(samples), sum(cpu_ns), min(time), max(time) FROM samples
  GROUP BY ALL ORDER BY ALL`;
const TOTALS = 'SELECT function, object, self_samples, total_samples FROM functions ORDER BY ALL';

let data: RecordedData;
let sql: TestRunner;
beforeAll(async () => {
  data = await recordedData();
  await data.store.close();
  const snapshot = {
    database: join(data.dataDir, 'hot.duckdb'),
    // A name that is a pattern where DuckDB reads files.
    blocks: join(data.dataDir, 'blocks [old]'),
    takenMs: Date.now(),
  };
  sql = await TestRunner.on({ snapshot: () => Promise.resolve(snapshot) });
  await executeOn(
    data.dataDir,
    `DROP TABLE IF EXISTS blocks; CREATE TABLE blocks (id VARCHAR, state VARCHAR, tier VARCHAR, from_ms BIGINT)`,
  );
});
afterAll(async () => {
  await sql.close();
  await rm(data.dataDir, { recursive: true });
});

/** Writes what the query selects as a block, without taking it from the database. */
async function writeBlock(id: string, state: string, tier: string, query: string): Promise<void> {
  const folder = join(data.dataDir, 'blocks [old]', id);
  await mkdir(folder, { recursive: true });
  await executeOn(data.dataDir, `COPY (${query}) TO '${join(folder, 'samples.parquet')}' (FORMAT parquet)`);
  await executeOn(data.dataDir, `INSERT INTO blocks VALUES ('${id}', '${state}', '${tier}', 0)`);
}

it('gives the same answers wherever samples lie', async () => {
  const before = [await sql.rows(SUMS), await sql.rows(TOTALS)];
  const { fromMs } = data.windows.after;
  await writeBlock('first', 'live', 'raw', `SELECT * FROM samples WHERE time_ms < ${fromMs - 300_000}`);
  await writeBlock(
    'second',
    'live',
    'raw',
    `SELECT * FROM samples WHERE time_ms >= ${fromMs - 300_000} AND time_ms < ${fromMs}`,
  );
  await executeOn(data.dataDir, `DELETE FROM samples WHERE time_ms < ${fromMs}`);
  expect([await sql.rows(SUMS), await sql.rows(TOTALS)]).toEqual(before);
});

it('reads blocks that were rolled up, whose CPUs and threads are not known any more', async () => {
  const totals = await sql.rows(TOTALS);
  await writeBlock(
    'third',
    'live',
    '10s',
    `SELECT time_ms // 10_000 * 10_000 AS time_ms, process_id, thread, stack_id, kind, sum(count)::UINTEGER AS count,
       sum(weight_ns)::UBIGINT AS weight_ns FROM samples GROUP BY ALL`,
  );
  await executeOn(data.dataDir, 'DELETE FROM samples');
  expect(await sql.rows(TOTALS)).toEqual(totals);
  const { fromMs } = data.windows.after;
  expect(
    await sql.rows(`SELECT count(cpu), count(tid), sum(samples) FROM samples WHERE time_ms >= ${fromMs}`),
  ).toEqual([[0, 0, data.answers.after.samples]]);
});

it('reads no block that the database does not call live', async () => {
  const sums = await sql.rows(SUMS);
  for (const state of ['sealing', 'broken', 'gone']) {
    await writeBlock(state, state, 'raw', 'SELECT * FROM samples');
  }
  expect(await sql.rows(SUMS)).toEqual(sums);
});

it('answers nothing rather than less where a live block is missing', async () => {
  await executeOn(data.dataDir, `INSERT INTO blocks VALUES ('lost', 'live', 'raw', 0)`);
  expect(await sql.refusal(SUMS)).toMatchObject({ kind: 'failed' });
});
