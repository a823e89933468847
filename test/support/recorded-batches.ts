// Recorded samples as the batches a collector makes of them, and their names as a symbolizer gives them.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { CodeObject, ObjectKind } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';
import type { Location, Marker, ObjectAddress } from '../../src/model/location.ts';
import { locationId, MARKER_OBJECT, markerLocation } from '../../src/model/location.ts';
import type { ProcessInfo } from '../../src/model/process.ts';
import { NO_WORKLOAD, processId } from '../../src/model/process.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import { emptySamples } from '../../src/model/profile-batch.ts';
import { stackId } from '../../src/model/stack.ts';
import type { LedgerRow, SymbolRow } from '../../src/store/profile-store.ts';
import type { RecordedSample } from './recorded-samples.ts';
import type { RecordedFrame, RecordedThread } from './recorded-workload.ts';

/** 100 Hz: one sample is ten milliseconds, so that sums are round. */
export const RECORDED_PERIOD_NS = 10_000_000;

/** The daemon's flushes, a minute long here to keep them few. */
const FLUSH_MS = 60_000;
const BOOT_MS = Date.UTC(2026, 2, 1, 6, 0, 0);
const SESSION = 'recorded';

const KINDS: readonly (readonly [RegExp, ObjectKind])[] = [
  [/^\[kernel/, 'kernel'],
  [/^\[jit \d+\]$/, 'jit'],
  [/^\[marker\]$/, 'marker'],
  [/^\[\w+\]$/, 'module'],
];

interface Place {
  object: CodeObject;
  location: Location;
}

export function recordedBatches(
  samples: readonly RecordedSample[],
): { batch: ProfileBatch; ledger: LedgerRow[] }[] {
  const flushes = new Map<number, RecordedSample[]>();
  for (const sample of samples) {
    const flush = Math.floor(sample.timeMs / FLUSH_MS);
    const rows = flushes.get(flush) ?? [];
    flushes.set(flush, rows);
    rows.push(sample);
  }
  const stored = new Map<number, number>();
  return [...flushes.values()].map((rows) => {
    for (const { cpu } of rows) stored.set(cpu, (stored.get(cpu) ?? 0) + 1);
    const ledger = [...stored].map(([cpu, n]) => ({
      session: SESSION,
      cpu,
      stored: n,
      consumed: n,
      losses: {},
    }));
    return { batch: batchOf(rows), ledger };
  });
}

/** What has no name in its object is left without one, with the reason. */
export function recordedSymbols(samples: readonly RecordedSample[]): SymbolRow[] {
  const frames = new Map(
    samples.flatMap((sample) => sample.frames).map((frame) => [placeOf(frame).location.id, frame]),
  );
  return [...frames]
    .filter(([, { object }]) => object !== MARKER_OBJECT.path)
    .map(([location, { name, object }]) => {
      const frame = { name, systemName: name, file: '', line: 0, column: 0 };
      const unnamed = name === `[${basename(object)}]`;
      return {
        location,
        result: unnamed ? { ok: false, reason: 'no-symbols' } : { ok: true, frames: [frame] },
      };
    });
}

function batchOf(rows: readonly RecordedSample[]): ProfileBatch {
  const samples = emptySamples(rows.length);
  const threadNames = [...new Set(rows.map(({ thread }) => thread.name))];
  const stacks = new Map<bigint, ProfileBatch['stacks'][number]>();
  const places = new Map<bigint, Place>();
  const processes = new Map<bigint, ProcessInfo>();
  for (const { timeMs, cpu, thread, frames } of rows) {
    const leafFirst = frames.toReversed().map(placeOf);
    const locations = leafFirst.map(({ location }) => location.id);
    const stack = { id: stackId(locations), locations };
    const process = processOf(thread);
    for (const place of leafFirst) places.set(place.location.id, place);
    stacks.set(stack.id, stack);
    processes.set(process.id, process);
    const row = samples.length++;
    samples.timeMs[row] = timeMs;
    samples.cpu[row] = cpu;
    samples.tid[row] = thread.tid;
    samples.threadName[row] = threadNames.indexOf(thread.name);
    samples.processId[row] = process.id;
    samples.stackId[row] = stack.id;
    samples.count[row] = 1;
    samples.weightNs[row] = RECORDED_PERIOD_NS;
  }
  return {
    samples,
    threadNames,
    stacks: [...stacks.values()],
    locations: Array.from(places.values(), ({ location }) => location),
    objects: Array.from(places.values(), ({ object }) => object),
    processes: [...processes.values()],
  };
}

const placeCache = new Map<string, Place>();

/** The address of a function follows from its name, so that it is the same in every batch. */
function placeOf({ name, object: path }: RecordedFrame): Place {
  const key = `${name}@${path}`;
  const known = placeCache.get(key);
  if (known !== undefined) return known;
  const place = path === MARKER_OBJECT.path ? markerPlace(name as Marker) : codePlace(name, path);
  placeCache.set(key, place);
  return place;
}

function markerPlace(marker: Marker): Place {
  return { object: MARKER_OBJECT, location: markerLocation(marker) };
}

function codePlace(name: string, path: string): Place {
  const kind = KINDS.find(([pattern]) => pattern.test(path))?.[1] ?? 'elf';
  const buildId = kind === 'elf' ? createHash('sha1').update(path).digest('hex') : '';
  const addressing = kind === 'elf' ? 'elf' : kind === 'jit' ? 'absolute' : 'base';
  const id = objectId(kind, addressing, buildId === '' ? path : buildId);
  const address = 0x1000 + createHash('sha1').update(name).digest().readUInt32LE(0);
  return {
    object: { id, kind, buildId, path, size: kind === 'elf' ? 1_000_000 : 0, addressing },
    location: { id: locationId(id, address), object: id, address: address as ObjectAddress },
  };
}

const processCache = new Map<RecordedThread, ProcessInfo>();

function processOf(thread: RecordedThread): ProcessInfo {
  const known = processCache.get(thread);
  if (known !== undefined) return known;
  const { comm, pid, user, uid, container, unit } = thread;
  const process: ProcessInfo = {
    ...NO_WORKLOAD,
    ...{ comm, pid, user, uid, container, unit },
    id: processId('recorded-boot', pid, pid, comm),
    startMs: BOOT_MS + pid,
    image: 0,
    exe: comm.startsWith('kworker') ? '' : `/usr/bin/${comm}`,
    cgroup: container === '' ? `/system.slice/${unit}` : `/docker/${container}`,
  };
  processCache.set(thread, process);
  return process;
}
