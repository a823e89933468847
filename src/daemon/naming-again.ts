// Names history again when better symbols appear: a debug package was installed, debuginfod had a file, a process
// wrote its perf map. What is stored is (object, address), so that old windows gain as well, without a restart.
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import type { SymbolResult } from '../model/frame.ts';
import { isUnread } from '../model/frame.ts';
import type { Location } from '../model/location.ts';
import type { IncompleteObject, ProfileStore, SymbolRow } from '../store/profile-store.ts';
import { isBetter } from './better-names.ts';

export interface NamesAgain {
  symbolize(object: CodeObject, addresses: readonly number[]): Promise<SymbolResult[]>;
  /**
   * What could name the object now, as a short text that changes when that does (its own file, the debug files that
   * are there, …), found without reading any of it; null where nothing can be opened. Never rejects.
   */
  namesVersion(object: CodeObject): Promise<string | null>;
}

type Store = Pick<
  ProfileStore,
  'unnamedLocations' | 'incompleteObjects' | 'incompleteLocations' | 'appendSymbols'
>;

export interface NamingAgainOptions {
  symbolizer: NamesAgain;
  store: Store;
  /** Whether new locations are being named: they come first, and a round waits for its next turn. */
  busy: () => boolean;
  /** ms of a clock that does not jump; for tests. */
  now?: () => number;
}

export interface RoundResult {
  /** Objects whose locations were asked for again. */
  objects: number;
  /** Locations that have better names now. */
  locations: number;
  /** False where the round ran out of time or gave way: the next one goes on where it ended. */
  complete: boolean;
}

/** Between two rounds: how late history shows what was installed. A look at what is unchanged costs some 50 ms. */
const ROUND_MS = 180_000;
/** Between two rounds when the first did not come to its end. */
const NEXT_PART_MS = 15_000;
/** Time of one round: with NEXT_PART_MS between them, history is named anew beside sampling, not instead of it. */
const ROUND_BUDGET_MS = 1_000;
/** Locations named and written at once: some ten ms of the store, so that samples do not wait for them. */
const PIECE = 2_000;
/** Objects looked at in one round; of more, the next round looks at the next. Regions of processes that ended cost nothing. */
const OBJECTS_PER_ROUND = 1_000;

/** Objects wanted again of which none had an incomplete location. */
const MAX_WANTED = 1_000;

/** Where a round ended in the middle of an object. */
interface Place {
  id: ObjectId;
  version: string;
  /** Address of the last location that was asked for; -1 before the first. */
  beyond: number;
  unread: number;
}

export class NamingAgain {
  readonly #options: NamingAgainOptions;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #round: Promise<RoundResult> | null = null;
  #following: Promise<RoundResult> | null = null;
  /** The last object that was looked at, in the order of ids; 0 before the first. */
  #beyond = 0n;
  #place: Place | null = null;
  /** Objects of which better names have come, by whatever way: their locations are asked for whatever the version. */
  readonly #wanted = new Set<ObjectId>();
  /** Whether the next round comes soon, and begins with the first object. */
  #soon = false;

  constructor(options: NamingAgainOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** A round every few minutes from now on, until `stop`. */
  start(): void {
    this.#schedule(NEXT_PART_MS);
  }

  /** Resolves when the round that is under way has ended, which it does after its piece. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** A debug file of the object has come: a round begins soon, when its like have come too. */
  want(object: ObjectId): void {
    if (this.#wanted.size >= MAX_WANTED) this.#wanted.clear();
    this.#wanted.add(object);
    if (this.#soon) return;
    this.#soon = true;
    if (this.#round !== null) return;
    clearTimeout(this.#timer);
    this.#schedule(NEXT_PART_MS);
  }

  /**
   * A round from now on, from the first object, because somebody wants it. Where one is under way, another follows it. Never rejects: a failure of the store is told, and the next round tries again.
   */
  round(): Promise<RoundResult> {
    if (this.#round === null) {
      this.#beyond = 0n;
      return this.#goOn();
    }
    this.#following ??= this.#round.then(() => {
      this.#following = null;
      return this.round();
    });
    return this.#following;
  }

  /** A round from where the last one ended. */
  #goOn(): Promise<RoundResult> {
    this.#round ??= this.#run().finally(() => (this.#round = null));
    return this.#round;
  }

  #schedule(afterMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      if (this.#options.busy()) return this.#schedule(NEXT_PART_MS);
      if (this.#soon) this.#beyond = 0n;
      this.#soon = false;
      void this.#goOn().then(({ complete }) =>
        this.#schedule(complete && !this.#soon ? ROUND_MS : NEXT_PART_MS),
      );
    }, afterMs);
    this.#timer.unref();
  }

  async #run(): Promise<RoundResult> {
    const result: RoundResult = { objects: 0, locations: 0, complete: false };
    const deadlineMs = this.#now() + ROUND_BUDGET_MS;
    const mayGoOn = () => !this.#stopped && this.#now() < deadlineMs;
    try {
      result.complete =
        (await this.#nameUnnamed(result, mayGoOn)) && (await this.#nameIncomplete(result, mayGoOn));
    } catch (error) {
      console.error(`pilotlight: naming history again failed: ${String(error)}`);
    }
    return result;
  }

  /** What was never named: left by an earlier run, or because its names were deleted. True when nothing is left. */
  async #nameUnnamed(result: RoundResult, mayGoOn: () => boolean): Promise<boolean> {
    for (;;) {
      const groups = await this.#options.store.unnamedLocations(PIECE);
      if (groups.length === 0) return true;
      const rows: SymbolRow[] = [];
      for (const { object, locations } of groups) rows.push(...(await this.#symbolize(object, locations)));
      await this.#options.store.appendSymbols(rows);
      result.objects += groups.length;
      result.locations += rows.filter((row) => row.result.ok).length;
      if (!mayGoOn()) return false;
    }
  }

  /** True when all objects of this round have been looked at. */
  async #nameIncomplete(result: RoundResult, mayGoOn: () => boolean): Promise<boolean> {
    const objects = await this.#options.store.incompleteObjects(OBJECTS_PER_ROUND, this.#beyond);
    for (const incomplete of objects) {
      // At least one in each round, however slow this host is.
      if (!(await this.#nameObject(incomplete, result, mayGoOn))) return false;
      this.#beyond = incomplete.object.id;
      if (!mayGoOn()) return false;
    }
    if (objects.length < OBJECTS_PER_ROUND) this.#beyond = 0n;
    return true;
  }

  /** False where there was no time for all of it. */
  async #nameObject(
    { object, version, unread, unreadThen }: IncompleteObject,
    result: RoundResult,
    mayGoOn: () => boolean,
  ): Promise<boolean> {
    const now = await this.#options.symbolizer.namesVersion(object);
    const wanted = this.#wanted.delete(object.id) || this.#place?.id === object.id;
    // What could not be read when it was new may be readable now, although its names are the same.
    if (now === null || (!wanted && now === version && unread <= unreadThen)) return true;
    if (object.kind === 'jit' && unread === 0) return true;
    if (this.#place?.id !== object.id || this.#place.version !== now) {
      this.#place = { id: object.id, version: now, beyond: -1, unread: 0 };
    }
    result.objects++;
    while (await this.#namePiece(object, this.#place, result)) {
      if (!mayGoOn()) return false;
    }
    this.#place = null;
    return true;
  }

  /** Names the next piece of an object and writes what is better; false when it was the last. */
  async #namePiece(object: CodeObject, place: Place, result: RoundResult): Promise<boolean> {
    const { store } = this.#options;
    const piece = await store.incompleteLocations(object.id, place.beyond, PIECE);
    const asked = piece.filter((stored) => mayGain(object, stored.result));
    const rows = await this.#symbolize(
      object,
      asked.map(({ location }) => location),
    );
    const better = rows.filter((row, i) => isBetter(asked[i]!.result, row.result));
    place.unread += rows.filter((row) => !row.result.ok && isUnread(row.result.reason)).length;
    const last = piece.length < PIECE;
    const { version, unread } = place;
    await store.appendSymbols(better, last ? { object: object.id, version, unread } : undefined);
    place.beyond = piece.at(-1)?.location.address ?? place.beyond;
    result.locations += better.length;
    return !last;
  }

  async #symbolize(object: CodeObject, locations: readonly Location[]): Promise<SymbolRow[]> {
    const addresses = locations.map(({ address }) => address);
    const results = await this.#options.symbolizer.symbolize(object, addresses);
    return locations.map(({ id }, i) => ({ location: id, result: results[i]! }));
  }
}

/**
 * Code that is made at run time moves: what stands at an address now says nothing of the code that was sampled there,
 * unless nobody could say anything then.
 */
function mayGain({ kind }: CodeObject, before: SymbolResult): boolean {
  return kind !== 'jit' || (!before.ok && isUnread(before.reason));
}
