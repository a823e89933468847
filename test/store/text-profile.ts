// ProfileBatches for tests, from stacks written as text.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CodeObject, ObjectKind } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';
import type { Frame } from '../../src/model/frame.ts';
import type { Location, Marker, ObjectAddress } from '../../src/model/location.ts';
import { locationId, MARKER_OBJECT, markerLocation } from '../../src/model/location.ts';
import type { ProcessInfo } from '../../src/model/process.ts';
import { NO_WORKLOAD, processId } from '../../src/model/process.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import { emptySamples } from '../../src/model/profile-batch.ts';
import { stackId } from '../../src/model/stack.ts';
import { openStore } from '../../src/store/duckdb-store.ts';
import type { LedgerRow, ProfileStore, SymbolRow } from '../../src/store/profile-store.ts';
import { textFrame, textStacks } from '../query/text-columns.ts';

export const PERIOD_NS = 10_101_010;
export const MEMORY_LIMIT = 128 * 2 ** 20;
export const EVER = { fromMs: 0, untilMs: 1e13 };

const KINDS: Partial<Record<string, ObjectKind>> = { kernel: 'kernel', jit: 'jit', marker: 'marker' };

export function testObject(name: string): CodeObject {
  const kind = KINDS[name] ?? 'elf';
  if (kind === 'marker') return MARKER_OBJECT;
  const path = kind === 'elf' ? `/usr/lib/${name}` : `[${name}]`;
  return { id: objectId(kind, 'elf', name), kind, buildId: '', path, size: 4096, addressing: 'elf' };
}

/** The address of a name is made from its letters, so that a name has the same location in every batch. */
export function testLocation(cell: string): { object: CodeObject; location: Location; chain: string[] } {
  const { chain, object: objectName } = textFrame(cell);
  if (objectName === 'marker') {
    return { object: MARKER_OBJECT, location: markerLocation(chain[0] as Marker), chain };
  }
  const object = testObject(objectName);
  const letters = Array.from(chain.join('>'), (c) => c.charCodeAt(0));
  const address = letters.reduce((hash, c) => (hash * 31 + c) % 2 ** 40, 7);
  return {
    object,
    location: { id: locationId(object.id, address), object: object.id, address: address as ObjectAddress },
    chain,
  };
}

export function testProcess(comm: string, more: Partial<ProcessInfo> = {}): ProcessInfo {
  const pid = more.pid ?? 100 + comm.length;
  return {
    ...NO_WORKLOAD,
    id: processId('boot', pid, 0, comm),
    pid,
    startMs: 1_000,
    image: 0,
    comm,
    exe: `/usr/bin/${comm}`,
    cgroup: '/',
    uid: 0,
    user: 'root',
    ...more,
  };
}

export interface SampleOptions {
  process?: ProcessInfo;
  thread?: string;
  cpu?: number;
  /** Of the first sample; each later one is 10 ms later. */
  timeMs?: number;
}

/** One sample per count of the text's last line. */
export function textBatch(text: string, options: SampleOptions = {}): ProfileBatch {
  const stacks = textStacks(text).map(({ frames, count }) => {
    const places = [...frames].reverse().map(testLocation);
    const locations = places.map(({ location }) => location.id);
    return { places, count, stack: { id: stackId(locations), locations } };
  });
  const process = options.process ?? testProcess('app');
  const total = stacks.reduce((sum, { count }) => sum + count, 0);
  const samples = emptySamples(total);
  for (const { stack, count } of stacks) {
    for (let i = 0; i < count; i++) {
      const row = samples.length++;
      samples.timeMs[row] = (options.timeMs ?? 1_700_000_000_000) + row * 10;
      samples.cpu[row] = options.cpu ?? 0;
      samples.tid[row] = process.pid;
      samples.processId[row] = process.id;
      samples.stackId[row] = stack.id;
      samples.count[row] = 1;
      samples.weightNs[row] = PERIOD_NS;
    }
  }
  const places = stacks.flatMap((stack) => stack.places);
  return {
    samples,
    threadNames: [options.thread ?? process.comm],
    stacks: stacks.map(({ stack }) => stack),
    locations: places.map(({ location }) => location),
    objects: places.map(({ object }) => object),
    processes: [process],
  };
}

/** Names for every frame of the text, as a symbolizer would give them. */
export function textSymbols(text: string): SymbolRow[] {
  return textStacks(text)
    .flatMap(({ frames }) => frames.map(testLocation))
    .filter(({ object }) => object.kind !== 'marker')
    .map(({ location, chain }) => ({
      location: location.id,
      result: { ok: true, frames: chain.map(testFrame) },
    }));
}

function testFrame(name: string): Frame {
  return { name, systemName: `_Z${name}`, file: `${name}.c`, line: 7, column: 3 };
}

export function ledgerOf(samples: number, session = 'session', cpu = 0): LedgerRow[] {
  return [{ session, cpu, stored: samples, consumed: samples, losses: {} }];
}

export async function temporaryDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pilotlight-store-'));
}

export function openAt(dataDir: string, readOnly = false): Promise<ProfileStore> {
  return openStore({ dataDir, memoryLimitBytes: MEMORY_LIMIT, hostLabel: 'testhost', readOnly });
}

/** A store in a directory of its own; `remove` closes it and deletes the directory. */
export async function openTemporary(): Promise<{ store: ProfileStore; remove: () => Promise<void> }> {
  const dataDir = await temporaryDir();
  const store = await openAt(dataDir);
  return {
    store,
    remove: async () => {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** The same, with a `reopen` that closes the store and opens the directory again. */
export async function withStore(
  work: (store: ProfileStore, dataDir: string, reopen: () => Promise<ProfileStore>) => Promise<void>,
): Promise<void> {
  const dataDir = await temporaryDir();
  let store = await openAt(dataDir);
  try {
    await work(store, dataDir, async () => {
      await store.close();
      return (store = await openAt(dataDir));
    });
  } finally {
    await store.close();
    await rm(dataDir, { recursive: true });
  }
}

/** Runs a statement on the database of a store that is closed. */
export async function executeOn(dataDir: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(dataDir, 'hot.duckdb'));
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
