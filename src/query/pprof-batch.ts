// The CPU samples of a pprof file as a ProfileBatch: what it says of places and names is kept as it says it.
import type { Mapping } from 'pprof-format';
import type { Addressing, CodeObject, ObjectKind } from '../model/code-object.ts';
import { hash64, objectId } from '../model/code-object.ts';
import type { Location, LocationId, Marker, ObjectAddress } from '../model/location.ts';
import { locationId, MARKER_OBJECT, markerLocation, MARKERS } from '../model/location.ts';
import type { ProcessInfo } from '../model/process.ts';
import { NO_WORKLOAD, processId } from '../model/process.ts';
import type { ProfileBatch } from '../model/profile-batch.ts';
import { emptySamples } from '../model/profile-batch.ts';
import type { Stack } from '../model/stack.ts';
import { stackId } from '../model/stack.ts';
import { WALK_ENDS } from '../model/walk-end.ts';
import type { SymbolRow } from '../store/profile-store.ts';
import type { PprofFrame, PprofReader } from './pprof-reader.ts';
import { PprofError, signed } from './pprof-reader.ts';

export interface ImportOptions {
  /** Label `comm` of samples that say none. */
  comm: string;
  /** For samples of a file that says no time, ms since the epoch. */
  fallbackMs: number;
  /** What tells the file from every other: its processes are its own. */
  key: string;
}

export interface ImportedProfile {
  batch: ProfileBatch;
  symbols: SymbolRow[];
  /** Samples; a row may stand for many. */
  samples: number;
  /** When all of them are said to have been taken, ms since the epoch. */
  timeMs: number;
}

/** Throws a PprofError where the file holds something else than a CPU profile. */
export function pprofBatch(reader: PprofReader, options: ImportOptions): ImportedProfile {
  return new BatchBuilder(reader, options).build();
}

const WANTED = ['samples/count', 'cpu/nanoseconds'] as const;
const ALL_ADDRESSES = 0xffff_ffff_ffff_ffffn;
const MAX_COUNT = 0xffff_ffff;

interface Place {
  object: CodeObject;
  address: number;
}

class BatchBuilder {
  readonly #reader: PprofReader;
  readonly #options: ImportOptions;
  readonly #objects = new Map<bigint, CodeObject>();
  /** By the id that the file gives. */
  readonly #places = new Map<string, Location>();
  readonly #locations = new Map<bigint, { location: Location; frames: PprofFrame[] }>();
  readonly #stacks = new Map<bigint, Stack>();
  readonly #processes = new Map<string, ProcessInfo>();
  readonly #threads = new Map<string, number>();
  readonly #timeMs: number;

  constructor(reader: PprofReader, options: ImportOptions) {
    this.#reader = reader;
    this.#options = options;
    const saidMs = Math.floor(signed(reader.profile.timeNanos) / 1e6);
    this.#timeMs = saidMs > 0 ? saidMs : options.fallbackMs;
  }

  build(): ImportedProfile {
    const rows = this.#rows();
    const samples = emptySamples(rows.length);
    for (const { sample, count, weightNs } of rows) {
      const row = samples.length++;
      const said = this.#reader.label(sample, 'comm');
      const comm = said ?? this.#options.comm;
      samples.timeMs[row] = this.#timeMs;
      samples.processId[row] = this.#process(comm, said === undefined ? this.#mainFile() : '').id;
      samples.threadName[row] = this.#thread(this.#reader.label(sample, 'thread') ?? comm);
      samples.stackId[row] = this.#stack(sample.locationId).id;
      samples.count[row] = count;
      samples.weightNs[row] = weightNs;
      samples.walk[row] = WALK_ENDS.indexOf('root');
    }
    const places = [...this.#locations.values()];
    return {
      batch: {
        samples,
        threadNames: [...this.#threads.keys()],
        stacks: [...this.#stacks.values()],
        locations: places.map(({ location }) => location),
        objects: [...this.#objects.values()],
        processes: [...this.#processes.values()],
      },
      symbols: places
        .filter(({ frames }) => frames.length > 0)
        .map(({ location, frames }) => ({ location: location.id, result: { ok: true, frames } })),
      samples: rows.reduce((sum, { count }) => sum + count, 0),
      timeMs: this.#timeMs,
    };
  }

  /** One per sample of the file, but for those that count nothing, and those that count more than a row can. */
  #rows() {
    const [countAt, weightAt] = this.#columns();
    return this.#reader.profile.sample.flatMap((sample) => {
      const [count, weightNs] = [signed(sample.value[countAt]), signed(sample.value[weightAt])];
      if (count < 0 || weightNs < 0) {
        throw new PprofError('it has negative values: it is the difference of two profiles');
      }
      if (count === 0 && weightNs === 0) return [];
      const parts = Math.max(1, Math.ceil(count / MAX_COUNT));
      return Array.from({ length: parts }, (_, part) => ({
        sample,
        count: share(count, parts, part),
        weightNs: share(weightNs, parts, part),
      }));
    });
  }

  #columns(): [number, number] {
    const types = this.#reader.sampleTypes;
    const [countAt, weightAt] = WANTED.map((type) => types.indexOf(type));
    if (countAt! >= 0 && weightAt! >= 0) return [countAt!, weightAt!];
    throw new PprofError(
      `it is no CPU profile: that has ${WANTED.join(' and ')}, this one has ${types.slice(0, 10).join(', ')}`,
    );
  }

  /** By the format's convention the first mapping is the program's. */
  #mainFile(): string {
    return this.#reader.text(this.#reader.profile.mapping[0]?.filename);
  }

  #process(comm: string, exe: string): ProcessInfo {
    let process = this.#processes.get(comm);
    if (process === undefined) {
      process = {
        ...NO_WORKLOAD,
        id: processId('imported', 0, 0, `${this.#options.key}\0${comm}`),
        pid: 0,
        startMs: this.#timeMs,
        image: 0,
        comm,
        exe,
        cgroup: '',
        uid: 0,
        user: '',
      };
      this.#processes.set(comm, process);
    }
    return process;
  }

  #thread(name: string): number {
    const known = this.#threads.get(name) ?? this.#threads.size;
    this.#threads.set(name, known);
    return known;
  }

  #stack(ids: readonly (number | bigint)[]): Stack {
    const locations = ids.map((id) => this.#location(String(id)).id);
    if (locations.length === 0) locations.push(this.#marker('[unknown]').id);
    const id = stackId(locations);
    const stack = this.#stacks.get(id) ?? { id, locations };
    this.#stacks.set(id, stack);
    return stack;
  }

  #location(id: string): Location {
    let location = this.#places.get(id);
    if (location === undefined) {
      location = this.#define(id);
      this.#places.set(id, location);
    }
    return location;
  }

  #define(id: string): Location {
    const found = this.#reader.locations.get(id);
    if (found === undefined) return this.#marker('[unknown]');
    const frames = this.#reader.frames(found);
    const [first] = frames;
    const mapping = this.#reader.mappings.get(String(found.mappingId));
    if (mapping === undefined && isMarker(first?.name)) return this.#marker(first.name);
    const said = mapping === undefined ? undefined : placeOf(this.#reader, mapping, BigInt(found.address));
    const place = said ?? placeOfNames(this.#reader.text(mapping?.filename), frames, id, this.#options.key);
    const taken = this.#locations.get(locationId(place.object.id, place.address));
    // Two names for one address are two places: nothing may be said of one that holds for the other.
    if (taken !== undefined && JSON.stringify(taken.frames) !== JSON.stringify(frames)) {
      return this.#add(
        placeOfNames(this.#reader.text(mapping?.filename), frames, id, this.#options.key),
        frames,
      );
    }
    return this.#add(place, frames);
  }

  #marker(name: Marker): Location {
    return this.#add({ object: MARKER_OBJECT, address: markerLocation(name).address }, []);
  }

  #add({ object, address }: Place, frames: PprofFrame[]): Location {
    const id: LocationId = locationId(object.id, address);
    const known = this.#locations.get(id)?.location;
    if (known !== undefined) return known;
    const location = { id, object: object.id, address: address as ObjectAddress };
    this.#objects.set(object.id, object);
    this.#locations.set(id, { location, frames });
    return location;
  }
}

/** Whole numbers that add up to `total`. */
function share(total: number, parts: number, part: number): number {
  return Math.floor((total * (part + 1)) / parts) - Math.floor((total * part) / parts);
}

function isMarker(name: string | undefined): name is Marker {
  return MARKERS.some((marker) => marker === name);
}

/** Undefined where the file says no address that could be told from others. */
function placeOf(reader: PprofReader, mapping: Mapping, address: bigint): Place | undefined {
  if (address === 0n) return undefined;
  const [start, limit] = [BigInt(mapping.memoryStart), BigInt(mapping.memoryLimit)];
  // A mapping of all addresses is how we say that they are those of the file (query/pprof.ts).
  const own = start === 0n && BigInt.asUintN(64, limit) === ALL_ADDRESSES;
  const relative = own ? address : address - start + BigInt(mapping.fileOffset);
  if (relative < 0n || relative > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const object = objectOf(reader.text(mapping.filename), reader.text(mapping.buildId), own);
  return { object, address: Number(relative) };
}

function objectOf(path: string, buildId: string, own: boolean): CodeObject {
  const kind = kindOf(path);
  const addressing: Addressing = kind !== 'elf' ? 'base' : own ? 'elf' : 'file-offset';
  // The same file in our own profiles has the same identity.
  const known = own && kind === 'elf' && /^[0-9a-f]+$/.test(buildId);
  const key = known ? `build:${buildId}` : `imported:${buildId}:${path}`;
  return { id: objectId(kind, addressing, key), kind, buildId, path, size: 0, addressing };
}

function kindOf(path: string): ObjectKind {
  if (path.startsWith('[kernel')) return 'kernel';
  if (path === '[vdso]') return 'vdso';
  return path.startsWith('[jit') ? 'jit' : 'elf';
}

/** A place that stands for the names alone: the same in every file that has them. */
function placeOfNames(path: string, frames: readonly PprofFrame[], id: string, key: string): Place {
  const name = path === '' ? '[imported]' : path;
  const object: CodeObject = {
    id: objectId('jit', 'absolute', `imported:${name}`),
    kind: 'jit',
    buildId: '',
    path: name,
    size: 0,
    addressing: 'absolute',
  };
  const content = frames.length === 0 ? `${key}\0${id}` : JSON.stringify(frames);
  return { object, address: Number(BigInt.asUintN(47, hash64(content))) };
}
