// Builds a ProfileBatch: rows of samples, and the definitions that no earlier batch has given.
import type { ObjectId } from '../model/code-object.ts';
import type { LocationId } from '../model/location.ts';
import type { ProcessId, ProcessInfo } from '../model/process.ts';
import type { ProfileBatch } from '../model/profile-batch.ts';
import { emptySamples } from '../model/profile-batch.ts';
import type { StackId } from '../model/stack.ts';
import type { ResolvedStack } from './attribution.ts';

/** Ids defined lately. Forgetting costs only a definition sent twice, which the store finds among those it knows. */
export class Definitions {
  static readonly LIMIT = 50_000;
  readonly stacks = new Set<StackId>();
  readonly locations = new Set<LocationId>();
  readonly objects = new Set<ObjectId>();
  /** By id, a text of the labels as they were sent. */
  readonly processes = new Map<ProcessId, string>();

  /** After a batch was dropped, nothing that it defined can be relied on. */
  clear(): void {
    for (const known of [this.stacks, this.locations, this.objects, this.processes]) known.clear();
  }

  trim(): void {
    for (const known of [this.stacks, this.locations, this.objects, this.processes]) {
      if (known.size > Definitions.LIMIT) known.clear();
    }
  }
}

export class BatchBuilder {
  readonly batch: ProfileBatch;
  readonly #known: Definitions;
  readonly #threadNames = new Map<string, number>();

  constructor(capacity: number, known: Definitions) {
    this.#known = known;
    this.batch = {
      samples: emptySamples(capacity),
      threadNames: [],
      stacks: [],
      locations: [],
      objects: [],
      processes: [],
    };
  }

  defineStack({ stack, located }: ResolvedStack): void {
    if (this.#known.stacks.has(stack.id)) return;
    this.#known.stacks.add(stack.id);
    this.batch.stacks.push(stack);
    for (const { location, object } of located) {
      if (this.#known.locations.has(location.id)) continue;
      this.#known.locations.add(location.id);
      this.batch.locations.push(location);
      if (this.#known.objects.has(object.id)) continue;
      this.#known.objects.add(object.id);
      this.batch.objects.push(object);
    }
  }

  defineProcess(info: ProcessInfo): void {
    const text = JSON.stringify({ ...info, id: String(info.id) });
    if (this.#known.processes.get(info.id) === text) return;
    this.#known.processes.set(info.id, text);
    this.batch.processes.push(info);
  }

  addSample(sample: {
    timeMs: number;
    cpu: number;
    tid: number;
    threadName: string;
    process: ProcessId;
    stack: StackId;
    weightNs: number;
    walk: number;
  }): void {
    const { samples } = this.batch;
    const row = samples.length++;
    samples.timeMs[row] = sample.timeMs;
    samples.cpu[row] = sample.cpu;
    samples.tid[row] = sample.tid;
    samples.threadName[row] = this.#threadName(sample.threadName);
    samples.processId[row] = sample.process;
    samples.stackId[row] = sample.stack;
    samples.kind[row] = 0; // cpu
    samples.count[row] = 1;
    samples.weightNs[row] = sample.weightNs;
    samples.walk[row] = sample.walk;
  }

  #threadName(name: string): number {
    let index = this.#threadNames.get(name);
    if (index === undefined) {
      index = this.batch.threadNames.push(name) - 1;
      this.#threadNames.set(name, index);
    }
    return index;
  }
}
