// What the batches of a day define: each thing when it is first referred to, and again when the collector would have
// forgotten that it did; and the names of locations, as they are found.
import type { ProcessInfo } from '../../src/model/process.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import type { SymbolRow } from '../../src/store/profile-store.ts';
import { DefinedLately } from './defined-lately.ts';
import type { Recording } from './recording.ts';
import type { StackPool } from './stack-pool.ts';

type Defined = Pick<ProfileBatch, 'stacks' | 'locations' | 'objects' | 'processes'>;

export class DayDefinitions {
  readonly #recording: Recording;
  readonly #pool: StackPool;
  readonly #locationNumbers: ReadonlyMap<bigint, number>;
  readonly #objectNumbers: ReadonlyMap<bigint, number>;
  readonly #symbols: ReadonlyMap<bigint, SymbolRow>;
  readonly #lately = {
    stacks: new DefinedLately(),
    locations: new DefinedLately(),
    objects: new DefinedLately(),
    processes: new DefinedLately(),
  };
  readonly #named = new Set<number>();
  #batch: Defined = none();
  /** Names come with the batch after the one that defines their location. */
  #found: SymbolRow[] = [];
  #finding: SymbolRow[] = [];

  constructor(recording: Recording, pool: StackPool) {
    this.#recording = recording;
    this.#pool = pool;
    this.#locationNumbers = new Map(recording.locations.map(({ id }, number) => [id, number]));
    this.#objectNumbers = new Map(recording.objects.map(({ id }, number) => [id, number]));
    this.#symbols = new Map(recording.symbols.map((row) => [row.location, row]));
  }

  begin(): void {
    for (const known of Object.values(this.#lately)) known.trim();
    this.#batch = none();
    this.#found = this.#finding;
    this.#finding = [];
  }

  end(): Defined & { symbols: SymbolRow[] } {
    return { ...this.#batch, symbols: this.#found };
  }

  defineProcess(number: number, info: ProcessInfo): void {
    if (this.#lately.processes.define(number)) this.#batch.processes.push(info);
  }

  defineStack(number: number): void {
    if (!this.#lately.stacks.define(number)) return;
    const stack = this.#pool.stacks[number]!;
    this.#batch.stacks.push(stack);
    for (const id of stack.locations) this.#defineLocation(this.#locationNumbers.get(id)!);
  }

  #defineLocation(number: number): void {
    if (!this.#lately.locations.define(number)) return;
    const location = this.#recording.locations[number]!;
    this.#batch.locations.push(location);
    const object = this.#objectNumbers.get(location.object)!;
    if (this.#lately.objects.define(object)) this.#batch.objects.push(this.#recording.objects[object]!);
    const symbol = this.#symbols.get(location.id);
    if (symbol === undefined || this.#named.has(number)) return;
    this.#named.add(number);
    this.#finding.push(symbol);
  }
}

function none(): Defined {
  return { stacks: [], locations: [], objects: [], processes: [] };
}
