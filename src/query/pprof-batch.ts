// The CPU samples of a pprof file as a ProfileBatch: what it says of places and names is kept as it says it.
import type { Sample } from 'pprof-format';
import type { CodeObject } from '../model/code-object.ts';
import type { Location, LocationId, Marker, ObjectAddress } from '../model/location.ts';
import { locationId, MARKER_OBJECT, markerLocation, MARKERS } from '../model/location.ts';
import type { ProcessInfo } from '../model/process.ts';
import { NO_WORKLOAD, processId } from '../model/process.ts';
import type { ProfileBatch, SampleColumns } from '../model/profile-batch.ts';
import { emptySamples } from '../model/profile-batch.ts';
import type { Stack } from '../model/stack.ts';
import { stackId } from '../model/stack.ts';
import { WALK_ENDS } from '../model/walk-end.ts';
import type { SymbolRow } from '../store/profile-store.ts';
import type { Place } from './pprof-places.ts';
import { placeOf, placeOfNames } from './pprof-places.ts';
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
/** Of a row; a sample that counts more becomes several. */
const MAX_COUNT = 0xffff_ffff;
/** Of a sample: a thousand CPUs reach it within a year and a half at 99 Hz. More is a mistake, and would fill the memory. */
const MAX_SAMPLE_COUNT = 2 ** 42;

interface Row {
  sample: Sample;
  count: number;
  weightNs: number;
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
    const samples = this.#samples(rows);
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

  #samples(rows: readonly Row[]): SampleColumns {
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
    return samples;
  }

  /** One per sample of the file, but for those that count nothing, and those that count more than a row can. */
  #rows(): Row[] {
    const [countAt, weightAt] = this.#columns();
    return this.#reader.profile.sample.flatMap((sample) => {
      const [count, weightNs] = [signed(sample.value[countAt]), signed(sample.value[weightAt])];
      if (count < 0 || weightNs < 0) {
        throw new PprofError('it has negative values: it is the difference of two profiles');
      }
      if (count > MAX_SAMPLE_COUNT) throw new PprofError(`a sample of it counts ${count} samples`);
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

/** Whole numbers that add up to `total`, and differ by one at most. */
function share(total: number, parts: number, part: number): number {
  return Math.floor(total / parts) + (part < total % parts ? 1 : 0);
}

function isMarker(name: string | undefined): name is Marker {
  return MARKERS.some((marker) => marker === name);
}
