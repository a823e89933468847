// Names new locations while their objects can still be opened; whoever stores samples takes the names along.
import { within } from '../collector/within.ts';
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import type { Location } from '../model/location.ts';
import { MARKER_OBJECT } from '../model/location.ts';
import type { ProfileBatch } from '../model/profile-batch.ts';
import type { SymbolResult } from '../model/frame.ts';
import type { ProfileStore, SymbolRow } from '../store/profile-store.ts';

export interface NamesAddresses {
  symbolize(object: CodeObject, addresses: readonly number[]): Promise<SymbolResult[]>;
}

const MAX_OBJECTS = 20_000;
/** Names kept for a store that refuses them. The locations of further ones stay unnamed: NamingAgain asks again. */
const MAX_FOUND = 100_000;
/** Locations of an earlier run that were never named are asked for in pieces of so many. */
const UNNAMED_PIECE = 20_000;

export class Naming {
  readonly #symbolizer: NamesAddresses;
  readonly #store: Pick<ProfileStore, 'unnamedLocations'>;
  /** Objects that batches defined: later batches refer to them by id. Bounded: what is missing the store still has. */
  readonly #objects = new Map<ObjectId, CodeObject>();
  #work: Promise<void> = Promise.resolve();
  #queued = 0;
  #found: SymbolRow[] = [];

  constructor(symbolizer: NamesAddresses, store: Pick<ProfileStore, 'unnamedLocations'>) {
    this.#symbolizer = symbolizer;
    this.#store = store;
  }

  /** Queues the locations that a batch defines. */
  add(batch: ProfileBatch): void {
    if (this.#objects.size > MAX_OBJECTS) this.#objects.clear();
    for (const object of batch.objects) this.#objects.set(object.id, object);
    let missing = false;
    const byObject = new Map<CodeObject, Location[]>();
    for (const location of batch.locations) {
      const object = this.#objects.get(location.object);
      missing ||= !object && location.object !== MARKER_OBJECT.id;
      if (!object || object.kind === 'marker') continue;
      const list = byObject.get(object);
      if (list) list.push(location);
      else byObject.set(object, [location]);
    }
    if (byObject.size > 0) this.#enqueue(() => this.#name([...byObject]));
    if (missing) this.addUnnamed();
  }

  /** Names what an earlier run stored and did not come to name. */
  addUnnamed(): void {
    this.#enqueue(async () => {
      const groups = await this.#store.unnamedLocations(UNNAMED_PIECE);
      await this.#name(groups.map(({ object, locations }) => [object, locations]));
    });
  }

  /** Whether locations wait for their names. */
  get busy(): boolean {
    return this.#queued > 0;
  }

  /** Resolves when everything queued before has been named, or after `patienceMs`. */
  async settled(patienceMs: number): Promise<void> {
    await within(patienceMs, this.#work);
  }

  /** Names and misses found and not stored yet; the caller stores them, or gives them back. */
  take(): SymbolRow[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  giveBack(rows: readonly SymbolRow[]): void {
    this.#found = [...rows, ...this.#found].slice(0, MAX_FOUND);
  }

  #enqueue(job: () => Promise<void>): void {
    this.#queued++;
    this.#work = this.#work
      .then(job)
      .catch((error: unknown) => {
        // The locations stay unnamed in the store, and the next round of NamingAgain asks for them again.
        console.error(`pilotlight: naming failed: ${String(error)}`);
      })
      .finally(() => this.#queued--);
  }

  async #name(groups: readonly (readonly [CodeObject, readonly Location[]])[]): Promise<void> {
    await Promise.all(
      groups.map(async ([object, locations]) => {
        const results = await this.#symbolizer.symbolize(
          object,
          locations.map((location) => location.address),
        );
        const rows = locations.map((location, i) => ({ location: location.id, result: results[i]! }));
        this.#found = this.#found.concat(rows).slice(0, MAX_FOUND);
      }),
    );
  }
}
