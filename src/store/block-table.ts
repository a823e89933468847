// The tables `blocks` and `pins`: what holds of the folders of blocks, whatever lies in them.
import { randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { BIGINT, UBIGINT, UTINYINT, VARCHAR } from '@duckdb/node-api';
import type { TimeRange } from '../model/selector.ts';
import type { BlockManifest } from './block-manifest.ts';
import { BLOCK_FORMAT } from './block-manifest.ts';
import type { Block, Pin, Tier } from './profile-store.ts';
import type { Statements } from './statements.ts';
import { StoreError } from './store-error.ts';

/** Also the states that nobody outside of the store sees: being written, and waiting for its files to be removed. */
export type StoredState = Block['state'] | 'sealing' | 'gone';
export type StoredBlock = Omit<Block, 'state'> & {
  state: StoredState;
  /** BLOCK_FORMAT of its files. */
  format: number;
};

const COLUMNS = `id, state, reason, tier, from_ms::DOUBLE, until_ms::DOUBLE, rows::DOUBLE, samples::DOUBLE,
  weight_ns::DOUBLE, bytes::DOUBLE, format::DOUBLE`;

/** All of them, the oldest first. */
export async function readBlocks(connection: DuckDBConnection): Promise<StoredBlock[]> {
  const rows = await connection.runAndReadAll(`SELECT ${COLUMNS} FROM blocks ORDER BY from_ms, until_ms, id`);
  return rows
    .getRows()
    .map(([id, state, reason, tier, fromMs, untilMs, count, samples, weightNs, bytes, format]) => ({
      id: id as string,
      state: state as StoredState,
      reason: reason as string,
      tier: tier as Tier,
      fromMs: fromMs as number,
      untilMs: untilMs as number,
      rows: count as number,
      samples: samples as number,
      weightNs: weightNs as number,
      bytes: bytes as number,
      format: format as number,
    }));
}

/** Before the first file of a block is written: whatever happens then, the folder is known. */
export async function announceBlock(statements: Statements, id: string, tier: Tier): Promise<void> {
  await statements.run(
    `INSERT INTO blocks VALUES ($1, 'sealing', '', $2, 0, 0, 0, 0, 0, 0, ${BLOCK_FORMAT})`,
    [id, tier],
    [VARCHAR, VARCHAR],
  );
}

/** From here on its samples are those of the store. */
export async function publishBlock(
  statements: Statements,
  manifest: Pick<
    BlockManifest,
    'id' | 'tier' | 'fromMs' | 'untilMs' | 'rows' | 'samples' | 'weightNs' | 'format'
  >,
  bytes: number,
): Promise<void> {
  const { id, tier, fromMs, untilMs, rows, samples, weightNs, format } = manifest;
  await removeBlock(statements, id);
  await statements.run(
    `INSERT INTO blocks VALUES ($1, 'live', '', $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      tier,
      ...[fromMs, untilMs, rows, samples, weightNs, bytes].map((value) => BigInt(Math.round(value))),
      format,
    ],
    [VARCHAR, VARCHAR, BIGINT, BIGINT, UBIGINT, UBIGINT, UBIGINT, UBIGINT, UTINYINT],
  );
}

export async function changeState(statements: Statements, id: string, state: StoredState): Promise<void> {
  await statements.run(
    `UPDATE blocks SET state = $2, reason = '' WHERE id = $1`,
    [id, state],
    [VARCHAR, VARCHAR],
  );
}

/** A block that has been replaced or deleted meanwhile stays so: mended, it must not come back. */
export async function markBroken(statements: Statements, id: string, reason: string): Promise<void> {
  await statements.run(
    `UPDATE blocks SET state = 'broken', reason = $2 WHERE id = $1 AND state = 'live'`,
    [id, reason],
    [VARCHAR, VARCHAR],
  );
}

export async function removeBlock(statements: Statements, id: string): Promise<void> {
  await statements.run('DELETE FROM blocks WHERE id = $1', [id], [VARCHAR]);
}

export async function readPins(connection: DuckDBConnection): Promise<Pin[]> {
  const rows = await connection.runAndReadAll(
    'SELECT id, from_ms::DOUBLE, until_ms::DOUBLE, note, created_ms::DOUBLE FROM pins ORDER BY from_ms, id',
  );
  return rows.getRows().map(([id, fromMs, untilMs, note, createdMs]) => ({
    id: id as string,
    fromMs: fromMs as number,
    untilMs: untilMs as number,
    note: note as string,
    createdMs: createdMs as number,
  }));
}

/** Longer notes are refused. */
const MAX_NOTE = 1_000;

/** Throws a StoreError of kind 'bad-query' where there is nothing to keep. */
export function newPin(range: TimeRange, note: string): Pin {
  const [fromMs, untilMs] = [Math.floor(range.fromMs), Math.ceil(range.untilMs)];
  if (!(fromMs < untilMs)) {
    throw new StoreError('bad-query', 'the window to keep is empty; give a beginning before its end');
  }
  if (note.length > MAX_NOTE) {
    throw new StoreError('bad-query', `the note has ${note.length} characters; at most ${MAX_NOTE} are kept`);
  }
  return { id: randomUUID().slice(0, 8), fromMs, untilMs, note, createdMs: Date.now() };
}

export async function addPin(statements: Statements, pin: Pin): Promise<void> {
  await statements.run(
    'INSERT INTO pins VALUES ($1, $2, $3, $4, $5)',
    [pin.id, BigInt(pin.fromMs), BigInt(pin.untilMs), pin.note, BigInt(pin.createdMs)],
    [VARCHAR, BIGINT, BIGINT, VARCHAR, BIGINT],
  );
}

export async function removePin(statements: Statements, id: string): Promise<boolean> {
  return (await statements.run('DELETE FROM pins WHERE id = $1', [id], [VARCHAR])) > 0;
}

/** Whether two half-open intervals share a moment. */
export function overlap(a: TimeRange, b: TimeRange): boolean {
  return a.fromMs < b.untilMs && b.fromMs < a.untilMs;
}
