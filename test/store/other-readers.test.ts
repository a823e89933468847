// The files of a block, read by a Parquet reader that shares nothing with DuckDB: hyparquet, which is JavaScript.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BLOCK_FILES } from '../../src/store/block-manifest.ts';
import type { Tier } from '../../src/store/profile-store.ts';
import { ledgerOf, openAt, temporaryDir, testProcess, textBatch, textSymbols } from './text-profile.ts';
import { DAY_0, DAY_MS, HOUR_MS, maintainAll, ROLL_UP } from './upkeep-steps.ts';

/** By tier the folder of a block; enough rows that every encoding is worth while. */
const blocks: Partial<Record<Tier, string>> = {};
let dataDir: string;
beforeAll(async () => {
  dataDir = await temporaryDir();
  const store = await openAt(dataDir);
  for (const [day, comm] of [
    [0, 'app'],
    [8, 'node'],
    [9, 'gcc'],
  ] as const) {
    for (let turn = 0; turn < 40; turn++) {
      const text = stacks(turn);
      const timeMs = DAY_0 + day * DAY_MS + 20 * HOUR_MS + turn * 1013;
      const options = {
        timeMs,
        cpu: turn % 4,
        process: testProcess(comm, { pid: 100 + turn }),
        thread: `t${turn % 7}`,
      };
      const batch = textBatch(text, options);
      await store.append(batch, ledgerOf(batch.samples.length), textSymbols(text));
    }
  }
  await maintainAll(store, DAY_0 + 10 * DAY_MS, ROLL_UP);
  for (const { tier, id } of await store.blocks()) blocks[tier] = join(dataDir, 'blocks', id);
  await store.close();
}, 60_000);
afterAll(() => rm(dataDir, { recursive: true }));

/** Some 300 samples of stacks that share their callers. */
function stacks(turn: number): string {
  const columns = Array.from({ length: 12 }, (_, at) => [
    'main',
    `called${at % 5}`,
    `leaf${turn}x${at}>inlined@libc.so`,
  ]);
  const lines = [0, 1, 2].map((depth) => columns.map((column) => column[depth]!.padEnd(32)).join('  '));
  return [...lines, columns.map((_, at) => String(at * 4 + 3).padEnd(32)).join('  ')].join('\n');
}

async function byDuckDB(file: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const rows = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`);
    return rows.getRowObjectsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function byHyparquet(file: string): Promise<unknown[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
}

/** Whole numbers of whatever type as text; DuckDB gives small ones as numbers. */
const plain = (rows: unknown[]) =>
  rows.map((row) =>
    JSON.stringify(row, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : typeof value === 'number' ? String(value) : value,
    ),
  );

describe.each(['raw', '10s', '1min'] as const)('a block of the tier %s', (tier) => {
  it.each(BLOCK_FILES)('has a %s that another reader reads as DuckDB does', async (name) => {
    const file = join(blocks[tier]!, name);
    const rows = plain(await byHyparquet(file));
    expect(rows.length).toBeGreaterThan(1);
    expect(rows).toEqual(plain(await byDuckDB(file)));
  });
});

it('says of itself how it is encoded: compressed by zstd, and numbers by their distances', async () => {
  const columnsOf = async (name: string) => {
    const file = await asyncBufferFromFile(join(blocks.raw!, name));
    const { row_groups, num_rows } = await parquetMetadataAsync(file);
    const columns = row_groups.flatMap((group) => group.columns.map(({ meta_data }) => meta_data!));
    expect(new Set(columns.map(({ codec }) => codec))).toEqual(new Set(['ZSTD']));
    return { rows: Number(num_rows), encodings: new Set(columns.flatMap(({ encodings }) => encodings)) };
  };
  const samples = await columnsOf('samples.parquet');
  expect(samples.rows).toBeGreaterThan(10_000);
  expect(samples.encodings).toContain('DELTA_BINARY_PACKED');
  expect((await columnsOf('locations.parquet')).encodings).toContain('DELTA_BINARY_PACKED');
  expect((await readdir(blocks.raw!)).sort()).toEqual([...BLOCK_FILES, 'manifest.json'].sort());
});
