// The plainest peer: a DuckDB table with a row per sample and its stack as text, as folded stacks have it.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { BIGINT, DuckDBInstance, VARCHAR } from '@duckdb/node-api';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import type { Stack } from '../../src/model/stack.ts';
import type { SymbolRow } from '../../src/store/profile-store.ts';
import { appendRows, valueColumn, wholeColumn } from '../../src/store/append-rows.ts';
import { MEMORY_LIMIT_BYTES } from './with-store.ts';

export interface PlainResult {
  samples: number;
  bytes: number;
  /** ms: distinct stacks of the window with their samples, once per repetition. */
  fiveMinutes: number[];
  hour: number[];
}

export interface PlainSource {
  batches: readonly ProfileBatch[];
  stacks: ReadonlyMap<bigint, Stack>;
  symbols: readonly SymbolRow[];
}

const FIVE_MINUTES_MS = 5 * 60_000;

/** The batches are of an hour. */
export async function measurePlainTable(
  source: PlainSource,
  folder: string,
  repetitions: number,
): Promise<PlainResult> {
  const path = join(folder, 'plain.duckdb');
  const limit = `${Math.floor(MEMORY_LIMIT_BYTES / 2 ** 20)}MiB`;
  const instance = await DuckDBInstance.create(path, { threads: '1', memory_limit: limit });
  const connection = await instance.connect();
  try {
    await connection.run('CREATE TABLE plain (time_ms BIGINT, comm VARCHAR, stack VARCHAR)');
    const samples = await fill(connection, source);
    await connection.run('CHECKPOINT');
    const last = source.batches.at(-1)!.samples;
    const untilMs = last.timeMs[last.length - 1]!;
    const times = (lengthMs: number) => ask(connection, untilMs - lengthMs, repetitions);
    const fiveMinutes = await times(FIVE_MINUTES_MS);
    return { samples, bytes: statSync(path).size, fiveMinutes, hour: await times(Infinity) };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function fill(
  connection: DuckDBConnection,
  { batches, stacks, symbols }: PlainSource,
): Promise<number> {
  const names = new Map(
    symbols.map(({ location, result }) => [
      location as bigint,
      result.ok ? result.frames.map(({ name }) => name).join(';') : '[unknown]',
    ]),
  );
  const comms = new Map<bigint, string>();
  const texts = new Map<bigint, string>();
  const textOf = (id: bigint) => {
    const text =
      texts.get(id) ??
      stacks
        .get(id)!
        .locations.map((each) => names.get(each) ?? '[unknown]')
        .join(';');
    texts.set(id, text);
    return text;
  };
  let rows = 0;
  for (const { samples, processes } of batches) {
    for (const { id, comm } of processes) comms.set(id, comm);
    await appendRows(connection, 'plain', samples.length, [
      wholeColumn(BIGINT, samples.timeMs),
      valueColumn(VARCHAR, (row) => comms.get(samples.processId[row]!) ?? ''),
      valueColumn(VARCHAR, (row) => textOf(samples.stackId[row]!)),
    ]);
    rows += samples.length;
  }
  return rows;
}

async function ask(connection: DuckDBConnection, fromMs: number, repetitions: number): Promise<number[]> {
  const since = Number.isFinite(fromMs) ? `time_ms >= ${Math.floor(fromMs)}` : 'TRUE';
  const times: number[] = [];
  for (let turn = 0; turn <= repetitions; turn++) {
    const began = performance.now();
    await connection.runAndReadAll(`SELECT stack, count(*) FROM plain WHERE ${since} GROUP BY stack`);
    times.push(performance.now() - began);
  }
  return times.slice(1);
}
