// A Collector on a fake host: a test writes what each CPU recorded, and reads what became of it.
import type { TakenBatch } from '../../src/collector/collector.ts';
import { Collector } from '../../src/collector/collector.ts';
import type { CollectorOptions } from '../../src/collector/collector.ts';
import type { LedgerEntry } from '../../src/collector/ledger.ts';
import { Ledger } from '../../src/collector/ledger.ts';
import type { DrainChunk } from '../../src/collector/sampler-host.ts';
import type { Conservation } from '../../src/model/conservation.ts';
import { conservationOf } from '../../src/model/conservation.ts';
import type { CodeObject } from '../../src/model/code-object.ts';
import { markerName } from '../../src/model/location.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import { cpuReadingOf, FakeSamplerHost } from './fake-sampler-host.ts';
import type { LogRecordFields } from './log-writer.ts';
import { logRecord } from './log-writer.ts';

export const MS = 1_000_000;

export class CollectorScene {
  readonly host = new FakeSamplerHost();
  readonly ledger: Ledger;
  readonly collector: Collector;
  /** Records written to each CPU's log, read or not. */
  readonly recorded: Map<number, number>;

  constructor(
    options: Partial<CollectorOptions> = {},
    saved: readonly LedgerEntry[] = [],
    recorded = new Map<number, number>(),
  ) {
    this.ledger = new Ledger(saved);
    this.recorded = recorded;
    this.collector = new Collector({
      host: this.host,
      ledger: this.ledger,
      readElfLayout: () => ({ ok: false, reason: 'bad-format' }),
      readKernelLayout: () => Promise.resolve({ ok: false, reason: 'no-permission' }),
      readUnwindTable: () => Promise.resolve({ ok: false, reason: 'no-file' }),
      ...options,
    });
  }

  static async started(...args: ConstructorParameters<typeof CollectorScene>): Promise<CollectorScene> {
    const scene = new CollectorScene(...args);
    await scene.collector.start();
    return scene;
  }

  /** Records of one CPU's log, numbered on from the last one; times in ms. */
  log(
    cpu: number,
    ...records: readonly (Omit<LogRecordFields, 'sequence'> & { atMs: number })[]
  ): DrainChunk {
    const bytes = records.map(({ atMs, ...fields }) =>
      logRecord({ sequence: this.#nextSequence(cpu), timeNs: Math.round(atMs * MS), ...fields }),
    );
    return { cpu, source: 'log', bytes: Buffer.concat(bytes) };
  }

  /** Records that the reader never sees. */
  lose(cpu: number, count: number): void {
    this.recorded.set(cpu, (this.recorded.get(cpu) ?? 0) + count);
  }

  sideband(cpu: number, ...records: readonly Buffer[]): DrainChunk {
    return { cpu, source: 'sideband', bytes: Buffer.concat(records) };
  }

  feed(readAtMs: number, ...chunks: readonly DrainChunk[]): void {
    this.host.feed(readAtMs * MS, ...chunks);
  }

  /** Of every CPU, with `held` more samples on their way outside of the collector. */
  conservation(heldOutside: ReadonlyMap<number, number> = new Map()): Conservation {
    return conservationOf(
      [...this.recorded].map(([cpu, recorded]) => {
        const { consumed, held } = this.collector.progress(cpu);
        const outside = heldOutside.get(cpu) ?? 0;
        return this.ledger.account(cpuReadingOf(cpu, { recorded }), consumed, held + outside);
      }),
    );
  }

  #nextSequence(cpu: number): number {
    const sequence = this.recorded.get(cpu) ?? 0;
    this.recorded.set(cpu, sequence + 1);
    return sequence;
  }
}

/** Follows batches as a store does; complains about what is referred to and was never defined. */
export class BatchReader {
  readonly #names = new Map<bigint, string>();
  readonly #objects = new Map<bigint, CodeObject>();
  readonly #locations = new Map<bigint, string>();
  readonly #stacks = new Map<bigint, string>();

  /** One line per sample: `comm/thread: leaf < caller < …`. */
  read(batch: ProfileBatch): string[] {
    for (const object of batch.objects) this.#objects.set(object.id, object);
    for (const { id, object: objectId, address } of batch.locations) {
      const object = known(this.#objects, objectId, 'object');
      const marker = object.kind === 'marker';
      this.#locations.set(
        id,
        marker ? markerName(object, address) : `${object.path}+${address.toString(16)}`,
      );
    }
    for (const { id, locations } of batch.stacks) {
      this.#stacks.set(
        id,
        locations.map((location) => known(this.#locations, location, 'location')).join(' < '),
      );
    }
    for (const { id, comm } of batch.processes) this.#names.set(id, comm);
    const { samples, threadNames } = batch;
    return Array.from({ length: samples.length }, (_, row) => {
      const comm = known(this.#names, samples.processId[row]!, 'process');
      const stack = known(this.#stacks, samples.stackId[row]!, 'stack');
      return `${comm}/${threadNames[samples.threadName[row]!]!}: ${stack}`;
    });
  }

  readTaken(taken: TakenBatch | null): string[] {
    return taken ? this.read(taken.batch) : [];
  }
}

function known<T>(map: ReadonlyMap<bigint, T>, id: bigint, what: string): T {
  const value = map.get(id);
  if (value === undefined) throw new Error(`a ${what} is referred to that no batch defined`);
  return value;
}
