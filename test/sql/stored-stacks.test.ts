// Views over a database of an older version, and over a running store's that has sealed samples.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeVersion } from '../store/older-versions.ts';
import { ledgerOf, openAt, temporaryDir, textBatch, textSymbols } from '../store/text-profile.ts';
import { DAY_0, HOUR_MS, maintainAll } from '../store/upkeep-steps.ts';
import { TestRunner } from './recorded-runner.ts';

const TEXT =
  'main  main             main\na     b>c@libc.so      [truncated]@marker\n2     1                4';
const QUESTIONS = [
  'SELECT * FROM frames ORDER BY ALL',
  'SELECT stack_id, depth, functions, objects FROM stacks ORDER BY ALL',
  'SELECT * FROM functions ORDER BY ALL',
  'SELECT stack_id, sum(samples) FROM samples GROUP BY ALL ORDER BY ALL',
];

async function answers(sql: TestRunner): Promise<unknown[]> {
  const found = [];
  for (const question of QUESTIONS) found.push(await sql.rows(question));
  return found;
}

it('say of an older database what they say of this version', async () => {
  const dataDir = await temporaryDir();
  const store = await openAt(dataDir);
  await store.append(textBatch(TEXT), ledgerOf(7), textSymbols(TEXT));
  await store.close();
  const blocks = join(dataDir, 'blocks');
  await mkdir(blocks, { recursive: true });
  const snapshot = { database: join(dataDir, 'hot.duckdb'), blocks, takenMs: Date.now() };
  const runner = () => TestRunner.on({ snapshot: () => Promise.resolve(snapshot) });
  let sql = await runner();
  const before = await answers(sql);
  await sql.close();
  expect(before[2]).toHaveLength(5);
  await makeVersion(dataDir, 7);
  sql = await runner();
  expect(await answers(sql)).toEqual(before);
  await sql.close();
  await rm(dataDir, { recursive: true });
});

it('say of samples that a running store has sealed what they said before', async () => {
  const dataDir = await temporaryDir();
  const store = await openAt(dataDir);
  await store.append(textBatch(TEXT, { timeMs: DAY_0 }), ledgerOf(7), textSymbols(TEXT));
  let sql = await TestRunner.on(store);
  const before = await answers(sql);
  await sql.close();
  await maintainAll(store, DAY_0 + 2 * HOUR_MS);
  expect(await store.blocks()).toHaveLength(1);
  sql = await TestRunner.on(store);
  expect(await answers(sql)).toEqual(before);
  await sql.close();
  await store.close();
  await rm(dataDir, { recursive: true });
});
