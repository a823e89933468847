// A recording of this machine as columns: what was stored while it was under load, read back from the database.
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { DuckDBInstance, DuckDBListValue } from '@duckdb/node-api';
import type { CodeObject } from '../../src/model/code-object.ts';
import type { MissReason } from '../../src/model/frame.ts';
import type { Location, LocationId, ObjectAddress } from '../../src/model/location.ts';
import type { ProcessId, ProcessInfo } from '../../src/model/process.ts';
import type { Stack, StackId } from '../../src/model/stack.ts';
import { objectOfRow } from '../../src/store/location-query.ts';
import type { SymbolRow } from '../../src/store/profile-store.ts';

/** One row per sample, in the order of time. */
export interface RecordedSamples {
  length: number;
  /** ms since the first sample. */
  sinceMs: Float64Array;
  cpu: Uint16Array;
  tid: Uint32Array;
  /** Index into `threadNames`. */
  threadName: Uint32Array;
  /** Index into `processes`. */
  process: Uint32Array;
  /** Index into `stacks`. */
  stack: Uint32Array;
  weightNs: Float64Array;
  walk: Uint8Array;
}

export interface Recording {
  /** Of the first sample, ms since the epoch. */
  startedMs: number;
  samples: RecordedSamples;
  threadNames: string[];
  processes: ProcessInfo[];
  stacks: Stack[];
  locations: Location[];
  objects: CodeObject[];
  symbols: SymbolRow[];
}

export async function readRecording(dataDir: string): Promise<Recording> {
  const instance = await DuckDBInstance.create(join(dataDir, 'hot.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return await readAll(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readAll(connection: DuckDBConnection): Promise<Recording> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const ids: LocationId[] = [];
  const locations: Location[] = [];
  const places = await rows('SELECT location, location_id, object_id, address::DOUBLE FROM locations');
  for (const [number, id, object, address] of places) {
    ids[number as number] = id as LocationId;
    locations.push({
      id: id as LocationId,
      object: object as Location['object'],
      address: address as ObjectAddress,
    });
  }
  const stacks = (await rows('SELECT stack_id, locations FROM stacks')).map(([id, list]) => ({
    id: id as StackId,
    locations: listOf(list).map((number) => ids[number as number]!),
  }));
  const objects = await rows('SELECT object_id, kind, build_id, path, size::DOUBLE, addressing FROM objects');
  const processes = (await rows(`SELECT ${PROCESS_COLUMNS} FROM processes`)).map(processOfRow);
  return {
    ...(await readSamples(connection, processes, stacks)),
    ...{ processes, stacks, locations },
    objects: objects.map(objectOfRow),
    symbols: await readSymbols(connection),
  };
}

function listOf(value: DuckDBValue | undefined): readonly DuckDBValue[] {
  if (!(value instanceof DuckDBListValue)) throw new TypeError('not a list');
  return value.items;
}

const PROCESS_COLUMNS = `process_id, pid, start_ms::DOUBLE, image, comm, exe, cgroup, uid, "user", container, pod_uid, pod,
  namespace, container_name, unit`;

function processOfRow(row: readonly unknown[]): ProcessInfo {
  const text = (at: number) => row[at] as string;
  return {
    id: row[0] as ProcessId,
    pid: row[1] as number,
    startMs: row[2] as number,
    image: row[3] as number,
    ...{ comm: text(4), exe: text(5), cgroup: text(6), uid: row[7] as number, user: text(8) },
    ...{ container: text(9), podUid: text(10), pod: text(11), namespace: text(12) },
    ...{ containerName: text(13), unit: text(14) },
  };
}

async function readSamples(
  connection: DuckDBConnection,
  processes: readonly ProcessInfo[],
  stacks: readonly Stack[],
): Promise<Pick<Recording, 'startedMs' | 'samples' | 'threadNames'>> {
  const found = await connection.runAndReadAll(
    `SELECT time_ms::DOUBLE, cpu, tid, thread, process_id, stack_id, weight_ns::DOUBLE, coalesce(walk, 0)
     FROM samples ORDER BY time_ms, cpu`,
  );
  const [time, cpu, tid, thread, process, stack, weightNs, walk] = found.getColumns() as unknown[][];
  if (time === undefined || time.length === 0) throw new Error('the recording holds no samples');
  const threadNames = [...new Set(thread as string[])];
  const indexOf = (keys: readonly unknown[]) => {
    const index = new Map(keys.map((key, at) => [key, at]));
    return (key: unknown): number => {
      const at = index.get(key);
      if (at === undefined) throw new Error(`the recording refers to ${String(key)}, which it does not hold`);
      return at;
    };
  };
  const first = time[0] as number;
  return {
    startedMs: first,
    threadNames,
    samples: {
      length: time.length,
      sinceMs: Float64Array.from(time as number[], (ms) => ms - first),
      cpu: Uint16Array.from(cpu as number[]),
      tid: Uint32Array.from(tid as number[]),
      threadName: Uint32Array.from(thread as string[], indexOf(threadNames)),
      process: Uint32Array.from(process as bigint[], indexOf(processes.map(({ id }) => id))),
      stack: Uint32Array.from(stack as bigint[], indexOf(stacks.map(({ id }) => id))),
      weightNs: Float64Array.from(weightNs as number[]),
      walk: Uint8Array.from(walk as number[]),
    },
  };
}

async function readSymbols(connection: DuckDBConnection): Promise<SymbolRow[]> {
  const found = await connection.runAndReadAll(
    `SELECT location_id, name, system_name, file, line, "column", reason, tier
     FROM symbols ORDER BY location_id, depth`,
  );
  const byLocation = new Map<LocationId, SymbolRow>();
  for (const [id, name, systemName, file, line, column, reason, tier] of found.getRows()) {
    const location = id as LocationId;
    if (reason !== '') {
      byLocation.set(location, { location, result: { ok: false, reason: reason as MissReason } });
      continue;
    }
    const row = byLocation.get(location) ?? { location, result: { ok: true, frames: [] } };
    byLocation.set(location, row);
    if (!row.result.ok) continue;
    row.result.frames.push({
      ...{ name: name as string, systemName: systemName as string, file: file as string },
      ...{ line: line as number, column: column as number },
      ...(tier === null ? {} : { tier: tier as string }),
    });
  }
  return [...byLocation.values()];
}
